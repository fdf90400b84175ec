import Resources
import Workflows

/// What a watch makes of the conditions.
extension ConditionReport {
  mutating func take(_ finding: HealthGate.Finding?) {
    switch finding {
    case nil: return
    case .watching(let record):
      let words = HealthWords.watching(record)
      set(.ready, .unknown, "HealthCheckPending", words)
      set(.reconciling, .isTrue, "HealthCheckPending", words)
    case .stayed(let record):
      let words = HealthWords.stayed(record)
      set(.ready, .isFalse, "HealthCheckFailed", words)
      set(.stalled, .isTrue, "HealthCheckFailed", words)
      set(.reconciling, .isFalse, "HealthCheckFailed", "waiting for a new revision")
    case .rolledBack(let record, let command):
      var words = HealthWords.rolledBack(record)
      if let command { words += "; let it back with: \(command)" }
      set(.ready, .isFalse, "HealthCheckFailed", words)
      set(.stalled, .isTrue, "HealthCheckFailed", words)
      set(.reconciling, .isFalse, "HealthCheckFailed", "waiting for a new revision")
    }
  }

  private mutating func set(
    _ kind: Condition.Kind, _ status: Condition.Status, _ reason: String, _ message: String,
  ) {
    for index in conditions.indices where conditions[index].kind == kind {
      conditions[index].status = status
      conditions[index].reason = reason
      conditions[index].message = message
    }
  }
}

/// A watch in sentences.
package enum HealthWords {
  /// Why it failed.
  package static func reason(_ record: HealthRecord) -> String {
    let reason = record.reason ?? "it failed"
    return record.check.map { "\($0): \(reason)" } ?? reason
  }

  package static func watching(_ record: HealthRecord) -> String {
    "revision \(record.revision.prefix(12)) is live and watched until \(record.watch.deadline)"
  }

  package static func rolledBack(_ record: HealthRecord) -> String {
    let good = record.good.map { "; the live state is that of \($0.revision.prefix(12)) again" }
    return "revision \(record.revision.prefix(12)) failed its health gate (\(reason(record)))"
      + (good ?? "")
  }

  package static func stayed(_ record: HealthRecord) -> String {
    "revision \(record.revision.prefix(12)) failed its health gate (\(reason(record))), and stays live: there is no earlier state to go back to; push a better one"
  }
}
