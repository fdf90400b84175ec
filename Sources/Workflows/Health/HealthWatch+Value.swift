package import Resources

/// A watch as the database and `writ health` have it.
extension HealthWatch {
  package var value: Value {
    [
      "checks": .array(checks.map(\.value)), "deadline": .string(deadline.description),
      "omitted": .integer(Int64(omittedCount)),
    ]
  }

  /// Reads what `value` wrote; nil for another form.
  package init?(_ value: Value) {
    guard let deadline = Timestamp(in: value["deadline"]), let checks = value["checks"]?.array,
      let omitted = value["omitted"]?.integer
    else { return nil }
    self.init(
      deadline: deadline, checks: checks.compactMap(WatchedCheck.init), omittedCount: Int(omitted))
    guard self.checks.count == checks.count else { return nil }
  }
}

extension WatchedCheck {
  package var value: Value {
    [
      "check": definition.value, "deadline": .string(deadline.description),
      "failureLimit": .integer(Int64(failureLimit)), "failures": .integer(Int64(failures)),
      "interval": .string(interval.description), "late": .integer(Int64(lateCount)),
      "name": .string(definition.name), "next": .string(next.description),
      "passed": .bool(isPassed), "reason": lastReason.map { .string($0) } ?? .null,
      "sources": .array(sources.map { .string($0) }),
      "successCount": .integer(Int64(successCount)), "successes": .integer(Int64(successes)),
    ]
  }

  init?(_ value: Value) {
    guard let definition = value["check"].flatMap(CheckDefinition.init),
      let deadline = Timestamp(in: value["deadline"]), let next = Timestamp(in: value["next"]),
      let interval = TimeSpan(in: value["interval"]),
      let failureLimit = value["failureLimit"]?.integer,
      let successCount = value["successCount"]?.integer, let sources = value["sources"]?.array
    else { return nil }
    let policy = HealthPolicy(
      interval: interval, failureLimit: Int(failureLimit), successCount: Int(successCount))
    self.init(definition, source: "", policy: policy, from: deadline)
    self.sources = sources.compactMap(\.string)
    self.deadline = deadline
    self.next = next
    failures = Int(value["failures"]?.integer ?? 0)
    successes = Int(value["successes"]?.integer ?? 0)
    lateCount = Int(value["late"]?.integer ?? 0)
    isPassed = value["passed"] == true
    lastReason = value["reason"]?.string
  }
}

extension Timestamp {
  fileprivate init?(in value: Value?) {
    guard let text = value?.string, let time = try? Timestamp(parsing: text) else { return nil }
    self = time
  }
}
