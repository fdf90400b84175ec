package import Resources

/// What may become of a plan now.
package enum Verdict: Hashable, Sendable {
  /// There is nothing to change.
  case unchanged
  case ready
  case blocked([Block])

  /// One thing that holds a plan up, and what clears it.
  package struct Block: Hashable, Sendable {
    /// A guard's name, or `quarantine`.
    package var name: String
    package var subject: String
    package var message: String
    /// The command that clears it.
    package var command: String

    package init(name: String, subject: String, message: String, command: String) {
      self.name = name
      self.subject = subject
      self.message = message
      self.command = command
    }
  }

  /// Judges `plan` by its guards, and by what depends on the moment.
  ///
  /// - Parameters:
  ///   - digest: the plan's digest, where the caller has it already.
  ///   - acknowledged: the guards that somebody acknowledged for this very plan.
  ///   - isQuarantined: whether the state that the plan makes is in quarantine.
  ///   - windows: findings of change windows at this moment; they are not part of the plan.
  package static func of(
    _ plan: Plan, digest: Digest? = nil, acknowledged: Set<GuardFinding.Name>, isQuarantined: Bool,
    windows: [GuardFinding] = [],
  ) -> Verdict {
    let hasWork = !plan.isEmpty || plan.guards.contains { $0.name == .historyRewritten }
    guard hasWork else { return .unchanged }
    if plan.guards.isEmpty, windows.isEmpty, !isQuarantined { return .ready }
    var blocks: [Block] = []
    let digest = (digest ?? plan.digest).abbreviated
    for finding in (plan.guards + (plan.isEmpty ? [] : windows)).sorted()
    where !acknowledged.contains(finding.name) {
      blocks.append(
        Block(
          name: finding.name.rawValue, subject: finding.subject, message: finding.message,
          command: "writ ack \(finding.name.rawValue) --plan \(digest)"))
    }
    if isQuarantined, !plan.isRollback {
      let root = plan.predictedRoot.abbreviated
      blocks.append(
        Block(
          name: "quarantine", subject: root,
          message: "this content was rolled back from; it stays out until git differs",
          command: "writ quarantine clear \(root)"))
    }
    return blocks.isEmpty ? .ready : .blocked(blocks)
  }
}
