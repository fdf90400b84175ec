import Kinds
package import Resources

/// What policies would say of resources as they are, if each came in a change of its own.
package struct PolicyAudit: Sendable {
  /// A resource to look at.
  package struct Subject: Sendable {
    package var key: ResourceKey
    /// Its canonical form.
    package var content: Value
    package var location: SourceLocation
    /// The manifest as written, where the place of a field is wanted.
    package var node: Node?

    package init(key: ResourceKey, content: Value, location: SourceLocation, node: Node?) {
      self.key = key
      self.content = content
      self.location = location
      self.node = node
    }
  }

  /// The gravest first.
  package private(set) var findings: [PolicyFinding] = []
  /// How many of the resources each policy is about, by its name.
  package private(set) var matches: [String: Int] = [:]

  package init(_ set: PolicySet, of subjects: [Subject], registry: KindRegistry) {
    let contents = subjects.map(\.content)
    for policy in set.policies {
      var matched: [(subject: Subject, facts: PolicyFacts)] = []
      for subject in subjects where policy.match.covers(kind: subject.key.kind) {
        // Rules about updates alone see a change that changes nothing.
        for action in ["create", "update"] {
          let change = Self.change(subject, action)
          guard policy.match.covers(change) else { continue }
          matched.append((subject, PolicyFacts(change, registry: registry)))
          break
        }
      }
      matches[policy.name] = matched.count
      let surroundings = PolicySurroundings(
        changes: policy.isAboutPlan || policy.usesPlan ? matched.map(\.facts) : [],
        live: policy.liveKinds.isEmpty ? [] : contents, registry: registry)
      judge(policy, matched, surroundings, set)
    }
    findings.sort()
  }

  private static func change(_ subject: Subject, _ action: String) -> PolicyChange {
    PolicyChange(
      action: action, key: subject.key, file: subject.location.file,
      object: .value(subject.content),
      oldObject: action == "create" ? nil : .value(subject.content))
  }

  private mutating func judge(
    _ policy: CompiledPolicy, _ matched: [(subject: Subject, facts: PolicyFacts)],
    _ surroundings: PolicySurroundings, _ set: PolicySet,
  ) {
    let severity = PolicyFinding.Severity(rawValue: policy.severity) ?? .deny
    func finding(_ violation: CompiledPolicy.Violation) -> PolicyFinding {
      PolicyFinding(
        policy: policy.name, rule: violation.rule, severity: severity, subject: nil,
        message: violation.message, reason: violation.reason, pointer: violation.pointer,
        isFailure: violation.isFailure)
    }
    if policy.isAboutPlan {
      if !matched.isEmpty { findings += policy.violations(nil, surroundings).map(finding) }
      return
    }
    for (subject, facts) in matched {
      for violation in policy.violations(facts, surroundings) {
        var finding = finding(violation)
        finding.subject = subject.key
        finding.location = subject.location
        if let pointer = violation.pointer, let node = subject.node {
          finding.location?.range = node.range(at: pointer)
        }
        finding.exception = set.exception(of: policy.name, for: facts.change)
        findings.append(finding)
      }
    }
  }
}
