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

  @Test(arguments: 200..<224 as Range<UInt64>)
  func pushByPushIsAsAtOnceAndAsBruteForce(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let history = BranchingHistory(seed: seed, length: 20)
    let repository = try TemporaryRepository()
    let ids = try history.add(to: repository)
    let line = Self.line(history)
    var pushed = try Run(repository)
    for number in line where number == line.last || generator.once(in: 2) {
      try pushed.apply(ids[number])
      let expected = Self.expected(history.commits[number], ids)
      #expect(try pushed.image() == expected, "seed \(seed), commit \(number)")
    }
    var once = try Run(repository)
    try once.apply(ids[line[line.count - 1]])
    #expect(try once.image() == pushed.image(), "seed \(seed)")
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
      do {
        try run.rollback(to: target)
      } catch Rollback.Failure.alreadyThere {
        continue
      }
      rollbacks += 1
      #expect(try run.origins() == known[target], "seed \(seed), back from \(number)")
      #expect(
        try run.image()
          == Self.expected(history.commits[try #require(ids.firstIndex(of: target))], ids),
        "seed \(seed), back from \(number)")
    }
    #expect(rollbacks > 0, "seed \(seed)")
    #expect(try run.store.firstBrokenEvent() == nil)
  }
}
