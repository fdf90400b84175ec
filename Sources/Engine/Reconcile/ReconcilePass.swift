internal import Faults
package import Planning
package import Resources
package import Signatures
import Workflows

/// One comparison of the source with the live state, and what followed from it.
///
/// A pass is level-based: it takes no hint about what changed. The loop, `writ apply` and
/// `writ reconcile` all run this.
package struct ReconcilePass: Sendable {
  package enum Outcome: Sendable {
    /// The live state is the revision's, and was before.
    case unchanged
    case applied(AppliedPlan, Plan)
    case blocked(Plan, [Verdict.Block])
    case invalid([Diagnostic])
    case suspended(Suspension)
    /// The revision is not signed as the settings ask; it was not planned.
    case unverified(SourceVerification)
  }

  package struct Report: Sendable {
    package var revision: String
    package var outcome: Outcome
    package var warnings: [Diagnostic]
    /// The live resources that are not what was applied, and that stay so for now.
    package var drifts: [Drift]
    /// What came of looking at the signatures; nil where nobody asks for any.
    package var verification: SourceVerification?
    /// What was left out of an apply, because people have to agree to it first.
    package var awaiting: [Verdict.Block] = []
    /// What put drift back although the head could not go live, or not as a whole.
    package var repair: AppliedPlan?

    package init(
      revision: String, outcome: Outcome, warnings: [Diagnostic], drifts: [Drift] = [],
      verification: SourceVerification? = nil, awaiting: [Verdict.Block] = [],
    ) {
      self.awaiting = awaiting
      self.revision = revision
      self.outcome = outcome
      self.warnings = warnings
      self.drifts = drifts
      self.verification = verification
    }

    /// Whether something of the head, or all of it, cannot go live for now.
    fileprivate var isHeldUp: Bool {
      switch outcome {
      case .blocked, .invalid, .unverified: true
      case .applied, .unchanged: !awaiting.isEmpty
      case .suspended: false
      }
    }
  }

  package let store: any StateStore
  package let planner: Planner
  package let windows: any ChangeWindowJudge
  package let effects: EffectSettings
  package let drift: DriftPolicy
  /// Which applies are watched; nil where none is.
  package let health: HealthGate?
  /// How much of the history must be signed; a pass without a verification that says so fails.
  package let requires: VerificationMode
  /// The branch that is followed, as rules of policies know it.
  package let branch: String
  private let policies = PolicyCache()
  /// Whether what needs no approval goes ahead of what waits for one.
  package let isPartial: Bool

  package init(
    store: any StateStore, planner: Planner, windows: any ChangeWindowJudge,
    effects: EffectSettings, drift: DriftPolicy = DriftPolicy(), health: HealthGate? = nil,
    requires: VerificationMode = .off, branch: String = "", isPartial: Bool = false,
  ) {
    self.branch = branch
    self.isPartial = isPartial
    self.health = health
    self.store = store
    self.planner = planner
    self.windows = windows
    self.effects = effects
    self.drift = drift
    self.requires = requires
  }

  /// Plans and, where nothing stands against it, applies; drift is put back also where something
  /// does.
  ///
  /// Throws `SourceError` or `StoreError`; the live state is then what it was. Throws
  /// `SourceError.Code.moved` where `verification` is not of exactly this step.
  package func run(
    source: any RevisionReader, verification: SourceVerification? = nil, actor: String,
    at time: Timestamp,
  ) throws -> Report {
    var report = try step(source, verification, actor, time)
    if report.isHeldUp, let repair = try repair(actor, time) {
      if case .applied = report.outcome {
        report.drifts = try store.drifts()
          .filter { drift.standing(of: $0, at: time).isShown }
      } else {
        // What was said of the head, and by which digest to clear it, was said beside the drift.
        report = try step(source, verification, actor, time)
      }
      report.repair = repair
    }
    return try settle(report, actor, time)
  }

  /// Puts back what was applied, where guards and windows let it.
  private func repair(_ actor: String, _ time: Timestamp) throws -> AppliedPlan? {
    let status = try store.status()
    let repair = DriftRepair(planner: planner, drift: drift)
    let plan = try store.read { live throws(StoreError) in
      try repair.plan(live, roots: status.roots, at: time)
    }
    guard let plan else { return nil }
    let judgement = try PlanGate(store: store, windows: windows).judge(plan, at: time)
    if case .blocked = judgement.verdict { return nil }
    return try store.apply(
      plan,
      ApplyContext(
        actor: actor, time: time, isExact: status.isExact,
        effects: effects.announcing(plan, digest: judgement.digest, at: time),
        acknowledged: judgement.acknowledged, planDigest: judgement.digest))
  }

  private func step(
    _ source: any RevisionReader, _ verification: SourceVerification?, _ actor: String,
    _ time: Timestamp,
  ) throws -> Report {
    let drifts = try store.recordDrift(at: time)
    let status = try store.status()
    var report = Report(revision: source.revision, outcome: .unchanged, warnings: [])
    report.drifts = drifts.filter { drift.standing(of: $0, at: time).isShown }
    if requires != .off {
      report.verification = try verification.required(
        requires, for: source.revision, from: status.live.revision)
    }
    if let suspension = status.suspension {
      report.outcome = .suspended(suspension)
      return report
    }
    if let verification = report.verification, !verification.isVerified {
      report.outcome = .unverified(verification)
      return report
    }
    let isInSync =
      status.live.revision == source.revision && status.isExact && status.roots == source.roots
    if isInSync, drifts.allSatisfy({ drift.standing(of: $0, at: time).isHeld }) {
      return report
    }
    let verified = report.verification?.signers ?? [:]
    let assembled = try assemble(source, status.roots, [], time, verified)
    report.warnings = assembled.warnings
    switch assembled.outcome {
    case .invalid(let diagnostics):
      report.outcome = .invalid(diagnostics)
      return report
    case .plan(let plan):
      let signers = report.verification?.signers(for: plan) ?? [:]
      let judge = PlanGate(store: store, windows: windows, signers: signers.mapValues(\.principal))
      var step = try PartialPlan(gate: judge, isAllowed: isPartial, at: time) { held in
        try assemble(source, status.roots, held, time, verified).outcome
      }.step(of: plan, try judge.judge(plan, at: time))
      FaultPoint.reach(.planJudged)
      if step.isIdle { step = step.whole }
      if case .blocked(let blocks) = step.judgement.verdict {
        report.outcome = .blocked(step.plan, blocks)
        return report
      }
      report.awaiting = step.awaiting
      let applied = try store.apply(
        step.plan,
        ApplyContext(
          actor: actor, time: time, isExact: step.awaiting.isEmpty,
          effects: effects.announcing(step.plan, digest: step.judgement.digest, at: time),
          acknowledged: step.judgement.acknowledged, planDigest: step.judgement.digest,
          health: health?.step(after: step.plan, at: time),
          signers: signers))
      report.outcome = step.plan.isEmpty ? .unchanged : .applied(applied, step.plan)
      let repaired = Set(step.plan.changes.map(\.key))
      report.drifts.removeAll { repaired.contains($0.key) }
      return report
    }
  }

  private func assemble(
    _ source: any RevisionReader, _ roots: [String], _ held: Set<ResourceKey>, _ time: Timestamp,
    _ signers: [String: Signer],
  ) throws -> PlanAssembly.Result {
    let assembly = PlanAssembly(
      planner: planner, drift: drift, at: time, policies: policies, branch: branch,
      signers: signers)
    return try store.read { live throws(StoreError) in
      Result {
        try assembly.plan(live: live, source: source, liveRoots: roots, holding: held)
      }
    }.get()
  }

  // MARK: Conditions

  /// Writes what became of a pass, or of an apply that took the place of one, if it is news.
  @discardableResult
  package func settle(_ report: Report, _ actor: String, _ time: Timestamp) throws -> Report {
    try settle(report, actor, time, finding: try health?.finding(for: report))
  }

  @discardableResult
  func settle(
    _ report: Report, _ actor: String, _ time: Timestamp, finding: HealthGate.Finding?,
  ) throws -> Report {
    let known = try store.conditions()
    var news = ConditionReport(
      report: report, requires: requires, known: known, at: time)
    news.take(finding)
    let isNews = news.conditions.contains { condition in
      !known.contains {
        $0.kind == condition.kind && $0.status == condition.status && $0.reason == condition.reason
          && $0.message == condition.message && $0.observedRevision == condition.observedRevision
      }
    }
    if isNews {
      let wasSeen = known.contains {
        $0.kind == .ready && $0.observedRevision == report.revision
          && $0.reason == news.conditions.first { $0.kind == .ready }?.reason
          && $0.message == news.conditions.first { $0.kind == .ready }?.message
      }
      try store.record(
        news.conditions, events: wasSeen ? [] : news.events, actor: actor, at: time)
      FaultPoint.reach(.applyConditionsRecorded)
    }
    return report
  }
}

