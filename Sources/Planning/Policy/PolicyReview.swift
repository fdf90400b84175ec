import Resources

/// Judges changes by the policies that are live, and says who must agree to them.
struct PolicyReview {
  struct Result {
    var findings: [PolicyFinding] = []
    var approvals: [ApprovalRequirement] = []
  }

  private let input: PlanInput
  private let registry: KindRegistry

  init(_ input: PlanInput, _ registry: KindRegistry) {
    self.input = input
    self.registry = registry
  }

  func review(_ changes: [Change]) -> Result {
    var result = Result()
    for change in changes {
      if let requirement = ownRequirement(change) { result.approvals.append(requirement) }
    }
    result.findings.sort()
    result.approvals.sort()
    return result
  }

  /// What the resource itself asks for by `spec.approval`, before or after the change.
  ///
  /// Its creation needs nobody: nothing of it runs before it is there, and its runs ask then. Nor
  /// does putting back what was applied before, and somebody changed beside git.
  private func ownRequirement(_ change: Change) -> ApprovalRequirement? {
    guard change.action == .update || change.action == .delete, change.reason != .drifted,
      registry[change.key.kind]?.spec.field(named: "approval") != nil
    else { return nil }
    let old = input.live[change.key]?.content
    var approvers: Int64 = 0
    var roles: Set<String>?
    for bytes in [old, change.content] {
      guard let bytes, Self.mentionsApproval(bytes),
        let approval = Value(canonical: bytes)?["spec"]?["approval"],
        approval["required"] == true
      else { continue }
      approvers = max(approvers, approval["approvers"]?.integer ?? 1)
      // What is live says who; the change cannot make it easier.
      if roles == nil { roles = Set((approval["roles"]?.array ?? []).compactMap(\.string)) }
    }
    guard approvers > 0 else { return nil }
    return ApprovalRequirement(
      key: change.key, change: change.identity, source: "spec.approval",
      message: "\(change.key) asks for approval of changes to it", approvers: Int(approvers),
      roles: (roles ?? []).sorted())
  }

  /// Whether it is worth while to read `bytes`: most resources ask for nothing.
  private static func mentionsApproval(_ bytes: [UInt8]) -> Bool {
    let word = Array("\"approval\":{".utf8)
    guard bytes.count >= word.count else { return false }
    return (0...bytes.count - word.count).contains { start in
      bytes[start] == word[0] && bytes[start + 1] == word[1]
        && bytes[start..<start + word.count].elementsEqual(word)
    }
  }
}
