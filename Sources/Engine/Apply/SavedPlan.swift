package import Planning
package import Resources
package import Signatures

/// Carries out a plan that was saved: exactly that, or nothing.
package struct SavedPlanApply {
  package enum Outcome: Sendable {
    case applied(AppliedPlan)
    /// Every change is already live.
    case alreadyDone
    case conflicts([Plan.Conflict])
    case blocked([Verdict.Block])
  }

  package let store: any StateStore
  package let windows: any ChangeWindowJudge
  package let effects: EffectSettings
  /// Which applies are watched; nil where none is.
  package let health: HealthGate?

  package init(
    store: any StateStore, windows: any ChangeWindowJudge, effects: EffectSettings,
    health: HealthGate? = nil,
  ) {
    self.health = health
    self.store = store
    self.windows = windows
    self.effects = effects
  }

  package func run(
    _ plan: Plan, verification: SourceVerification? = nil, actor: String, at time: Timestamp,
  ) throws -> Outcome {
    let gate = try PlanGate(store: store, windows: windows).judge(plan, at: time)
    if case .blocked(let blocks) = gate.verdict { return .blocked(blocks) }
    let status = try store.status()
    var plan = plan
    var digest = gate.digest
    var isExact = status.isExact
    if status.live.root != plan.baseRoot || status.live.revision != plan.baseRevision {
      let rebased = try rebase(plan)
      if !rebased.conflicts.isEmpty { return .conflicts(rebased.conflicts) }
      if rebased.plan.isEmpty { return .alreadyDone }
      // The result is this plan on top of another revision: no commit's snapshot. Where the root
      // is the same the files need not be.
      isExact = false
      plan = rebased.plan
      digest = plan.digest
    }
    let applied = try store.apply(
      plan,
      ApplyContext(
        actor: actor, time: time, isExact: isExact,
        effects: effects.announcing(plan, digest: digest, at: time),
        acknowledged: gate.acknowledged, planDigest: digest,
        health: health?.step(after: plan, at: time),
        signers: verification?.signers(for: plan) ?? [:]))
    return .applied(applied)
  }

  private func rebase(_ plan: Plan) throws(StoreError) -> (plan: Plan, conflicts: [Plan.Conflict]) {
    try store.read { live throws(StoreError) in
      let resources = try live.resources(named: plan.keys)
      let digests = Dictionary(
        resources.map { ($0.key, $0.digest) }, uniquingKeysWith: { first, _ in first })
      return plan.rebased(
        onto: try live.summary(), live: digests, tree: try live.tree(around: plan.keys))
    }
  }
}
