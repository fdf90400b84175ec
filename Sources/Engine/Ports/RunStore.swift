package import Actions
package import Planning
package import Resources
package import Workflows

/// What runs and what was decided about schedules, durably.
package protocol RunStore: RunReader {
  /// Runs `body` in one transaction: all that it writes is there afterwards, or nothing.
  func dispatch<Result>(
    at time: Timestamp, _ body: (any RunTransaction) throws(StoreError) -> Result
  ) throws(StoreError) -> Result

  /// Removes what ended long ago, at most `batch` executions and `batch` occurrences.
  ///
  /// - Returns: whether there is more.
  func pruneRuns(_ rule: RunRetention, at time: Timestamp, batch: Int) throws(StoreError) -> Bool
}

/// What one transaction of the dispatcher may read and write.
package protocol RunTransaction {
  // MARK: Runs

  /// The executions that have not ended, with all of their runs.
  func activeExecutions() throws(StoreError) -> (executions: [Execution], runs: [Run])
  func hasExecution(_ id: ExecutionID) throws(StoreError) -> Bool
  func execution(_ id: ExecutionID) throws(StoreError) -> Execution?
  /// Writes executions and runs; each must still be in the state that it is said to come from.
  func write(_ executions: [ExecutionWrite], _ runs: [RunWrite]) throws(StoreError)
  /// Keeps what runs wrote, and of each stream no more than its job wants.
  func keep(_ output: [RunOutput]) throws(StoreError)

  // MARK: Requests

  /// Asks whoever dispatches for something.
  func enqueue(_ request: RunRequest) throws(StoreError)
  /// The oldest requests.
  func requests(limit: Int) throws(StoreError) -> [RunRequest]
  func drop(_ requests: [RunRequest]) throws(StoreError)
  /// Leaves a request in its place with what is left of it.
  func advance(_ request: RunRequest, to action: RunRequest.Action) throws(StoreError)

  // MARK: Schedules

  /// Schedules with something to decide, the longest due first.
  func dueSchedules(at time: Timestamp, limit: Int) throws(StoreError) -> [ScheduleRow]
  func schedule(_ name: String) throws(StoreError) -> ScheduleRow?
  /// When the next schedule is due; nil for never.
  func nextDue() throws(StoreError) -> Timestamp?
  func save(_ cursor: ScheduleCursor) throws(StoreError)
  /// Has all schedules that were decided with other time zone data looked at again.
  func wakeSchedules(decidedBeside version: String, at time: Timestamp) throws(StoreError)
  /// Looks at a schedule again at `time`, and not before.
  func postpone(_ schedule: String, until time: Timestamp) throws(StoreError)
  /// How far the verdicts under a name go; nil where there is none.
  func ledgerEnd(of schedule: String) throws(StoreError) -> ScheduleMachine.LedgerEnd?
  func dropSchedule(_ name: String) throws(StoreError)
  /// Puts verdicts on record.
  ///
  /// - Returns: those that were not there yet, in their order.
  func record(_ records: [OccurrenceRecord]) throws(StoreError) -> [OccurrenceRecord]
  func successes(of schedule: String) throws(StoreError) -> [String: Timestamp]
  func setSuccess(of schedule: String, on probe: String, at time: Timestamp) throws(StoreError)

  // MARK: What is live

  func stateRoot() throws(StoreError) -> Digest
  /// The digest and the canonical content of a live resource.
  func live(_ key: ResourceKey) throws(StoreError) -> (digest: Digest, content: Value)?
  func live(kind: String) throws(StoreError) -> [(name: String, content: Value)]
  func revocations() throws(StoreError) -> [Revocation]
  func revoke(_ revocation: Revocation) throws(StoreError) -> Bool
  func unrevoke(_ job: String) throws(StoreError) -> Bool
  /// What people said of an execution that waits for them.
  func decisions(on change: Digest) throws(StoreError) -> [ApprovalDecision]

  /// Writes what became of executions and runs into the journal, in their order.
  func append(_ notes: [RunNote]) throws(StoreError)
  func append(_ events: [NewEvent], actor: String) throws(StoreError)
  /// What is kept of a stream of a run.
  func output(of run: RunID, _ stream: OutputChunk.Stream) throws(StoreError) -> [UInt8]
}

package struct ExecutionWrite: Sendable {
  package var execution: Execution
  package var isNew: Bool

  package init(_ execution: Execution, isNew: Bool) {
    self.execution = execution
    self.isNew = isNew
  }
}

package struct RunWrite: Sendable {
  package var run: Run
  /// The state before; nil for one that is new.
  package var from: RunState?

  package init(_ run: Run, from: RunState?) {
    self.run = run
    self.from = from
  }
}

/// A piece of what a run wrote, and when.
package struct RunOutput: Sendable {
  package var run: RunID
  package var time: Timestamp
  package var chunk: OutputChunk
  /// How many bytes of the stream are kept, in two halves: its head and its tail.
  package var limit: Int

  package init(run: RunID, time: Timestamp, chunk: OutputChunk, limit: Int) {
    self.run = run
    self.time = time
    self.chunk = chunk
    self.limit = limit
  }
}

package struct ScheduleRow: Hashable, Sendable {
  package var name: String
  /// How far it was decided; nil before it began.
  package var cursor: ScheduleCursor?
  /// When the live content came.
  package var changedAt: Timestamp

  package init(name: String, cursor: ScheduleCursor?, changedAt: Timestamp) {
    self.name = name
    self.cursor = cursor
    self.changedAt = changedAt
  }
}

/// A job that starts nowhere.
package struct Revocation: Hashable, Sendable {
  package var job: String
  /// Whether the job was deleted, so that a rollback of that takes it back.
  package var isByDeletion: Bool
  package var actor: String
  package var reason: String
  package var time: Timestamp

  package init(job: String, isByDeletion: Bool, actor: String, reason: String, time: Timestamp) {
    self.job = job
    self.isByDeletion = isByDeletion
    self.actor = actor
    self.reason = reason
    self.time = time
  }
}

/// How long it is kept what ran.
package struct RunRetention: Hashable, Sendable {
  /// Executions that ended longer ago are removed.
  package var age: TimeSpan
  /// So many ended executions of each job stay at most.
  package var countOfJob: Int

  package init(age: TimeSpan = .days(30), countOfJob: Int = 10_000) {
    self.age = age
    self.countOfJob = countOfJob
  }
}
