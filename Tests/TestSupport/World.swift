package import Engine
import Kinds
package import Persistence
package import Planning
package import Resources
package import Workflows

/// A repository in memory, a real database, and the passes between them.
package final class World {
  package let directory: TemporaryDirectory
  package let store: Store
  package let wall: ManualWallClock
  package let planner: Planner
  package var history: MemoryHistory
  package var roots = ["manifests"]
  package var effects = EffectSettings(notifiesOfApplies: true)
  package var drift = DriftPolicy()
  package var windows: any ChangeWindowJudge = LiveChangeWindows { _, _ in 0 }
  /// How every apply is watched; nil where only resources ask for it.
  package var health: HealthPolicy?

  /// Whether what needs no approval goes ahead of what waits for one.
  package var isPartial = false

  package init(registry: KindRegistry = .standard) throws {
    directory = try TemporaryDirectory()
    store = try Store(path: directory.path("writ.db"), access: .readWrite)
    wall = ManualWallClock()
    planner = Planner(registry: registry)
    history = MemoryHistory(registry: registry)
  }

  package var databasePath: String { directory.path("writ.db") }

  package var pass: ReconcilePass {
    ReconcilePass(
      store: store, planner: planner, windows: windows, effects: effects, drift: drift,
      health: HealthGate(store: store, policy: health, registry: planner.registry),
      isPartial: isPartial)
  }

  /// Pushes a revision that changes `files`; nil deletes one.
  @discardableResult
  package func push(_ files: [String: String?], by author: String = "ana") -> String {
    history.commit(files, by: author)
  }

  /// One pass of the loop over `revision`, by default the newest.
  @discardableResult
  package func reconcile(_ revision: String? = nil) throws -> ReconcilePass.Report {
    wall.advance(seconds: 1)
    return try pass.run(
      source: history.revision(revision, roots: roots), actor: "loop", at: wall.now())
  }

  /// Pushes, and expects that the pass applies; the applied plan.
  @discardableResult
  package func apply(_ files: [String: String?]) throws -> AppliedPlan {
    push(files)
    let report = try reconcile()
    guard case .applied(let applied, _) = report.outcome else {
      throw FixtureError("the revision was not applied: \(report.outcome)")
    }
    return applied
  }

  /// The plan to `revision`, by default the newest.
  package func assemble(
    _ revision: String? = nil, readsEverything: Bool = false,
  ) throws -> PlanAssembly.Result {
    let roots = try store.status().roots
    let source = history.revision(revision, roots: self.roots)
    return try store.read { live throws(StoreError) in
      Result {
        try PlanAssembly(
          planner: self.planner, drift: self.drift, at: self.wall.now(),
          readsEverything: readsEverything
        ).plan(live: live, source: source, liveRoots: roots)
      }
    }.get()
  }

  package func plan(_ revision: String? = nil) throws -> Plan {
    switch try assemble(revision).outcome {
    case .plan(let plan): return plan
    case .invalid(let diagnostics): throw FixtureError("invalid: \(diagnostics)")
    }
  }

  /// Everything that is live, by key.
  package func live() throws -> [String: LiveResource] {
    let all = try store.read { live throws(StoreError) in try live.allResources() }
    return Dictionary(all.map { ($0.key.description, $0) }) { first, _ in first }
  }

  package func root() throws -> Digest { try store.status().live.root }

  /// Goes back, as `writ rollback` does.
  @discardableResult
  package func rollback(_ target: Rollback.Target, reason: String = "test") throws -> AppliedPlan {
    wall.advance(seconds: 1)
    let rollback = Rollback(store: store, planner: planner)
    let proposal = try rollback.propose(target, at: wall.now())
    let gate = PlanGate.Judgement(
      verdict: .ready, acknowledged: [], digest: proposal.plan.digest)
    let context = rollback.context(
      for: proposal, actor: "cli:ana", reason: reason, at: wall.now(), effects: effects,
      gate: gate)
    return try store.apply(proposal.plan, context)
  }
}

extension World {
  /// Everything that is in force or about to leave, so that two moments can be compared.
  package func liveImage() throws -> [String] {
    let status = try store.status()
    let decisions = try store.decisions(on: nil)
    let records = try store.records(kind: nil, name: nil).map { record in
      "\(record.resource) \(CanonicalJSON.text(of: record.content)) \(record.sequence)"
    }
    let effects = try store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10_000)
    let quarantine = try store.quarantine()
    return [
      "\(status.live.root) \(status.live.revision ?? "-") \(status.isExact) \(status.roots)",
      "\(status.live.counts.sorted { $0.key < $1.key })",
    ] + decisions.map { "\($0)" } + records + effects.map { "\($0)" } + quarantine.map { "\($0)" }
  }

  /// Everything that the store has.
  package func image() throws -> [String] {
    try liveImage() + store.events(JournalQuery(limit: 100_000)).map { "\($0)" }
      + store.conditions().map { "\($0)" } + store.acknowledgements().map { "\($0)" }
  }
}
