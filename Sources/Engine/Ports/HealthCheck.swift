package import Resources
package import Workflows

/// Looks whether a state is well, in one way.
///
/// Each kind of `CheckDefinition` is answered by one of these. Another kind of check, such as
/// expressions over the counts of runs, is another conformance and its shape; the machine and the
/// watcher stay as they are.
package protocol HealthCheck: Sendable {
  /// The kind of definition that it answers.
  var kind: String { get }

  /// What it sees at `time`. Ends within a limit of its own, and at once when it is cancelled.
  func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation
}

/// What a check is about.
package struct HealthSubject: Hashable, Sendable {
  /// The apply that is watched, and what it made live.
  package var record: HealthRecord
  /// Who asks for the check: `settings`, or the keys of resources.
  package var sources: [String]

  package init(record: HealthRecord, sources: [String]) {
    self.record = record
    self.sources = sources
  }
}
