package import Resources

/// How long and by what a new state is watched, as the settings or one resource ask for it.
package struct HealthPolicy: Hashable, Sendable {
  package var window: TimeSpan
  package var interval: TimeSpan
  /// So many failures of a check in a row mean that the state is bad.
  package var failureLimit: Int
  /// So many successes in a row each check needs at the end of the window.
  package var successCount: Int
  package var checks: [CheckDefinition]

  package init(
    window: TimeSpan = .minutes(5), interval: TimeSpan = .seconds(10), failureLimit: Int = 3,
    successCount: Int = 1, checks: [CheckDefinition] = [],
  ) {
    self.window = window
    self.interval = interval
    self.failureLimit = failureLimit
    self.successCount = successCount
    self.checks = checks
  }

  /// Reads the canonical form of a `health` field; nil for another form.
  package init?(_ value: Value) {
    guard let window = TimeSpan(in: value["window"]),
      let interval = TimeSpan(in: value["interval"]), let failures = value["failures"]?.integer,
      let successes = value["successes"]?.integer, let checks = value["checks"]?.array
    else { return nil }
    self.init(
      window: window, interval: interval, failureLimit: Int(failures),
      successCount: Int(successes), checks: checks.compactMap(CheckDefinition.init))
    guard self.checks.count == checks.count else { return nil }
  }
}

/// One question about a state: which check is asked, and with what.
///
/// The machine never looks inside, so another check needs no change to it.
package struct CheckDefinition: Hashable, Sendable {
  /// The word that chooses the check: `http`, `effects`, `conditions`.
  package var kind: String
  package var parameters: Value

  package init(kind: String, parameters: Value) {
    self.kind = kind
    self.parameters = parameters
  }

  /// Reads `{kind: parameters}`; nil for another form.
  package init?(_ value: Value) {
    guard let members = value.members, members.count == 1, let member = members.first else {
      return nil
    }
    self.init(kind: member.key, parameters: member.value)
  }

  package var value: Value { .object([Value.Member(kind, parameters)]) }

  /// What people call it: its kind, and the URL where it has one.
  package var name: String {
    guard let url = parameters["url"]?.string else { return kind }
    return "\(kind) \(url)"
  }
}

extension TimeSpan {
  /// A canonical duration.
  init?(in value: Value?) {
    guard let text = value?.string, let span = try? TimeSpan(parsing: text) else { return nil }
    self = span
  }
}

extension Timestamp {
  /// So much later; at the far end of time where that is too late to say.
  package func adding(_ span: TimeSpan) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflow ? .max : sum)
  }
}
