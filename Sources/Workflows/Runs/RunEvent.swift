package import Actions
package import Resources

/// Something that happened to executions and runs, or to what they depend on.
package enum RunEvent: Sendable {
  /// Somebody or something triggered a job; of an execution that is known already, nothing comes.
  case start(NewExecution)
  /// One person agrees: to the execution, or to what its admission waits for.
  case approved(ExecutionID, by: String)
  /// One person refuses; that is enough.
  case rejected(ExecutionID, by: String, reason: String)
  /// The probe says that the attempt began.
  case started(RunID, at: Timestamp)
  /// The probe says how the attempt ended; `isSuccess` is what the job's condition says of it.
  case finished(RunID, ActionResult, isSuccess: Bool)
  /// Nobody will ever know how the attempt ended, such as one that its probe has no memory of.
  case lost(RunID, Run.Reason)
  /// Everything that was started on the probe and did not end is lost.
  case probeLost(String)
  case probeConnected(String)
  /// Somebody wants runs to stop; what waits never starts.
  case stop(StopScope, Run.StopRequest.Mode, by: String, reason: Run.Reason)
  /// The job may start nowhere; what runs goes on.
  case revoked(job: String, by: String)
  /// The job is gone: as `revoked`, and what runs is asked to stop.
  case jobDeleted(String, by: String)
  /// Other content is live for these jobs.
  case jobsChanged([String])
  /// What admission says may be another thing now, for any job.
  case rulesChanged
  /// `RunBook.nextTimer` has come.
  case tick
  /// The clock shows an earlier time than before: what waits for a while waits no longer for that.
  ///
  /// Deadlines stay, because they are moments that somebody named.
  case clockSetBack(by: TimeSpan)
  /// The server has begun; the first event of each book that was read back.
  ///
  /// What ran on the probes in `builtIn` ended with the server, and nobody knows how.
  case recovered(builtIn: [String])
}

/// An execution to be, as its trigger asks for it.
package struct NewExecution: Sendable {
  package var id: ExecutionID
  /// The job as it is now: later content is not run for this execution.
  package var job: JobDefinition
  package var trigger: Execution.Trigger
  package var actor: String
  /// In any order; a probe counts once.
  package var probes: [String]
  package var startAt: Timestamp
  package var deadline: Timestamp?
  /// Whether nobody needs to approve it, whatever the job says.
  package var isApproved: Bool

  package init(
    id: ExecutionID, job: JobDefinition, trigger: Execution.Trigger, actor: String,
    probes: [String], startAt: Timestamp, deadline: Timestamp? = nil, isApproved: Bool = false,
  ) {
    self.id = id
    self.job = job
    self.trigger = trigger
    self.actor = actor
    self.probes = probes
    self.startAt = startAt
    self.deadline = deadline
    self.isApproved = isApproved
  }
}

/// What is to stop.
package enum StopScope: Hashable, Sendable {
  /// One attempt; where a later one waits, that has to be named.
  case run(RunID)
  case execution(ExecutionID)
  /// Every execution of the job that has not ended.
  case job(String)
}
