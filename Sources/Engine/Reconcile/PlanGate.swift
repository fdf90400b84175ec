package import Planning
package import Resources

/// Judges a plan with what the store knows beside it: acknowledgements, quarantine,
/// windows, approvals.
package struct PlanGate {
  package let store: any StateStore
  package let windows: any ChangeWindowJudge
  /// Who signed commits, by commit, as far as that was verified; they count as their authors, too.
  package let signers: [String: String]

  package init(
    store: any StateStore, windows: any ChangeWindowJudge, signers: [String: String] = [:],
  ) {
    self.signers = signers
    self.store = store
    self.windows = windows
  }

  package struct Judgement: Sendable {
    package var verdict: Verdict
    /// The guards that were acknowledged for this plan.
    package var acknowledged: [GuardFinding.Name]
    package var digest: Digest
    /// Every requirement of the plan, met or not.
    package var approvals: [ApprovalStanding]

    package init(
      verdict: Verdict, acknowledged: [GuardFinding.Name], digest: Digest,
      approvals: [ApprovalStanding] = [],
    ) {
      self.approvals = approvals
      self.verdict = verdict
      self.acknowledged = acknowledged
      self.digest = digest
    }
  }

  /// - Parameter digest: what acknowledgements name, where that is not the digest of `plan`.
  package func judge(
    _ plan: Plan, digest: Digest? = nil, at time: Timestamp,
  ) throws -> Judgement {
    let digest = digest ?? plan.digest
    let digits = digest.description
    let acknowledged = Set(
      try store.acknowledgements().filter { digits.hasPrefix($0.plan) }.map(\.guardName))
    let quarantined = try quarantined(plan)
    let findings = try store.read { live throws(StoreError) in
      try windows.findings(for: plan, live: live, at: time)
    }
    let ledger = try ledger(for: plan)
    let verdict = Verdict.of(
      plan, digest: digest,
      Verdict.Circumstances(
        time: time, acknowledged: acknowledged, isQuarantined: quarantined != nil,
        windows: findings, approvals: ledger, quarantinedRoot: quarantined))
    return Judgement(
      verdict: verdict, acknowledged: acknowledged.sorted { $0.rawValue < $1.rawValue },
      digest: digest, approvals: ledger.standings(for: plan, at: time))
  }

  /// The state in quarantine that keeps `plan` out: the one that it makes, or a part of the same
  /// revision that went ahead of what waited for approval, and was gone back from.
  private func quarantined(_ plan: Plan) throws(StoreError) -> Digest? {
    let roots = Set(try store.quarantine().map(\.root))
    if roots.isEmpty || plan.isRollback { return nil }
    if roots.contains(plan.predictedRoot) { return plan.predictedRoot }
    return try store.appliedPlans(limit: Self.reach).first { apply in
      apply.revision == plan.revision && roots.contains(apply.root)
        && !apply.isExact && !apply.isEdit && !apply.isRollback
    }?.root
  }

  /// How many applies back are looked at for such a part.
  private static let reach = 1000

  /// What was said of the changes of `plan`, and the roles that are live; nothing is read for a plan
  /// that needs no approval.
  package func ledger(for plan: Plan) throws(StoreError) -> ApprovalLedger {
    if plan.approvals.isEmpty { return ApprovalLedger([], roles: [:]) }
    let decisions = try store.decisions(on: plan.approvals.map(\.change))
    let names = Set(plan.approvals.flatMap(\.roles)).sorted()
    let roles = try store.read { live throws(StoreError) in try LiveRoles.people(of: names, live) }
    return ApprovalLedger(decisions, roles: roles, signers: signers)
  }
}
