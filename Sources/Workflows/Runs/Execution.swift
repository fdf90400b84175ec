package import Resources

/// All runs of one trigger.
package struct Execution: Hashable, Sendable {
  package var id: ExecutionID
  /// The name of the job, and the digest of what it was then: later content is not run for it.
  package var job: String
  package var jobDigest: Digest
  package var trigger: Trigger
  /// Who or what asked for it, such as `cli:ana` or `schedule:nightly`.
  package var actor: String
  package var createdAt: Timestamp
  /// The start time that all its runs share, before jitter and waves.
  package var startAt: Timestamp
  /// Runs that have not started then are skipped; nil for never.
  package var deadline: Timestamp?
  /// Each probe once, in the order in which waves take them.
  package var probes: [String]
  /// How many probes have been served after each wave; the last is the number of probes.
  package var waves: [Wave]
  /// How many probes may fail; one more, and no further run is started; nil for any number.
  package var failureBudget: Int?
  package var state: State
  /// When the current wave may begin, where it waits for that.
  package var waveStartsAt: Timestamp?
  /// The wave that is being served, from 0.
  package var wave: Int
  /// Probes whose last attempt failed, timed out or was lost.
  package var failedCount: Int
  /// Why no further run is started, where that is so: a `Run.Reason`.
  package var stopReason: String?
  /// How many people must approve it; 0 for none.
  package var approvers: Int
  /// Who has approved it, in order, each once.
  package var approvedBy: [String]
  package var endedAt: Timestamp?

  /// What started it.
  package enum Trigger: Hashable, Sendable {
    case manual
    /// A schedule's occurrence, by its nominal local time in seconds and its fold.
    case schedule(name: String, nominal: Int64, fold: Int)
    /// As `schedule`, for an occurrence that was missed.
    case catchUp(name: String, nominal: Int64, fold: Int)
    case pack(String)
    case alert(String)
    /// Somebody repeats an execution.
    case retry(of: ExecutionID)
  }

  /// Where it is on its way; how it ended is in the order of `outcome(of:)`.
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// Waits for people.
    case awaitingApproval
    case active
    case success
    /// At least one probe failed, timed out or was lost.
    case failed
    /// At least one probe was denied, and none failed.
    case denied
    /// At least one probe was canceled, and none failed or was denied.
    case canceled
    /// Nothing ran, and nobody forbade it: every probe was skipped, or there is none.
    case skipped

    package var isTerminal: Bool { self != .awaitingApproval && self != .active }
  }

  /// One wave of a rollout.
  package struct Wave: Hashable, Sendable {
    /// How many probes have been served after it.
    package var end: Int
    /// How long it waits after the wave before it has ended.
    package var delay: TimeSpan

    package init(end: Int, delay: TimeSpan) {
      self.end = end
      self.delay = delay
    }
  }

  package init(
    id: ExecutionID, job: String, jobDigest: Digest, trigger: Trigger, actor: String,
    createdAt: Timestamp, startAt: Timestamp, deadline: Timestamp?, probes: [String],
    waves: [Wave], failureBudget: Int?, state: State = .active, waveStartsAt: Timestamp? = nil,
    wave: Int = 0, failedCount: Int = 0, stopReason: String? = nil, approvers: Int = 0,
    approvedBy: [String] = [], endedAt: Timestamp? = nil,
  ) {
    self.id = id
    self.job = job
    self.jobDigest = jobDigest
    self.trigger = trigger
    self.actor = actor
    self.createdAt = createdAt
    self.startAt = startAt
    self.deadline = deadline
    self.probes = probes
    self.waves = waves
    self.failureBudget = failureBudget
    self.state = state
    self.waveStartsAt = waveStartsAt
    self.wave = wave
    self.failedCount = failedCount
    self.stopReason = stopReason
    self.approvers = approvers
    self.approvedBy = approvedBy
    self.endedAt = endedAt
  }
}
