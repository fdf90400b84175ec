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
  package let planner: Planner
  package let drift: DriftPolicy
  package let windows: any ChangeWindowJudge
  package let effects: EffectSettings
  /// Which applies are watched; nil where none is.
  package let health: HealthGate?
  /// The branch that is followed, as rules of policies know it.
  package let branch: String

  package init(
    store: any StateStore, planner: Planner, drift: DriftPolicy = DriftPolicy(),
    windows: any ChangeWindowJudge, effects: EffectSettings, health: HealthGate? = nil,
    branch: String = "",
  ) {
    self.branch = branch
    self.planner = planner
    self.drift = drift
    self.health = health
    self.store = store
    self.windows = windows
    self.effects = effects
  }

  /// Throws `SourceError` or `StoreError`.
  ///
  /// - Parameter source: the revision of the plan, which says who wrote what. Without it no change
  ///   that needs an approval can be made; see `needsApproval`.
  package func run(
    _ plan: Plan, source: (any RevisionReader)? = nil, verification: SourceVerification? = nil,
    actor: String, at time: Timestamp,
  ) throws -> Outcome {
    if plan.isRollback {
      throw StoreError(
        .other, "a rollback cannot be applied from a file", hint: "go back with: writ rollback")
    }
    let signers = verification?.signers(for: plan) ?? [:]
    let judged = try proven(review(plan, signers), source, at: time)
    let gate = try PlanGate(
      store: store, windows: windows, signers: signers.mapValues(\.principal)
    ).judge(judged, digest: plan.digest, at: time)
    if case .blocked(let blocks) = gate.verdict { return .blocked(blocks) }
    let status = try store.status()
    var plan = plan
    var digest = gate.digest
    var isExact = status.isExact && plan.held.isEmpty
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
        signers: signers))
    return .applied(applied)
  }

  /// Whether people have to agree to `plan`, whatever its file says.
  package func needsApproval(_ plan: Plan) throws(StoreError) -> Bool {
    try !review(plan, [:]).approvals.isEmpty
  }

  /// `plan` with what the policies that are live say of it now, whatever its file says.
  private func review(_ plan: Plan, _ signers: [String: Signer]) throws(StoreError) -> Plan {
    try store.read { live throws(StoreError) in
      let keys = plan.changes.map(\.key)
      let contents = try live.contents(of: keys)
      var resources: [ResourceKey: LiveResource] = [:]
      for var resource in try live.resources(named: keys) {
        resource.content = contents[resource.key]
        resources[resource.key] = resource
      }
      let context = try PolicyCache().context(
        of: live, branch: branch, signers: signers.mapValues(\.principal))
      return planner.reviewing(
        plan, live: resources, base: try live.summary(), policies: context)
    }
  }

  /// `plan` with the authors that its revision gives for what needs approval; with none where the
  /// revision makes another change of it.
  private func proven(
    _ plan: Plan, _ source: (any RevisionReader)?, at time: Timestamp,
  ) throws -> Plan {
    if plan.approvals.isEmpty { return plan }
    var proof: [ResourceKey: Change] = [:]
    var plan = plan
    plan.commits = []
    if let source {
      let roots = try store.status().roots
      let made = try store.read { live throws(StoreError) in
        Result {
          try PlanAssembly(planner: planner, drift: drift, at: time)
            .plan(live: live, source: source, liveRoots: roots)
        }
      }.get()
      if case .plan(let fresh) = made.outcome {
        for change in fresh.changes { proof[change.key] = change }
        plan.commits = fresh.commits
      }
    }
    let keys = Set(plan.approvals.map(\.key))
    for index in plan.changes.indices where keys.contains(plan.changes[index].key) {
      let change = plan.changes[index]
      let real = proof[change.key].flatMap { $0.identity == change.identity ? $0 : nil }
      plan.changes[index].origin = real?.origin
      plan.changes[index].fieldCommits = real?.fieldCommits ?? []
    }
    return plan
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
