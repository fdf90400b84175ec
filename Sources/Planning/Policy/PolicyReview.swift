import Kinds
import Resources

/// Judges changes by the policies that are live, and says who must agree to them.
struct PolicyReview: Sendable {
  struct Result: Sendable {
    var findings: [PolicyFinding] = []
    var approvals: [ApprovalRequirement] = []
  }

  private let input: PlanInput
  private let registry: KindRegistry
  private let spread: any Spread
  private var set: PolicySet { input.policies.set }

  init(_ input: PlanInput, _ registry: KindRegistry, _ spread: any Spread) {
    self.input = input
    self.registry = registry
    self.spread = spread
  }

  func review(_ changes: [Change]) -> Result { review(changes) {}.result }

  /// The review, and what `work` gives; neither needs the other, so they are done side by side.
  func review<Work: Sendable>(
    _ changes: [Change], beside work: @Sendable () -> Work,
  ) -> (result: Result, work: Work) {
    let ownRequirements: @Sendable () -> Result = {
      Result(approvals: changes.compactMap(ownRequirement))
    }
    guard !set.isEmpty, !changes.isEmpty else {
      return (sorted(ownRequirements()), work())
    }
    var (result, rest) = judge(changes) { (ownRequirements(), work()) }
    result.approvals += rest.0.approvals
    return (sorted(result), rest.1)
  }

  private func sorted(_ result: Result) -> Result {
    // Approvals are large, and a policy can ask for one of each change; what is sorted are their
    // places.
    let approvals = result.approvals
    let order = approvals.indices.sorted { approvals[$0] < approvals[$1] }
    return Result(findings: result.findings.sorted(), approvals: order.map { approvals[$0] })
  }

  // MARK: Policies

  /// Fewer changes are judged faster than they are spread.
  private static let spreadThreshold = 128

  private func judge<Work: Sendable>(
    _ changes: [Change], beside work: @Sendable () -> Work,
  ) -> (result: Result, work: Work) {
    let early = input.early?.finish()
    let single = set.aboutChanges
    let together = set.policies.filter(\.isAboutPlan)
    let seesPlan = single.contains(where: \.usesPlan)
    let spread = changes.count < Self.spreadThreshold ? OneByOne() : self.spread
    let facts = seesPlan || !together.isEmpty ? self.facts(of: changes, spread) : []
    let surroundings = surroundings(seesPlan ? facts : [])
    let sliceCount = spread.width == 1 ? 1 : spread.width * 4
    let judges = self.judges(single, changes, facts, surroundings, spread, isEarly: early != nil)
    // Every part is a value of its own, and they are joined in the order of the changes. What cannot
    // be divided comes first, so that nobody waits for it at the end.
    let (parts, done) = spread.map(together.count + sliceCount, beside: work) { part in
      part < together.count
        ? [(changes.count + part, judge(changes, facts, together: together[part]))]
        : slice(
          from: part - together.count, by: sliceCount, of: changes, facts, single, judges, early)
    }
    var result = Result()
    for (_, part) in parts.joined().sorted(by: { $0.place < $1.place }) {
      result.findings += part.findings
      result.approvals += part.approvals
    }
    return (result, done)
  }

  /// Those who judge single changes; without `facts`, nobody has judged any.
  private func judges(
    _ policies: [CompiledPolicy], _ changes: [Change], _ facts: [PolicyFacts],
    _ surroundings: PolicySurroundings, _ spread: any Spread, isEarly: Bool,
  ) -> PolicyJudges {
    PolicyJudges(policies, surroundings, spread) { policy in
      if facts.isEmpty || (isEarly && EarlyReview.judges(policy)) { return nil }
      return changes.indices.lazy.filter { policy.match.covers(kind: changes[$0].key.kind) }
        .prefix(PolicyJudges.trialLimit).map { facts[$0] }.first { policy.match.covers($0.change) }
    }
  }

  private func facts(of changes: [Change], _ spread: any Spread) -> [PolicyFacts] {
    let size = (changes.count + spread.width - 1) / spread.width
    return spread.map(spread.width) { part in
      let start = min(part * size, changes.count)
      return changes[start..<min(start + size, changes.count)].map(facts)
    }.flatMap(\.self)
  }

  /// What is said of every `step`th change, with its place among all.
  private func slice(
    from start: Int, by step: Int, of changes: [Change], _ all: [PolicyFacts],
    _ policies: [CompiledPolicy], _ judges: PolicyJudges,
    _ early: [ResourceKey: [PolicyJudges.Verdict]]?,
  ) -> [(place: Int, result: Result)] {
    var results: [(place: Int, result: Result)] = []
    var own = judges
    for place in stride(from: start, to: changes.count, by: step) {
      let isKnown = early != nil && EarlyReview.covers(changes[place])
      let known = isKnown ? early?[changes[place].key] ?? [] : []
      let part: PolicyJudges.Part = isKnown ? .late : .all
      let isOpen = own.areAbout(
        kind: changes[place].key.kind, action: changes[place].action, part)
      if known.isEmpty, !isOpen, set.broken.isEmpty { continue }
      let facts = all.isEmpty ? self.facts(of: changes[place]) : all[place]
      var result = Result()
      for verdict in known + own.verdicts(facts, part) {
        for violation in verdict.violations {
          add(violation, of: policies[verdict.policy], changes[place], facts.change, &result)
        }
      }
      addBroken(changes[place], facts.change, &result)
      if !result.findings.isEmpty { results.append((place, result)) }
    }
    return results
  }

  private func judge(
    _ changes: [Change], _ all: [PolicyFacts], together policy: CompiledPolicy,
  ) -> Result {
    var result = Result()
    let matched = all.indices.filter { policy.match.covers(all[$0].change) }
    if matched.isEmpty { return result }
    for violation in policy.violations(nil, surroundings(matched.map { all[$0] })) {
      result.findings.append(finding(violation, of: policy))
      guard policy.severity == PolicyFinding.Severity.approve.rawValue else { continue }
      for place in matched {
        result.approvals.append(requirement(violation.message, of: policy, changes[place], nil))
      }
    }
    return result
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
    let live = input.contentBefore(change).flatMap(CanonicalContent.init(canonical:))
    let object =
      change.action == .delete
      ? nil : change.content.flatMap(CanonicalContent.init(canonical:)) ?? live
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
    let old = input.contentBefore(change)
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
