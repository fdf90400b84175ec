import ArgumentParser
import Engine
import GitSource
import Glibc
import Kinds
import Persistence
import Planning
import Resources

/// What a measurement is taken on.
struct Bench: ParsableArguments {
  @Option(help: "The repository.") var repo: String
  @Option(help: "A branch, a tag or a commit.") var ref: String

  static let planner = Planner(registry: .standard, spread: AllCores())

  /// Opens the repository anew.
  func revision(liveRoots: [String]) throws(SourceError) -> GitRevision {
    try GitRevision(
      repositoryPath: repo, reference: ref, requestedRoots: nil, liveRoots: liveRoots,
      registry: .standard)
  }

  /// Plans from `live` to `source`; throws where that gives no plan.
  static func plan(
    from live: any LiveReader, to source: GitRevision, liveRoots: [String],
  ) throws -> (plan: Plan, result: PlanAssembly.Result) {
    let result = try PlanAssembly(
      planner: planner, drift: DriftPolicy(), at: Timestamp(seconds: 0)
    ).plan(
      live: live, source: source, liveRoots: liveRoots)
    switch result.outcome {
    case .plan(let plan): return (plan, result)
    case .invalid(let diagnostics):
      let first = diagnostics.prefix(5).map { "\($0.location): \($0.message)" }
      throw Unexpected("the manifests are not valid: \(first.joined(separator: "; "))")
    }
  }

  static func pass(_ store: Store) -> ReconcilePass {
    ReconcilePass(store: store, planner: planner, windows: NoWindows(), effects: .none)
  }

  static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}

/// The repositories of the benchmarks have no change windows.
private struct NoWindows: ChangeWindowJudge {
  func findings(
    for plan: Plan, live: any LiveReader, at time: Timestamp,
  ) throws(StoreError) -> [GuardFinding] { [] }
}

/// What was measured is not what was meant to be measured.
struct Unexpected: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  static func unless(_ isFine: Bool, _ words: @autoclosure () -> String) throws {
    if !isFine { throw Unexpected(words()) }
  }
}
