import Engine
import GitSource
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// I2 and I4: what is planned from the changed files alone is, byte for byte, what is planned from
/// everything; and no more blobs are read than changed.
struct DifferentialTests {
  private static let sequenceCount = 208
  private static let commitCount = 7
  private static let groupCount = 8

  @Test(arguments: 0..<groupCount)
  func incrementalPlansAreWholePlans(_ group: Int) throws {
    let seeds = stride(from: group, to: Self.sequenceCount, by: Self.groupCount).map(UInt64.init)
    let histories = seeds.map { RandomHistory(seed: $0, length: Self.commitCount) }
    let repository = try TemporaryRepository()
    let ids = try repository.importing(histories.map(\.commits))
    var tally = Tally()
    for (index, seed) in seeds.enumerated() {
      let run = try DifferentialRun(repository.path, seed: seed)
      for (step, id) in ids[index].enumerated() {
        try run.step(step, commit: id, files: histories[index].commits[step], &tally)
      }
    }
    // The histories are worth something: most steps apply, many are refused, few read everything.
    #expect(tally.applied > seeds.count * 3)
    #expect(tally.invalid > seeds.count / 2)
    #expect(tally.incremental > seeds.count * 4)
    #expect(tally.actions == Set(Change.Action.allCases))
  }
}

/// What happened over all sequences, to see that they exercise the planner.
struct Tally {
  var applied = 0
  var invalid = 0
  var incremental = 0
  var actions: Set<Change.Action> = []
}

/// One sequence: its store, and the comparison at each commit.
private final class DifferentialRun {
  private let directory: TemporaryDirectory
  private let store: Store
  private let repositoryPath: String
  private let seed: UInt64
  private let planner = Planner(registry: .standard)
  /// The files of the live revision, by path.
  private var liveFiles: [String: String]?
  private var time = Timestamp(seconds: 1_700_000_000)

  init(_ repositoryPath: String, seed: UInt64) throws {
    self.repositoryPath = repositoryPath
    self.seed = seed
    directory = try TemporaryDirectory()
    store = try Store(path: directory.path("writ.db"), access: .readWrite)
  }

  func step(_ step: Int, commit: String, files: [String: String], _ tally: inout Tally) throws {
    let place: Comment = "seed \(seed), commit \(step)"
    let status = try store.status()
    let source = try GitRevision(
      repositoryPath: repositoryPath, reference: commit, requestedRoots: nil,
      liveRoots: status.roots, registry: .standard)
    let (part, whole) = try store.read { live throws(StoreError) in
      Result {
        func plan(_ readsEverything: Bool) throws -> PlanAssembly.Result {
          try PlanAssembly(
            planner: planner, drift: DriftPolicy(), at: Timestamp(seconds: 0),
            readsEverything: readsEverything
          ).plan(live: live, source: source, liveRoots: status.roots)
        }
        return (try plan(false), try plan(true))
      }
    }.get()

    let changed = Self.changedManifests(files, since: liveFiles, in: source.roots)
    if part.isIncremental {
      tally.incremental += 1
      #expect(part.blobsRead == changed, place)
    }
    #expect(!whole.isIncremental, place)
    #expect(Self.diagnostics(part) == Self.diagnostics(whole), place)
    guard case .plan(let plan) = part.outcome, case .plan(let full) = whole.outcome else {
      #expect(Self.isInvalid(part) && Self.isInvalid(whole), place)
      tally.invalid += 1
      return
    }
    #expect(
      CanonicalJSON.text(of: plan.value) == CanonicalJSON.text(of: full.value), place)
    tally.actions.formUnion(plan.changes.map(\.action))

    time.nanoseconds += 1_000_000_000
    let applied = try store.apply(plan, ApplyContext(actor: "test", time: time))
    tally.applied += 1
    liveFiles = files
    try checkState(applied, commit, place)
    try checkFirstPlan(source, place)
  }

  /// The stored root is that of the rows, and nothing is left to do.
  private func checkState(_ applied: AppliedPlan, _ commit: String, _ place: Comment) throws {
    let live = try store.read { live throws(StoreError) in try live.allResources() }
    let scratch = StateTree(entries: live.map { .init(key: $0.key, digest: $0.digest) }).root
    let status = try store.status()
    #expect(status.live.root == scratch, place)
    #expect(applied.root == scratch, place)
    #expect(status.live.revision == commit, place)
    #expect(
      status.live.counts == Dictionary(grouping: live, by: \.key.kind).mapValues(\.count), place)
  }

  /// A plan against an empty store predicts the same root, but for what only the store still has.
  private func checkFirstPlan(_ source: GitRevision, _ place: Comment) throws {
    let first = try PlanAssembly(
      planner: planner, drift: DriftPolicy(), at: Timestamp(seconds: 0)
    ).plan(live: MemoryLive.empty, source: source, liveRoots: [])
    guard case .plan(let plan) = first.outcome else {
      // An orphan may be all that a reference leads to; then there is no first plan.
      let orphans = try store.read { live throws(StoreError) in try live.allResources() }
        .contains(where: \.isOrphaned)
      #expect(orphans, place)
      return
    }
    let orphans = try store.read { live throws(StoreError) in try live.allResources() }
      .filter(\.isOrphaned)
    let entries =
      plan.changes.compactMap { change in
        change.after.map { StateTree.Entry(key: change.key, digest: $0) }
      } + orphans.map { StateTree.Entry(key: $0.key, digest: $0.digest) }
    #expect(StateTree(entries: entries).root == (try store.status().live.root), place)
    if orphans.isEmpty { #expect(plan.predictedRoot == (try store.status().live.root), place) }
  }

  private static func isInvalid(_ result: PlanAssembly.Result) -> Bool {
    if case .invalid = result.outcome { true } else { false }
  }

  private static func diagnostics(_ result: PlanAssembly.Result) -> [String] {
    guard case .invalid(let diagnostics) = result.outcome else { return [] }
    // Ranges and codes too, not only what a person sees.
    return diagnostics.map {
      "\($0) \($0.code) \($0.location.range) \($0.resource?.description ?? "")"
    }
  }

  /// How many manifests of `files` differ from `old`.
  private static func changedManifests(
    _ files: [String: String], since old: [String: String]?, in roots: [String],
  ) -> Int {
    files.count { path, text in
      (path.hasSuffix(".yaml") || path.hasSuffix(".yml")) && !path.contains("/.")
        && roots.contains { path.hasPrefix($0 + "/") } && old?[path] != text
    }
  }
}

extension TemporaryRepository {
  /// Makes a line of commits out of each list of files; the ids of each.
  func importing(_ histories: [[RandomHistory.Files]]) throws -> [[String]] {
    var commits: [NewCommit] = []
    for (number, history) in histories.enumerated() {
      for (step, files) in history.enumerated() {
        commits.append(
          NewCommit(
            branch: "s\(number)", parents: step == 0 ? [] : [":\(commits.count)"],
            entries: files.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), .text($0.value)) },
            author: step.isMultiple(of: 2) ? .ana : .ben, startsEmpty: true))
      }
    }
    var ids = try add(commits)[...]
    return histories.map { history in
      defer { ids = ids.dropFirst(history.count) }
      return Array(ids.prefix(history.count))
    }
  }
}
