package import Planning
package import Resources

/// A finding of a policy as programs read it.
package enum PolicyJSON {
  /// - Parameter time: the moment at which an exception counts or does not; nil where that is not known.
  package static func value(_ finding: PolicyFinding, at time: Timestamp?) -> Value {
    [
      "policy": .string(finding.policy), "rule": .integer(Int64(finding.rule)),
      "severity": .string(finding.severity.rawValue),
      "subject": finding.subject.map { .string($0.description) } ?? .null,
      "message": .string(finding.message),
      "reason": finding.reason.map { .string($0) } ?? .null,
      "pointer": finding.pointer.map { .string($0.description) } ?? .null,
      "location": finding.location.map { .sorted($0.members) } ?? .null,
      "failure": .bool(finding.isFailure),
      "waived": .bool(time.map(finding.isWaived) ?? false),
      "exception": finding.exception?.value ?? .null,
    ]
  }
}

/// A requirement of approval, and how far it is, as programs read it.
package enum ApprovalJSON {
  package static func value(_ standing: ApprovalStanding) -> Value {
    let requirement = standing.requirement
    return [
      "key": .string(requirement.key.description),
      "change": .string(requirement.change.description),
      "source": .string(requirement.source), "message": .string(requirement.message),
      "approvers": .integer(Int64(requirement.approvers)),
      "roles": .array(requirement.roles.map { .string($0) }),
      "exception": requirement.exception?.value ?? .null,
      "waived": .bool(standing.isWaived), "met": .bool(standing.isMet),
      "approvedBy": .array(standing.approvedBy.map(value)),
      "rejectedBy": .array(standing.rejectedBy.map(value)),
      "refused": .array(standing.refused.map { .string($0) }),
      "command": standing.isMet ? .null : .string(standing.command),
    ]
  }

  package static func value(_ decision: ApprovalDecision) -> Value {
    [
      "person": .string(decision.person.name), "actor": .string(decision.actor),
      "answer": .string(decision.answer.rawValue), "reason": .string(decision.reason),
      "time": .string(decision.time.description),
      "expires": .string(decision.expires.description),
    ]
  }
}
