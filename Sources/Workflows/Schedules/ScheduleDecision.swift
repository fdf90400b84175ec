package import Resources

/// What becomes of a schedule: all of it is to be written in one transaction, or none.
package struct ScheduleDecision: Hashable, Sendable {
  /// One verdict for each occurrence, unique on (schedule, nominal, fold), in order of instants
  /// within what was decided now; occurrences that waited come with those that are decided now.
  package var records: [OccurrenceRecord] = []
  /// What runs now, in order.
  package var starts: [Start] = []
  /// What is to end first; asking again for the same does no harm.
  package var stop: Stop?
  /// Stands where all this has been written.
  package var cursor: ScheduleCursor
  /// Whether to decide again at once: one decision does a bounded amount of work.
  package var hasMore = false

  /// An execution that an occurrence starts.
  package struct Start: Hashable, Sendable {
    package var execution: ExecutionID
    package var nominal: Int64
    package var fold: Int
    package var instant: Int64
    /// Whether it was missed, and is being caught up.
    package var isCatchUp: Bool
    /// The probes to run on; nil for all of the target.
    package var probes: [String]?
    /// When it was due, or now where that is past for long.
    package var startAt: Timestamp
    /// Runs that have not started then are skipped; nil for never.
    package var deadline: Timestamp?

    package init(
      execution: ExecutionID, nominal: Int64, fold: Int, instant: Int64, isCatchUp: Bool,
      probes: [String]?, startAt: Timestamp, deadline: Timestamp?,
    ) {
      self.execution = execution
      self.nominal = nominal
      self.fold = fold
      self.instant = instant
      self.isCatchUp = isCatchUp
      self.probes = probes
      self.startAt = startAt
      self.deadline = deadline
    }

    /// What started it, for the execution of the schedule `name`.
    package func trigger(ofSchedule name: String) -> Execution.Trigger {
      isCatchUp
        ? .catchUp(name: name, nominal: nominal, fold: fold)
        : .schedule(name: name, nominal: nominal, fold: fold)
    }
  }

  /// Executions that make place for a later occurrence.
  package struct Stop: Hashable, Sendable {
    package var mode: Run.StopRequest.Mode
    package var executions: [ExecutionID]

    package init(mode: Run.StopRequest.Mode, executions: [ExecutionID]) {
      self.mode = mode
      self.executions = executions
    }
  }

  package init(cursor: ScheduleCursor) { self.cursor = cursor }
}
