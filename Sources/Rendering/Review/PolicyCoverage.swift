package import Planning
package import Resources

/// What one rule of a policy made of one change, or of the whole plan.
package struct PolicyCoverage: Hashable, Sendable, Comparable {
  package enum Outcome: String, Hashable, Sendable {
    case passed, failed
    /// The rule is broken, and an exception covers it.
    case waived
  }

  /// The name of the policy.
  package var policy: String
  /// The place of the rule among the policy's validations, from 0.
  package var rule: Int
  /// Nil for a rule about the whole plan.
  package var subject: ResourceKey?
  package var outcome: Outcome

  package init(policy: String, rule: Int, subject: ResourceKey?, outcome: Outcome) {
    self.policy = policy
    self.rule = rule
    self.subject = subject
    self.outcome = outcome
  }

  /// By policy, rule and subject.
  package static func < (a: PolicyCoverage, b: PolicyCoverage) -> Bool {
    if a.policy != b.policy { return a.policy.utf8.lexicographicallyPrecedes(b.policy.utf8) }
    if a.rule != b.rule { return a.rule < b.rule }
    switch (a.subject, b.subject) {
    case (let x?, let y?): return x < y
    case (nil, .some): return true
    default: return false
    }
  }

  /// `coverage` with what `findings` say, which is all there is where nobody kept what passed.
  package static func merged(
    _ coverage: [PolicyCoverage], findings: [PolicyFinding], at time: Timestamp,
  ) -> [PolicyCoverage] {
    struct Place: Hashable {
      var policy: String
      var rule: Int
      var subject: ResourceKey?
    }
    var outcomes: [Place: Outcome] = [:]
    for item in coverage {
      outcomes[Place(policy: item.policy, rule: item.rule, subject: item.subject)] = item.outcome
    }
    for finding in findings {
      outcomes[Place(policy: finding.policy, rule: finding.rule, subject: finding.subject)] =
        finding.isWaived(at: time) ? .waived : .failed
    }
    return outcomes.map { place, outcome in
      PolicyCoverage(
        policy: place.policy, rule: place.rule, subject: place.subject, outcome: outcome)
    }.sorted()
  }
}
