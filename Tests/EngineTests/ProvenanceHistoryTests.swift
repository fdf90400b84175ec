import Engine
import GitSource
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// I7 over random histories: push by push, at once, and back again.
struct ProvenanceHistoryTests {
  /// The commit of each field of each live resource.
  private typealias Image = [ResourceKey: [JSONPointer: String]]

  private struct Run {
    let directory: TemporaryDirectory
    let store: Store
    let repository: TemporaryRepository
    var time = Timestamp(seconds: 1_700_000_000)
    private let planner = Planner(registry: .standard, guards: GuardSettings())

    init(_ repository: TemporaryRepository) throws {
      self.repository = repository
      directory = try TemporaryDirectory()
      store = try Store(path: directory.path("writ.db"), access: .readWrite)
    }

    mutating func apply(_ commit: String) throws {
      let roots = try store.status().roots
      let source = try GitRevision(
        repositoryPath: repository.path, reference: commit, requestedRoots: nil,
        liveRoots: roots, registry: .standard)
      time.nanoseconds += 1_000_000_000
      let time = time
      let result = try store.read { live throws(StoreError) in
        Result {
          try PlanAssembly(planner: planner, drift: DriftPolicy(), at: time)
            .plan(live: live, source: source, liveRoots: roots)
        }
      }.get()
      guard case .plan(let plan) = result.outcome else { throw FixtureError("invalid") }
      _ = try store.apply(plan, ApplyContext(actor: "test", time: time))
    }

    mutating func rollback(to revision: String) throws {
      time.nanoseconds += 1_000_000_000
      let rollback = Rollback(store: store, planner: planner)
      let proposal = try rollback.propose(.revision(revision), at: time)
      let gate = PlanGate.Judgement(
        verdict: .ready, acknowledged: [], digest: proposal.plan.digest)
      _ = try store.apply(
        proposal.plan,
        rollback.context(
          for: proposal, actor: "cli:ana", reason: "test", at: time, effects: .none, gate: gate))
    }

    func origins() throws -> [ResourceKey: FieldOrigins] {
      var result: [ResourceKey: FieldOrigins] = [:]
      for record in try store.records(kind: nil, name: nil) {
        result[record.resource.key] = try store.provenance(of: record.resource.key)?.origins
      }
      return result
    }

    func digests() throws -> [ResourceKey: Digest] {
      Dictionary(
        uniqueKeysWithValues: try store.records(kind: nil, name: nil).map {
          ($0.resource.key, $0.resource.digest)
        })
    }

    func image() throws -> Image {
      var image: Image = [:]
      for record in try store.records(kind: nil, name: nil) {
        let origins = try store.provenance(of: record.resource.key)?.origins
        for leaf in record.content.leaves() {
          image[record.resource.key, default: [:]][leaf] = origins?.mark(at: leaf).commit
        }
      }
      return image
    }
  }

  private static func expected(_ commit: BranchingHistory.Commit, _ ids: [String]) -> Image {
    commit.states.mapValues { state in state.commits.mapValues { ids[$0] } }
  }

  /// The commits from the first to the last along first parents that are valid.
  private static func line(_ history: BranchingHistory) -> [Int] {
    var line: [Int] = []
    var next: Int? = history.commits.count - 1
    while let number = next {
      let commit = history.commits[number]
      if !commit.files.values.contains(where: { $0.contains("broken: [") }) { line.append(number) }
      next = commit.parents.first
    }
    return line.reversed()
  }

  /// What a push from `live`, with `known` origins, has to give: what differs has the commit that
  /// brute force gives, and what is as it was keeps its own.
  private static func expected(
    _ commit: BranchingHistory.Commit, _ ids: [String], after live: BranchingHistory.Commit?,
    _ known: Image,
  ) -> Image {
    var image = expected(commit, ids)
    for (key, state) in commit.states {
      guard let old = live?.states[key] else { continue }
      for leaf in state.content.leaves() {
        guard let place = state.content.counterpart(of: leaf, in: old.content) else { continue }
        image[key]?[leaf] = known[key]?[place]
      }
    }
    return image
  }

  @Test(arguments: 200..<224 as Range<UInt64>)
  func eachPushMarksWhatItChangesAndNothingElse(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let history = BranchingHistory(seed: seed, length: 20)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    var run = try Run(repository)
    var live: (commit: BranchingHistory.Commit, image: Image)?
    let line = Self.line(history)
    for number in line where number == line.last || generator.once(in: 2) {
      let commit = history.commits[number]
      let expected = Self.expected(commit, ids, after: live?.commit, live?.image ?? [:])
      try run.apply(ids[number])
      #expect(try run.image() == expected, "seed \(seed), commit \(number)")
      live = (commit, expected)
    }
  }

  @Test(arguments: 250..<258 as Range<UInt64>)
  func theFirstApplyOfAnOldRepositoryKnowsItsWholeHistory(_ seed: UInt64) throws {
    let history = BranchingHistory(seed: seed, length: 20)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    var run = try Run(repository)
    let last = history.commits.count - 1
    try run.apply(ids[last])
    #expect(try run.image() == Self.expected(history.commits[last], ids), "seed \(seed)")
  }

  @Test(arguments: 300..<316 as Range<UInt64>)
  func aRollbackBringsBackTheOrigins(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let history = BranchingHistory(seed: seed, length: 16)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    var run = try Run(repository)
    var known: [String: [ResourceKey: FieldOrigins]] = [:]
    var rollbacks = 0
    for number in Self.line(history) {
      try run.apply(ids[number])
      known[ids[number]] = try run.origins()
      guard generator.once(in: 2), let target = generator.pick(known.keys.sorted()) else {
        continue
      }
      let before = (digests: try run.digests(), origins: try run.origins())
      do {
        try run.rollback(to: target)
      } catch Rollback.Failure.alreadyThere {
        continue
      }
      rollbacks += 1
      // What was the same all the time did not come back, and keeps what it had.
      let digests = try run.digests()
      let expected = try #require(known[target]).merging(before.origins) { old, kept in old }
        .filter { digests[$0.key] != nil }
        .map { key, old in
          (key, digests[key] == before.digests[key] ? before.origins[key] ?? old : old)
        }
      #expect(
        try run.origins() == Dictionary(uniqueKeysWithValues: expected),
        "seed \(seed), back from \(number)")
      known[target] = try run.origins()
    }
    #expect(rollbacks > 0, "seed \(seed)")
    #expect(try run.store.firstBrokenEvent() == nil)
  }
}
