import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// The store of the search and the real one cannot be told apart.
struct MemoryStoreTests {
  /// One history of operations, done to both stores.
  private final class Twins {
    let directory: TemporaryDirectory
    let stores: [any StateStore]
    var history = SmallHistory()
    var time = Timestamp(seconds: 1_767_614_400)

    init() throws {
      directory = try TemporaryDirectory()
      stores = [
        MemoryStore(), try Store(path: directory.path("writ.db"), access: .readWrite),
      ]
    }

    /// Does the same to both, and expects the same to come of it.
    func both(_ body: (any StateStore) throws -> String) throws {
      time.nanoseconds += 1_000_000_000
      let outcomes = try stores.map { store in
        do { return try body(store) } catch let error as StoreError {
          return "\(error.code)"
        } catch let error as Rollback.Failure { return "\(error)" }
      }
      try #require(outcomes[0] == outcomes[1])
      let (memory, real) = (try Self.image(stores[0]), try Self.image(stores[1]))
      try #require(memory.count == real.count)
      for (one, other) in zip(memory, real) { try #require(one == other) }
    }

    static func image(_ store: any StateStore) throws -> [String] {
      let status = try store.status()
      let counts = status.live.counts.sorted { $0.key < $1.key }
      var lines = [
        "\(status.live.revision as Any) \(status.live.root) \(counts) \(status.isExact)",
        "\(status.roots) \(status.appliedAt as Any)",
      ]
      lines.append("\(status.suspension as Any) \(try store.firstBrokenEvent() as Any)")
      lines += try store.records(kind: nil, name: nil).map { record in
        let resource = record.resource
        return "\(resource.key) \(resource.digest) \(resource.location) \(resource.marks) "
          + "\(resource.isOrphaned) \(record.sequence) \(record.appliedAt)"
      }
      lines += try store.read { live throws(StoreError) in try live.allResources() }
        .sorted { $0.key < $1.key }.map { "\($0)" }
      lines += try store.acknowledgements().map { "\($0)" }
      lines += try store.quarantine().map { "\($0)" }
      lines += try store.decisions(on: nil).map { "\($0)" }
      lines += try store.conditions().map { "\($0)" }
      lines += try store.appliedPlans(limit: 100).map { plan in
        "\(plan.sequence) \(plan.lastSequence) \(plan.planDigest) \(plan.root) \(plan.isRollback)"
      }
      lines += try store.events(JournalQuery(limit: 1000)).map {
        "\($0.sequence) \($0.time) \($0.actor) \($0.kind) \($0.subject)"
      }
      // Where fields come from is for the real store alone.
      lines += try store.transitions(after: 3).map { transition in
        var transition = transition
        transition.origins = nil
        transition.previousOrigins = nil
        return "\(transition)"
      }
      lines += try store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 100).map { "\($0)" }
      return lines
    }
  }

  @Test(arguments: 0..<24 as Range<UInt64>) func doWhatTheRealOneDoes(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let twins = try Twins()
    for _ in 0..<25 {
      let time = twins.time
      switch generator.number(below: 10) {
      case 0, 1, 2:
        if let files = generator.pick(SmallUniverse.all) { twins.history.push(files) }
        fallthrough
      case 3:
        guard let source = twins.history.revision(age: generator.number(below: 5) / 4) else {
          continue
        }
        try twins.both { store in
          let outcome = try SmallScopeWorld.pass(store)
            .run(source: source, actor: "loop", at: time).outcome
          switch outcome {
          case .applied(let applied, let plan): return "\(applied.root) \(plan.digest)"
          case .blocked(let plan, let blocks): return "\(plan.digest) \(blocks)"
          case .unchanged, .invalid, .suspended, .unverified: return "\(outcome)"
          }
        }
      case 4: try rollBack(twins)
      case 5:
        let plan = String(repeating: "ab", count: 8 + generator.number(below: 3))
        try twins.both { store in
          try store.acknowledge(.protected, plan: plan, actor: "cli:ana", reason: "", at: time)
          return "acknowledged"
        }
      case 6:
        let isOn = generator.once(in: 3)
        try twins.both { store in
          try store.setSuspended(
            isOn ? Suspension(since: time, actor: "cli:ana", reason: "test") : nil,
            actor: "cli:ana", at: time)
          return "\(isOn)"
        }
      case 7:
        let roots = try twins.stores[0].quarantine().map(\.root) + [Digest.zero]
        guard let root = generator.pick(roots) else { continue }
        try twins.both { store in
          try store.clearQuarantine(root, actor: "cli:ana", at: time)
          return "cleared"
        }
      case 8: try decide(twins, &generator)
      default: try deliver(twins, generator.number(below: 3))
      }
    }
  }

  private func rollBack(_ twins: Twins) throws {
    let time = twins.time
    try twins.both { store in
      let rollback = Rollback(store: store, planner: SmallScopeWorld.planner)
      let proposal = try rollback.propose(.previous, at: time)
      let gate = PlanGate.Judgement(
        verdict: .ready, acknowledged: [], digest: proposal.plan.digest)
      let context = rollback.context(
        for: proposal, actor: "cli:ana", reason: "test", at: time,
        effects: EffectSettings(notifiesOfApplies: true), gate: gate)
      return "\(try store.apply(proposal.plan, context).root)"
    }
  }

  /// Says something of a change that is planned now, of one that never was, or takes it back.
  private func decide(_ twins: Twins, _ generator: inout SeededGenerator) throws {
    let time = twins.time
    let number = generator.number(below: 6)
    guard let person = Person(generator.once(in: 2) ? "ben" : "cleo"),
      let source = twins.history.revision(age: 0)
    else { return }
    try twins.both { store in
      let roots = try store.status().roots
      let assembled = try store.read { live throws(StoreError) in
        Result {
          try PlanAssembly(planner: SmallScopeWorld.planner, drift: DriftPolicy(), at: time)
            .plan(live: live, source: source, liveRoots: roots)
        }
      }.get()
      var change = Digest.zero
      var key = ResourceKey(kind: "Job", name: "none")
      if case .plan(let plan) = assembled.outcome, let first = plan.changes.first, number > 1 {
        change = first.identity
        key = first.key
      }
      let decision = ApprovalDecision(
        change: change, key: key, person: person, answer: number == 2 ? .reject : .approve,
        reason: "test", time: time, expires: Timestamp(nanoseconds: time.nanoseconds + 1_000_000),
        actor: "cli:ana")
      if number == 0 {
        return "\(try store.withdraw([decision], actor: "cli:ana", reason: "", at: time))"
      }
      let moment =
        number == 1 ? Timestamp(nanoseconds: time.nanoseconds + 400 * 86_400_000_000_000) : time
      if number == 1 { return "\(ApprovalLimits.isOver(decision, at: moment))" }
      try store.decide([decision], at: time)
      return "\(try store.decisions(on: [change]))"
    }
  }

  private func deliver(_ twins: Twins, _ kind: Int) throws {
    let time = twins.time
    try twins.both { store in
      guard let effect = try store.dueEffects(at: time, limit: 1).first else { return "nothing" }
      let later = Timestamp(nanoseconds: time.nanoseconds + 5_000_000_000)
      let results: [EffectSettlement.Result] = [
        .delivered, .retry(at: later, error: "no"), .abandoned(error: "no"),
      ]
      try store.settle(EffectSettlement(effect: effect, result: results[kind]), at: time)
      return "\(effect)"
    }
  }
}
