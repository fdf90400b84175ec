import Planning
import Resources
import Signatures

/// Puts together what the guards, policies and manifests of a plan have to say.
struct ReviewFindings {
  private let screen: PlanScreen
  private let time: Timestamp
  private let changes: [ResourceKey: Change]

  init(_ screen: PlanScreen, at time: Timestamp) {
    self.screen = screen
    self.time = time
    changes = Dictionary(screen.plan.changes.map { ($0.key, $0) }) { first, _ in first }
  }

  /// Guards, then policies, then what waits for people, then the manifests.
  var all: [ReviewFinding] {
    ReviewFinding.fingerprinted(
      guards() + screen.plan.policies.map(finding) + approvals()
        + screen.diagnostics.sorted().map(Self.finding))
  }

  static func of(_ diagnostics: [Diagnostic]) -> [ReviewFinding] {
    ReviewFinding.fingerprinted(diagnostics.sorted().map(finding))
  }

  static func of(_ verification: SourceVerification) -> [ReviewFinding] {
    let help = verification.remedies.first
    return ReviewFinding.fingerprinted(
      verification.refusals.map { refusal in
        ReviewFinding(
          rule: "signature/\(refusal.reason.word)", level: .error,
          message: "commit \(refusal.commit.prefix(12)): \(refusal.reason.words)", location: nil,
          isField: false, subject: refusal.commit, help: help)
      })
  }

  // MARK: Guards

  private func guards() -> [ReviewFinding] {
    let digest = screen.digest.abbreviated
    let own = screen.plan.guards.map { finding in
      ReviewFinding(
        rule: "guard/\(finding.name.rawValue)",
        level: screen.acknowledged.contains(finding.name) ? .note : .error,
        message: finding.message, location: place(of: finding), isField: false,
        subject: finding.subject, help: "writ ack \(finding.name.rawValue) --plan \(digest)",
        suppression: screen.acknowledged.contains(finding.name)
          ? .init(justification: "acknowledged for this plan") : nil)
    }
    let names = [Verdict.Block.policy, Verdict.Block.approval]
    let others = screen.blocks.filter { block in
      !names.contains(block.name)
        && !screen.plan.guards.contains {
          $0.name.rawValue == block.name && $0.subject == block.subject
        }
    }
    return own
      + others.map { block in
        ReviewFinding(
          rule: "guard/\(block.name)", level: .error, message: block.message, location: nil,
          isField: false, subject: block.subject, help: block.command)
      }
  }

  /// The change that a guard is about, or the first of those that it counts.
  private func place(of finding: GuardFinding) -> SourceLocation? {
    if let key = ResourceKey(finding.subject), let change = changes[key] { return change.location }
    let action: Change.Action? =
      switch finding.name {
      case .massDelete, .emptyTree: .delete
      case .massUpdate: .update
      default: nil
      }
    guard let action else { return nil }
    return screen.plan.changes.first {
      $0.action == action && ($0.key.kind == finding.subject || finding.subject == "everything")
    }?.location
  }

  // MARK: Policies and approvals

  private func finding(_ finding: PolicyFinding) -> ReviewFinding {
    let isWaived = finding.isWaived(at: time)
    var message = finding.message
    if finding.isFailure { message += " (the rule could not be evaluated, so it counts as broken)" }
    var suppression: ReviewFinding.Suppression?
    var help: String?
    if let exception = finding.exception {
      if isWaived {
        suppression = .init(
          justification: "PolicyException/\(exception.name) of \(exception.owner) until "
            + "\(exception.expires): \(exception.reason)")
      } else {
        message +=
          "; PolicyException/\(exception.name) of \(exception.owner) ran out at \(exception.expires)"
      }
    }
    if finding.severity == .approve, !isWaived, let key = finding.subject {
      help = changes[key].map { "writ approve \($0.identity.abbreviated) --as NAME" }
    }
    let level: ReviewFinding.Level =
      isWaived ? .note : finding.severity == .deny ? .error : .warning
    return ReviewFinding(
      rule: "policy/\(finding.policy)/\(finding.rule)", level: level, message: message,
      location: finding.location, isField: isField(finding),
      subject: finding.subject?.description, pointer: finding.pointer, reason: finding.reason,
      help: help, suppression: suppression)
  }

  /// Whether the place is that of a field: the resource's own is told by being the change's.
  private func isField(_ finding: PolicyFinding) -> Bool {
    guard finding.pointer != nil, let location = finding.location else { return false }
    return finding.subject.flatMap { changes[$0] }?.location != location
  }

  /// Approvals that are missing and that no finding of a policy tells already.
  private func approvals() -> [ReviewFinding] {
    let missing = Set(
      screen.blocks.filter { $0.name == Verdict.Block.approval }.map(\.subject))
    return screen.plan.approvals.compactMap { requirement in
      let isTold = screen.plan.policies.contains {
        $0.severity == .approve && $0.subject == requirement.key
          && "Policy/\($0.policy)" == requirement.source
      }
      let isMissing = missing.contains(requirement.key.description)
      if isTold { return nil }
      return ReviewFinding(
        rule: "approval", level: isMissing ? .warning : .note,
        message: "\(requirement.source): \(requirement.message)",
        location: changes[requirement.key]?.location, isField: false,
        subject: requirement.key.description,
        help: "writ approve \(requirement.change.abbreviated) --as NAME",
        suppression: isMissing ? nil : .init(justification: "approved, or covered by an exception"))
    }
  }

  // MARK: Manifests

  private static func finding(_ diagnostic: Diagnostic) -> ReviewFinding {
    ReviewFinding(
      rule: "diagnostic/\(diagnostic.code)",
      level: diagnostic.severity == .error ? .error : .warning, message: diagnostic.message,
      location: diagnostic.location, isField: true, subject: diagnostic.resource?.description,
      help: diagnostic.hint)
  }
}
