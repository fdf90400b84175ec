package import Resources
import Workflows

/// Watches as JSON, for commands and routes alike.
package enum HealthJSON {
  /// The answer to who asks for the watch.
  package static func answer(_ record: HealthRecord?, now: Timestamp) -> Value {
    [
      "formatVersion": 1, "now": .string(now.description),
      "watch": record.map(value) ?? .null,
    ]
  }

  package static func value(_ record: HealthRecord) -> Value {
    [
      "apply": .integer(record.sequence), "began": .string(record.began.description),
      "check": record.check.map { .string($0) } ?? .null,
      "checks": .array(record.watch.checks.map(\.value)),
      "deadline": .string(record.watch.deadline.description),
      "ended": record.ended.map { .string($0.description) } ?? .null,
      "endedBy": record.actor.map { .string($0) } ?? .null,
      "good": record.good.map { good in
        [
          "apply": .integer(good.sequence), "revision": .string(good.revision),
          "stateRoot": .string(good.root.description),
        ]
      } ?? .null,
      "omittedChecks": .integer(Int64(record.watch.omittedCount)),
      "reason": record.reason.map { .string($0) } ?? .null,
      "revision": .string(record.revision), "rolledBack": .bool(record.isRolledBack),
      "state": .string(record.state.rawValue), "stateRoot": .string(record.root.description),
    ]
  }

  /// What is said of an apply in a list of them: how its watch stands, and why.
  package static func summary(_ record: HealthRecord?) -> Value {
    guard let record else { return .null }
    return [
      "check": record.check.map { .string($0) } ?? .null,
      "deadline": .string(record.watch.deadline.description),
      "reason": record.reason.map { .string($0) } ?? .null,
      "rolledBack": .bool(record.isRolledBack), "state": .string(record.state.rawValue),
    ]
  }
}
