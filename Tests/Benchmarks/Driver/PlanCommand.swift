import ArgumentParser
import Engine
import GitSource
import Persistence
import Planning
import Resources

/// Plans from a live state to a revision that differs in a few files.
///
/// `fresh` opens database and repository each time, as a new process must; `warm` keeps both, as a
/// server does.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Plans a small change of a live state.")

  @OptionGroup var bench: Bench
  @Option(help: "A data directory in which the base is live.") var dataDir: String
  @Option(help: "How many changes the plan must have.") var changes: Int
  @Option(help: "How many samples of each to take.") var runs: Int

  func run() throws {
    let path = DataDirectory(path: dataDir).databasePath
    var measurement = Measurement()
    var digests: Set<Digest> = []

    _ = try planOnce(path)
    for _ in 0..<runs {
      let planned = try measurement.time("fresh") { try planOnce(path) }
      try check(planned, &digests)
    }

    let store = try Store(path: path, access: .readOnly)
    let source = try bench.revision(liveRoots: try store.status().roots)
    _ = try plan(store, source)
    for _ in 0..<runs {
      let planned = try measurement.time("warm") { try plan(store, source) }
      try check(planned, &digests)
    }
    measurement.facts = [
      "changes": .integer(Int64(changes)), "revision": .string(source.revision),
      "plan": .string(digests.first?.description ?? ""),
    ]
    measurement.report()
  }

  private typealias Planned = (plan: Plan, result: PlanAssembly.Result)

  private func planOnce(_ path: String) throws -> Planned {
    let store = try Store(path: path, access: .readOnly)
    let source = try bench.revision(liveRoots: try store.status().roots)
    return try plan(store, source)
  }

  private func plan(
    _ store: Store, _ source: GitRevision,
  ) throws -> Planned {
    let roots = try store.status().roots
    return try store.read { live throws(StoreError) in
      Result {
        try Bench.plan(from: live, to: source, liveRoots: roots)
      }
    }.get()
  }

  private func check(_ planned: Planned, _ digests: inout Set<Digest>) throws {
    let result = planned.result
    try Unexpected.unless(result.isIncremental, "the plan read every file")
    try Unexpected.unless(
      planned.plan.changes.count == changes,
      "the plan has \(planned.plan.changes.count) changes instead of \(changes)")
    try Unexpected.unless(
      result.blobsRead == changes, "\(result.blobsRead) blobs were read for \(changes) changes")
    digests.insert(planned.plan.digest)
    try Unexpected.unless(digests.count == 1, "the same plan has several digests")
  }
}
