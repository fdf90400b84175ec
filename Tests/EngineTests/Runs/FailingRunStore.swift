import Actions
import Engine
import Persistence
import Planning
import Resources
import Synchronization
import Workflows

/// A store of which one call inside transactions fails, as on a full disk.
final class FailingRunStore: RunStore {
  private let store: Store
  private let state = Mutex((count: 0, failing: Int.max))

  init(_ store: Store) { self.store = store }

  /// Has the call `number` from now fail, and those after it not.
  func fail(at number: Int) { state.withLock { $0 = (0, number) } }

  /// How many calls there were since then.
  var count: Int { state.withLock { $0.count } }

  fileprivate func step() throws(StoreError) {
    let fails = state.withLock { state in
      state.count += 1
      return state.count == state.failing
    }
    if fails { throw StoreError(.full, "the disk is full") }
  }

  func dispatch<Result>(
    at time: Timestamp, _ body: (any RunTransaction) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try step()
    let result = try store.dispatch(at: time) { transaction throws(StoreError) in
      let result = try body(FailingTransaction(base: transaction, store: self))
      // The commit itself.
      try step()
      return result
    }
    return result
  }

  func pruneRuns(
    _ rule: RunRetention, at time: Timestamp, batch: Int,
  ) throws(StoreError) -> Bool { try store.pruneRuns(rule, at: time, batch: batch) }

  func runs(_ filter: RunFilter) throws(StoreError) -> RunPage { try store.runs(filter) }
  func runs(named text: String, limit: Int) throws(StoreError) -> [Run] {
    try store.runs(named: text, limit: limit)
  }
  func executions(named text: String, limit: Int) throws(StoreError) -> [Execution] {
    try store.executions(named: text, limit: limit)
  }
  func runs(of execution: ExecutionID) throws(StoreError) -> [Run] { try store.runs(of: execution) }
  func output(
    of run: RunID, after: Int64, since: Timestamp?, limit: Int,
  ) throws(StoreError) -> [StoredOutput] {
    try store.output(of: run, after: after, since: since, limit: limit)
  }
  func jobActivity() throws(StoreError) -> [String: JobActivity] { try store.jobActivity() }
  func revocations() throws(StoreError) -> [Revocation] { try store.revocations() }
  func scheduleRows() throws(StoreError) -> [ScheduleRow] { try store.scheduleRows() }
  func occurrences(
    of schedule: String, before: Int64?, limit: Int,
  ) throws(StoreError) -> [OccurrenceRecord] {
    try store.occurrences(of: schedule, before: before, limit: limit)
  }
  func verdictCounts(
    of schedule: String
  ) throws(StoreError) -> [OccurrenceRecord.Verdict: Int] {
    try store.verdictCounts(of: schedule)
  }
}

private struct FailingTransaction: RunTransaction {
  let base: any RunTransaction
  let store: FailingRunStore

  func activeExecutions() throws(StoreError) -> (executions: [Execution], runs: [Run]) {
    try store.step()
    return try base.activeExecutions()
  }
  func hasExecution(_ id: ExecutionID) throws(StoreError) -> Bool {
    try store.step()
    return try base.hasExecution(id)
  }
  func execution(_ id: ExecutionID) throws(StoreError) -> Execution? {
    try store.step()
    return try base.execution(id)
  }
  func write(_ executions: [ExecutionWrite], _ runs: [RunWrite]) throws(StoreError) {
    try store.step()
    try base.write(executions, runs)
    try store.step()
  }
  func keep(_ output: [RunOutput]) throws(StoreError) {
    try store.step()
    try base.keep(output)
  }
  func output(of run: RunID, _ stream: OutputChunk.Stream) throws(StoreError) -> [UInt8] {
    try store.step()
    return try base.output(of: run, stream)
  }
  func enqueue(_ request: RunRequest) throws(StoreError) {
    try store.step()
    try base.enqueue(request)
  }
  func requests(limit: Int) throws(StoreError) -> [RunRequest] {
    try store.step()
    return try base.requests(limit: limit)
  }
  func drop(_ requests: [RunRequest]) throws(StoreError) {
    try store.step()
    try base.drop(requests)
  }
  func advance(_ request: RunRequest, to action: RunRequest.Action) throws(StoreError) {
    try store.step()
    try base.advance(request, to: action)
  }
  func dueSchedules(at time: Timestamp, limit: Int) throws(StoreError) -> [ScheduleRow] {
    try store.step()
    return try base.dueSchedules(at: time, limit: limit)
  }
  func schedule(_ name: String) throws(StoreError) -> ScheduleRow? {
    try store.step()
    return try base.schedule(name)
  }
  func nextDue() throws(StoreError) -> Timestamp? {
    try store.step()
    return try base.nextDue()
  }
  func save(_ cursor: ScheduleCursor) throws(StoreError) {
    try store.step()
    try base.save(cursor)
  }
  func wakeSchedules(decidedBeside version: String, at time: Timestamp) throws(StoreError) {
    try store.step()
    try base.wakeSchedules(decidedBeside: version, at: time)
  }
  func postpone(_ schedule: String, until time: Timestamp) throws(StoreError) {
    try store.step()
    try base.postpone(schedule, until: time)
  }
  func ledgerEnd(of schedule: String) throws(StoreError) -> ScheduleMachine.LedgerEnd? {
    try store.step()
    return try base.ledgerEnd(of: schedule)
  }
  func dropSchedule(_ name: String) throws(StoreError) {
    try store.step()
    try base.dropSchedule(name)
  }
  func record(_ records: [OccurrenceRecord]) throws(StoreError) -> [OccurrenceRecord] {
    try store.step()
    return try base.record(records)
  }
  func successes(of schedule: String) throws(StoreError) -> [String: Timestamp] {
    try store.step()
    return try base.successes(of: schedule)
  }
  func setSuccess(
    of schedule: String, on probe: String, at time: Timestamp,
  ) throws(StoreError) {
    try store.step()
    try base.setSuccess(of: schedule, on: probe, at: time)
  }
  func stateRoot() throws(StoreError) -> Digest {
    try store.step()
    return try base.stateRoot()
  }
  func live(_ key: ResourceKey) throws(StoreError) -> (digest: Digest, content: Value)? {
    try store.step()
    return try base.live(key)
  }
  func live(kind: String) throws(StoreError) -> [(name: String, content: Value)] {
    try store.step()
    return try base.live(kind: kind)
  }
  func revocations() throws(StoreError) -> [Revocation] {
    try store.step()
    return try base.revocations()
  }
  func revoke(_ revocation: Revocation) throws(StoreError) -> Bool {
    try store.step()
    return try base.revoke(revocation)
  }
  func unrevoke(_ job: String) throws(StoreError) -> Bool {
    try store.step()
    return try base.unrevoke(job)
  }
  func decisions(on change: Digest) throws(StoreError) -> [ApprovalDecision] {
    try store.step()
    return try base.decisions(on: change)
  }
  func append(_ notes: [RunNote]) throws(StoreError) {
    try store.step()
    try base.append(notes)
  }
  func append(_ events: [NewEvent], actor: String) throws(StoreError) {
    try store.step()
    try base.append(events, actor: actor)
  }
}
