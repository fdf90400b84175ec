import Kinds
import Resources

/// Judges changes by the policies that are live, and says who must agree to them.
struct PolicyReview {
  struct Result {
    var findings: [PolicyFinding] = []
    var approvals: [ApprovalRequirement] = []
  }

  private let input: PlanInput
  private let registry: KindRegistry
  private var set: PolicySet { input.policies.set }

  init(_ input: PlanInput, _ registry: KindRegistry) {
    self.input = input
    self.registry = registry
  }

  func review(_ changes: [Change]) -> Result {
    var result = Result()
    for change in changes {
      if let requirement = ownRequirement(change) { result.approvals.append(requirement) }
    }
    if !set.isEmpty, !changes.isEmpty { judge(changes, &result) }
    result.findings.sort()
    result.approvals.sort()
    return result
  }

  // MARK: Policies

  private func judge(_ changes: [Change], _ result: inout Result) {
    let single = set.policies.filter { !$0.isAboutPlan }
    let together = set.policies.filter(\.isAboutPlan)
    let seesPlan = single.contains(where: \.usesPlan)
    var byKind: [String: [CompiledPolicy]] = [:]
    for kind in Set(changes.map(\.key.kind)) {
      byKind[kind] = single.filter { $0.match.covers(kind: kind) }
    }
    var all: [(change: Change, facts: PolicyFacts)] = []
    if seesPlan || !together.isEmpty { all = changes.map { ($0, facts(of: $0)) } }
    let surroundings = surroundings(seesPlan ? all.map(\.facts) : [])
    for (index, change) in changes.enumerated() {
      let policies = byKind[change.key.kind] ?? []
      if policies.isEmpty, set.broken.isEmpty { continue }
      let facts = all.isEmpty ? facts(of: change) : all[index].facts
      for policy in policies where policy.match.covers(facts.change) {
        for violation in policy.violations(facts, surroundings) {
          add(violation, of: policy, change, facts.change, &result)
        }
      }
      addBroken(change, facts.change, &result)
    }
    for policy in together { judge(all, together: policy, &result) }
  }

  private func judge(
    _ all: [(change: Change, facts: PolicyFacts)], together policy: CompiledPolicy,
    _ result: inout Result,
  ) {
    let matched = all.filter { policy.match.covers($0.facts.change) }
    if matched.isEmpty { return }
    for violation in policy.violations(nil, surroundings(matched.map(\.facts))) {
      result.findings.append(finding(violation, of: policy))
      guard policy.severity == PolicyFinding.Severity.approve.rawValue else { continue }
      for (change, _) in matched {
        result.approvals.append(requirement(violation.message, of: policy, change, nil))
      }
    }
  }

  private func surroundings(_ changes: [PolicyFacts]) -> PolicySurroundings {
    PolicySurroundings(changes: changes, live: input.policies.live, registry: registry)
  }

  private func finding(
    _ violation: CompiledPolicy.Violation, of policy: CompiledPolicy,
  ) -> PolicyFinding {
    PolicyFinding(
      policy: policy.name, rule: violation.rule,
      severity: PolicyFinding.Severity(rawValue: policy.severity) ?? .deny, subject: nil,
      message: violation.message, reason: violation.reason, pointer: violation.pointer,
      isFailure: violation.isFailure)
  }

  private func add(
    _ violation: CompiledPolicy.Violation, of policy: CompiledPolicy, _ change: Change,
    _ facts: PolicyChange, _ result: inout Result,
  ) {
    var finding = finding(violation, of: policy)
    finding.subject = change.key
    finding.location = change.location
    finding.exception = set.exception(of: policy.name, for: facts)
    result.findings.append(finding)
    if finding.severity == .approve {
      result.approvals.append(
        requirement(violation.message, of: policy, change, finding.exception))
    }
  }

  private func requirement(
    _ message: String, of policy: CompiledPolicy, _ change: Change,
    _ exception: PolicyFinding.Exception?,
  ) -> ApprovalRequirement {
    ApprovalRequirement(
      key: change.key, change: change.identity, source: "Policy/\(policy.name)", message: message,
      approvers: policy.approvers, roles: policy.roles, exception: exception)
  }

  /// A policy that does not compile fails what it matches, except for what could mend it.
  private func addBroken(_ change: Change, _ facts: PolicyChange, _ result: inout Result) {
    if PolicySet.kinds.contains(change.key.kind) { return }
    for policy in set.broken where policy.match.covers(facts) {
      result.findings.append(
        PolicyFinding(
          policy: policy.name, rule: 0,
          severity: PolicyFinding.Severity(rawValue: policy.severity) ?? .deny,
          subject: change.key, message: policy.message, location: change.location,
          isFailure: true, exception: set.exception(of: policy.name, for: facts)))
    }
  }

  /// The change as rules see it.
  private func facts(of change: Change) -> PolicyFacts {
    let live = input.live[change.key]?.content.flatMap(Value.init(canonical:))
    let object =
      change.action == .delete
      ? nil : change.content.flatMap(Value.init(canonical:)) ?? live
    let commit = change.origin?.commit ?? ""
    return PolicyFacts(
      PolicyChange(
        action: change.action.rawValue, key: change.key, file: change.location.file,
        previousFile: change.previousFile, object: object,
        oldObject: change.action == .create ? nil : live,
        request: PolicyChange.Request(
          author: change.origin?.email ?? "", authorName: change.origin?.author ?? "",
          signer: input.policies.signers[commit] ?? "", branch: input.policies.branch)),
      registry: registry)
  }

  // MARK: What resources ask for themselves

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
    let word: StaticString = "\"approval\":{"
    let length = word.utf8CodeUnitCount
    // Pointers, because this looks at every byte of everything that changes.
    return word.withUTF8Buffer { word in
      bytes.withUnsafeBufferPointer { bytes in
        guard bytes.count >= length else { return false }
        var start = 0
        while start <= bytes.count - length {
          var matched = 0
          while matched < length, bytes[start + matched] == word[matched] { matched += 1 }
          if matched == length { return true }
          start += 1
        }
        return false
      }
    }
  }
}
