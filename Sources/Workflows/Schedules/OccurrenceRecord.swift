package import Resources

/// What was decided about one nominal time of a schedule: the row that makes it happen once.
package struct OccurrenceRecord: Hashable, Sendable {
  package var schedule: String
  /// The local time that is meant, in seconds since 1970-01-01T00:00:00 on the zone's clocks.
  ///
  /// For intervals and single times the instant itself.
  package var nominal: Int64
  /// 1 where clocks show that time again, else 0; more only after a change of the zone, see
  /// ``ScheduleCursor/Repetition``.
  package var fold: Int
  /// When it was due, in seconds since 1970-01-01T00:00:00Z, jitter not included.
  package var instant: Int64
  package var verdict: Verdict
  /// In words, for people.
  package var reason: String
  package var decidedAt: Timestamp
  /// What runs for it.
  package var execution: ExecutionID?
  /// How many occurrences it stands for, itself the latest; more than one only where more than
  /// ``ScheduleMachine/rowLimit`` were missed.
  package var count: Int
  /// The version of the time zone data it was decided with.
  package var zoneDataVersion: String

  package enum Verdict: String, Hashable, Sendable, CaseIterable {
    case ran, skippedOverlap, skippedSuspended, skippedDeadline, skippedGap, mergedGap, skippedFold
    case excluded, lostOutage
    /// It ran, but later than it was due: it was caught up, or waited for others.
    case late
    /// No probe is to run: each has had its success.
    case nothingToDo
  }

  package init(
    schedule: String, nominal: Int64, fold: Int, instant: Int64, verdict: Verdict, reason: String,
    decidedAt: Timestamp, execution: ExecutionID? = nil, count: Int = 1,
    zoneDataVersion: String = "",
  ) {
    self.schedule = schedule
    self.nominal = nominal
    self.fold = fold
    self.instant = instant
    self.verdict = verdict
    self.reason = reason
    self.decidedAt = decidedAt
    self.execution = execution
    self.count = count
    self.zoneDataVersion = zoneDataVersion
  }
}
