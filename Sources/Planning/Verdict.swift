package import Resources

/// What may become of a plan now.
package enum Verdict: Hashable, Sendable {
  /// There is nothing to change.
  case unchanged
  case ready
  case blocked([Block])

  /// One thing that holds a plan up, and what clears it.
  package struct Block: Hashable, Sendable {
    /// A guard's name, `quarantine`, `policy` or `approval`.
    package var name: String
    package var subject: String
    package var message: String
    /// The command or the edit that clears it.
    package var command: String

    package init(name: String, subject: String, message: String, command: String) {
      self.name = name
      self.subject = subject
      self.message = message
      self.command = command
    }

    package static let policy = "policy"
    package static let approval = "approval"
  }

  /// What a verdict depends on beside the plan.
  package struct Circumstances: Sendable {
    package var time: Timestamp
    /// The guards that somebody acknowledged for this very plan.
    package var acknowledged: Set<GuardFinding.Name>
    /// Whether the state that the plan makes is in quarantine.
    package var isQuarantined: Bool
    /// What has to be cleared then, where that is not the state that the plan makes.
    package var quarantinedRoot: Digest?
    /// Findings of change windows at this moment; they are not part of the plan.
    package var windows: [GuardFinding]
    package var approvals: ApprovalLedger

    package init(
      time: Timestamp, acknowledged: Set<GuardFinding.Name> = [], isQuarantined: Bool = false,
      windows: [GuardFinding] = [], approvals: ApprovalLedger = ApprovalLedger([], roles: [:]),
      quarantinedRoot: Digest? = nil,
    ) {
      self.quarantinedRoot = quarantinedRoot
      self.time = time
      self.acknowledged = acknowledged
      self.isQuarantined = isQuarantined
      self.windows = windows
      self.approvals = approvals
    }
  }

  /// Whether nothing but approvals is missing.
  package var isAwaitingApproval: Bool {
    guard case .blocked(let blocks) = self else { return false }
    return blocks.allSatisfy { $0.name == Block.approval }
  }

  /// Judges `plan` by its guards and policies, and by what depends on the moment.
  ///
  /// Policies and approvals do not hold up a rollback: what it returns to was live before, and it
  /// must work at night. Its plan is not judged by rules at all.
  ///
  /// - Parameter digest: the plan's digest, where the caller has it already.
  package static func of(
    _ plan: Plan, digest: Digest? = nil, _ circumstances: Circumstances,
  ) -> Verdict {
    let hasWork =
      !plan.isEmpty || !plan.held.isEmpty || plan.guards.contains { $0.name == .historyRewritten }
    guard hasWork else { return .unchanged }
    var blocks = guardBlocks(plan, (digest ?? plan.digest).abbreviated, circumstances)
    if circumstances.isQuarantined, !plan.isRollback {
      let root = (circumstances.quarantinedRoot ?? plan.predictedRoot).abbreviated
      blocks.append(
        Block(
          name: "quarantine", subject: root,
          message: "this content was rolled back from; it stays out until git differs",
          command: "writ quarantine clear \(root)"))
    }
    if !plan.isRollback {
      blocks += policyBlocks(plan, at: circumstances.time)
      blocks += circumstances.approvals.missing(for: plan, at: circumstances.time).map { missing in
        Block(
          name: Block.approval, subject: missing.requirement.key.description,
          message: "\(missing.requirement.source): \(missing.message)",
          command: missing.command)
      }
    }
    return blocks.isEmpty ? .ready : .blocked(blocks)
  }

  private static func guardBlocks(
    _ plan: Plan, _ digest: String, _ circumstances: Circumstances,
  ) -> [Block] {
    (plan.guards + (plan.isEmpty ? [] : circumstances.windows)).sorted()
      .filter { !circumstances.acknowledged.contains($0.name) }
      .map { finding in
        Block(
          name: finding.name.rawValue, subject: finding.subject, message: finding.message,
          command: "writ ack \(finding.name.rawValue) --plan \(digest)")
      }
  }

  private static func policyBlocks(_ plan: Plan, at time: Timestamp) -> [Block] {
    plan.policies.filter { $0.severity == .deny && !$0.isWaived(at: time) }.map { finding in
      var message = "Policy/\(finding.policy): \(finding.message)"
      if let exception = finding.exception {
        message +=
          " (the exception \(exception.name) of \(exception.owner) ran out at \(exception.expires))"
      }
      let place = finding.location.map { "edit \($0)" } ?? "change what the plan does"
      return Block(
        name: Block.policy, subject: finding.subject?.description ?? "the plan", message: message,
        command: "\(place), or apply a PolicyException for \(finding.policy) first")
    }
  }
}