/// Says which change windows stand against a plan at a moment.
package protocol ChangeWindowJudge: Sendable {
  func findings(
    for plan: Plan, live: any LiveReader, at time: Timestamp,
  ) throws(StoreError) -> [GuardFinding]
}

/// Which effects an apply has.
package struct EffectSettings: Hashable, Sendable {
  /// Whether somebody wants to hear of applies.
  package var notifiesOfApplies: Bool

  package init(notifiesOfApplies: Bool) { self.notifiesOfApplies = notifiesOfApplies }

  package static let none = EffectSettings(notifiesOfApplies: false)

  /// What tells the world of an apply at `time`; nothing for one that changes no resource.
  ///
  /// The time is part of the key: after a rollback the very same plan may be applied again, and
  /// that is news.
  package func announcing(
    _ plan: Plan, digest: Digest, at time: Timestamp, reason: String? = nil,
  ) -> [NewEffect] {
    guard notifiesOfApplies, !plan.isEmpty else { return [] }
    let digest = digest.description
    let counts = Change.Action.allCases.map {
      Value.Member($0.rawValue, .integer(Int64(plan.count(of: $0))))
    }
    let payload: Value = [
      "event": "plan.applied", "formatVersion": 1, "plan": .string(digest),
      "revision": .string(plan.revision), "stateRoot": .string(plan.predictedRoot.description),
      "baseRevision": plan.baseRevision.map { .string($0) } ?? .null,
      "rollback": .bool(plan.isRollback), "reason": reason.map { .string($0) } ?? .null,
      "counts": .sorted(counts),
    ]
    return [
      NewEffect(
        kind: "notify", idempotencyKey: Self.keyPrefix(of: digest, at: time) + "notify",
        payload: CanonicalJSON.bytes(of: payload))
    ]
  }

  /// What the idempotency keys of the effects of one apply begin with.
  static func keyPrefix(of digest: String, at time: Timestamp) -> String {
    "\(digest)/\(time.nanoseconds)/"
  }
}
