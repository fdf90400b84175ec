package import Resources

/// What a policy says of a change, or of a plan as a whole.
package struct PolicyFinding: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable, Comparable, CaseIterable {
    case deny, approve, warn

    private var rank: Int { self == .deny ? 0 : self == .approve ? 1 : 2 }
    package static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
  }

  /// A live PolicyException that covers the finding, as long as it has not run out.
  package struct Exception: Hashable, Sendable {
    /// The name of the exception.
    package var name: String
    package var owner: String
    package var reason: String
    package var expires: Timestamp

    package init(name: String, owner: String, reason: String, expires: Timestamp) {
      self.name = name
      self.owner = owner
      self.reason = reason
      self.expires = expires
    }
  }

  /// The name of the policy.
  package var policy: String
  /// The place of the rule among the policy's validations, from 0.
  package var rule: Int
  package var severity: Severity
  /// The resource whose change it is about; nil for a rule about the whole plan.
  package var subject: ResourceKey?
  package var message: String
  /// One word for scripts, where the rule has one.
  package var reason: String?
  /// The field that it is about, below the resource.
  package var pointer: JSONPointer?
  /// Where that field stands, or else the resource; nil for a rule about the whole plan.
  package var location: SourceLocation?
  /// Whether the rule could not be evaluated; it then counts as broken.
  package var isFailure: Bool
  package var exception: Exception?

  package init(
    policy: String, rule: Int, severity: Severity, subject: ResourceKey?, message: String,
    reason: String? = nil, pointer: JSONPointer? = nil, location: SourceLocation? = nil,
    isFailure: Bool = false, exception: Exception? = nil,
  ) {
    self.policy = policy
    self.rule = rule
    self.severity = severity
    self.subject = subject
    self.message = message
    self.reason = reason
    self.pointer = pointer
    self.location = location
    self.isFailure = isFailure
    self.exception = exception
  }

  /// Whether an exception covers it at `time`.
  package func isWaived(at time: Timestamp) -> Bool { exception.map { time < $0.expires } ?? false }
}

extension PolicyFinding: Comparable {
  /// The gravest first, then by policy, rule and resource.
  package static func < (a: PolicyFinding, b: PolicyFinding) -> Bool {
    if a.severity != b.severity { return a.severity < b.severity }
    if a.policy != b.policy { return a.policy < b.policy }
    if a.rule != b.rule { return a.rule < b.rule }
    switch (a.subject, b.subject) {
    case (let x?, let y?): return x < y
    case (nil, .some): return true
    default: return false
    }
  }
}

extension PolicyFinding {
  package var value: Value {
    var members: [Value.Member] = []
    if let exception { members.append(.init("exception", exception.value)) }
    if isFailure { members.append(.init("failure", true)) }
    if let location { members.append(.init("location", location.value)) }
    members.append(.init("message", .string(message)))
    if let pointer { members.append(.init("pointer", .string(pointer.description))) }
    members.append(.init("policy", .string(policy)))
    if let reason { members.append(.init("reason", .string(reason))) }
    members.append(.init("rule", .integer(Int64(rule))))
    members.append(.init("severity", .string(severity.rawValue)))
    if let subject { members.append(.init("subject", .string(subject.description))) }
    return .object(members)
  }

  init?(_ value: Value) {
    guard let policy = value["policy"]?.string, let rule = value["rule"]?.integer,
      let severity = value["severity"]?.string.flatMap(Severity.init),
      let message = value["message"]?.string
    else { return nil }
    self.init(
      policy: policy, rule: Int(clamping: rule), severity: severity,
      subject: value["subject"]?.string.flatMap { ResourceKey($0) }, message: message,
      reason: value["reason"]?.string,
      pointer: value["pointer"]?.string.map { JSONPointer(parsing: $0) },
      location: value["location"].flatMap(SourceLocation.init),
      isFailure: value["failure"] == true, exception: value["exception"].flatMap(Exception.init))
  }
}

extension PolicyFinding.Exception {
  package var value: Value {
    [
      "expires": .string(expires.description), "name": .string(name), "owner": .string(owner),
      "reason": .string(reason),
    ]
  }

  init?(_ value: Value) {
    guard let name = value["name"]?.string, let owner = value["owner"]?.string,
      let reason = value["reason"]?.string,
      let expires = value["expires"]?.string.flatMap({ try? Timestamp(parsing: $0) })
    else { return nil }
    self.init(name: name, owner: owner, reason: reason, expires: expires)
  }
}
