package import Actions
package import Resources
package import Workflows

/// What ran and what runs, for those who ask.
package protocol RunReader: Sendable {
  /// A page of runs, the newest first, with the true totals of the whole filter.
  func runs(_ filter: RunFilter) throws(StoreError) -> RunPage
  /// The runs whose name, or whose execution's name, begins with `text`; at most `limit`.
  func runs(named text: String, limit: Int) throws(StoreError) -> [Run]
  /// The executions whose name begins with `text`; at most `limit`.
  func executions(named text: String, limit: Int) throws(StoreError) -> [Execution]
  /// The runs of an execution, in the order in which they were made.
  func runs(of execution: ExecutionID) throws(StoreError) -> [Run]
  /// What a run wrote after the piece `after`, and not before `since`; at most `limit` pieces.
  func output(
    of run: RunID, after: Int64, since: Timestamp?, limit: Int,
  ) throws(StoreError) -> [StoredOutput]
  /// For each job: how many of its runs are in which state that is not an end, and its last
  /// execution; in one query.
  func jobActivity() throws(StoreError) -> [String: JobActivity]
  func revocations() throws(StoreError) -> [Revocation]
  func scheduleRows() throws(StoreError) -> [ScheduleRow]
  /// The newest verdicts of a schedule before the row `before`, the newest first.
  func occurrences(
    of schedule: String, before: Int64?, limit: Int,
  ) throws(StoreError) -> [OccurrenceRecord]
  /// How many occurrences of a schedule have which verdict.
  func verdictCounts(of schedule: String) throws(StoreError) -> [OccurrenceRecord.Verdict: Int]
}

/// Which runs are asked for; what is nil or empty does not matter.
package struct RunFilter: Hashable, Sendable {
  package var states: Set<RunState> = []
  package var job: String?
  package var probe: String?
  package var execution: ExecutionID?
  /// Made at or after this, and before that.
  package var since: Timestamp?
  package var until: Timestamp?
  package var limit: Int
  /// From a page: only what comes after its last run.
  package var cursor: Int64?

  package init(limit: Int = 50) { self.limit = limit }

  package static let largestLimit = 500
}

package struct RunPage: Sendable {
  /// The newest first, with the execution's trigger.
  package var runs: [Run]
  /// How many runs of the whole filter there are in each state, whatever the page.
  package var totals: [RunState: Int]
  /// For the next page; nil where there is none.
  package var next: Int64?

  package init(runs: [Run], totals: [RunState: Int], next: Int64?) {
    self.runs = runs
    self.totals = totals
    self.next = next
  }
}

package struct StoredOutput: Hashable, Sendable {
  /// Grows with each piece of a run.
  package var sequence: Int64
  package var time: Timestamp
  package var chunk: OutputChunk

  package init(sequence: Int64, time: Timestamp, chunk: OutputChunk) {
    self.sequence = sequence
    self.time = time
    self.chunk = chunk
  }
}

package struct JobActivity: Hashable, Sendable {
  package var queued = 0
  package var pending = 0
  package var running = 0
  package var lastExecution: ExecutionID?
  package var lastState: Execution.State?
  package var lastStarted: Timestamp?

  package init() {}

  /// Whether a run of it has not ended.
  package var isActive: Bool { queued + pending + running > 0 }
}
