package import Resources

/// What the caller knows at the moment of an event; it does not change within one.
package protocol RunWorld {
  /// The job that is live.
  func job(_ name: String) -> JobDefinition?
  func isRevoked(_ job: String) -> Bool
  /// What the command policies say of the job on the probe of a run, less what people allowed.
  func admission(_ job: JobDefinition, _ run: RunID) -> Admission
  func isConnected(_ probe: String) -> Bool
  /// How many attempts a probe may have at a time; nil for any number.
  func parallelLimit(_ probe: String) -> Int?
  /// When the probe was heard of last; nil for never.
  func lastHeard(_ probe: String) -> Timestamp?
  /// Whether there was such an execution: ended ones are not in the book.
  func hasEnded(_ execution: ExecutionID) -> Bool
}

extension RunWorld {
  package func parallelLimit(_ probe: String) -> Int? { nil }
}

/// What command policies say of a job on a probe.
package enum Admission: Hashable, Sendable {
  case allow
  /// Not yet, for this reason; judged again when policies, jobs or approvals change.
  case queue(String)
  case deny(String)
}
