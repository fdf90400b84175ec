package import Resources

/// What the decision about a schedule depends on besides its times: its executions and targets.
package struct ScheduleActivity: Sendable {
  /// The executions of this schedule that have not ended, in order.
  package var active: [ExecutionID]
  /// The probes of the target that can be expected to run something, in order.
  package var expected: [String]
  /// When each probe last had a success of this schedule; only for the modes that ask for it.
  package var successes: [String: Timestamp]
  /// Probes on which an execution of this schedule has a run that has not ended.
  package var underway: Set<String>
  /// What keeps the schedule as a whole from starting anything; nil for nothing.
  package var hold: Hold?

  package enum Hold: Hashable, Sendable {
    /// Somebody stopped all that happens by itself, for a reason.
    case all(reason: String)
    case jobMissing, jobRevoked
  }

  package init(
    active: [ExecutionID] = [], expected: [String] = [], successes: [String: Timestamp] = [:],
    underway: Set<String> = [], hold: Hold? = nil,
  ) {
    self.active = active
    self.expected = expected
    self.successes = successes
    self.underway = underway
    self.hold = hold
  }
}
