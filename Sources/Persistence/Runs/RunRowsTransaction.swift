internal import Actions
internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// What the dispatcher sees of one open transaction.
struct RunRowsTransaction: RunTransaction {
  let db: Database
  let time: Timestamp

  private func typed<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do { return try body() } catch { throw StoreError(error) }
  }

  // MARK: Runs

  func activeExecutions() throws(StoreError) -> (executions: [Execution], runs: [Run]) {
    try typed { try RunRows(db: db).active() }
  }

  func hasExecution(_ id: ExecutionID) throws(StoreError) -> Bool {
    try typed {
      let statement = try db.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM execution WHERE name = ?)")
      return try Bool.fetchOne(statement, arguments: [id.description]) ?? false
    }
  }

  func execution(_ id: ExecutionID) throws(StoreError) -> Execution? {
    try typed { try RunRows(db: db).execution(id) }
  }

  func write(_ executions: [ExecutionWrite], _ runs: [RunWrite]) throws(StoreError) {
    try typed {
      let rows = RunRows(db: db)
      for execution in executions { try rows.write(execution) }
      for run in runs { try rows.write(run) }
    }
  }

  func keep(_ output: [RunOutput]) throws(StoreError) {
    try typed {
      let rows = OutputRows(db: db)
      for piece in output { try rows.keep(piece) }
    }
  }

  func output(of run: RunID, _ stream: OutputChunk.Stream) throws(StoreError) -> [UInt8] {
    try typed {
      try OutputRows(db: db).pieces(of: run, after: 0, since: nil, limit: 100_000)
        .filter { $0.chunk.stream == stream }.flatMap(\.chunk.bytes)
    }
  }

  // MARK: Requests

  func enqueue(_ request: RunRequest) throws(StoreError) {
    try typed {
      let (kind, payload) = request.encoded
      let statement = try db.cachedStatement(
        sql: "INSERT INTO run_request (kind, payload, actor, time) VALUES (?, ?, ?, ?)")
      try statement.execute(arguments: [
        kind, CanonicalJSON.text(of: payload), request.actor, request.time.nanoseconds,
      ])
    }
  }

  func requests(limit: Int) throws(StoreError) -> [RunRequest] {
    try typed {
      let statement = try db.cachedStatement(
        sql: "SELECT id, kind, payload, actor, time FROM run_request ORDER BY id LIMIT ?")
      return try Row.fetchAll(statement, arguments: [limit]).map { row in
        guard
          let request = RunRequest(
            id: row[0], kind: row[1], payload: try JSONReader.read(text: row[2]), actor: row[3],
            time: Timestamp(nanoseconds: row[4]))
        else {
          throw StoreError(
            .corrupt, "a request about runs of the kind \(row[1] as String) cannot be read")
        }
        return request
      }
    }
  }

  func drop(_ requests: [RunRequest]) throws(StoreError) {
    try typed {
      let statement = try db.cachedStatement(sql: "DELETE FROM run_request WHERE id = ?")
      for request in requests { try statement.execute(binding: request.id) }
    }
  }

  func advance(_ request: RunRequest, to action: RunRequest.Action) throws(StoreError) {
    try typed {
      var advanced = request
      advanced.action = action
      try db.execute(
        sql: "UPDATE run_request SET payload = ? WHERE id = ?",
        arguments: [CanonicalJSON.text(of: advanced.encoded.payload), request.id])
    }
  }

  // MARK: Schedules

  func dueSchedules(at time: Timestamp, limit: Int) throws(StoreError) -> [ScheduleRow] {
    try typed { try ScheduleRows(db: db).due(at: time, limit: limit) }
  }

  func schedule(_ name: String) throws(StoreError) -> ScheduleRow? {
    try typed { try ScheduleRows(db: db).one(name) }
  }

  func nextDue() throws(StoreError) -> Timestamp? {
    try typed { try ScheduleRows(db: db).nextDue() }
  }

  func save(_ cursor: ScheduleCursor) throws(StoreError) {
    try typed { try ScheduleRows(db: db).save(cursor) }
  }

  func wakeSchedules(decidedBeside version: String, at time: Timestamp) throws(StoreError) {
    try typed { try ScheduleRows(db: db).wake(decidedBeside: version, at: time) }
  }

  func postpone(_ schedule: String, until time: Timestamp) throws(StoreError) {
    try typed { try ScheduleRows(db: db).postpone(schedule, until: time) }
  }

  func ledgerEnd(of schedule: String) throws(StoreError) -> ScheduleMachine.LedgerEnd? {
    try typed { try ScheduleRows(db: db).end(of: schedule) }
  }

  func dropSchedule(_ name: String) throws(StoreError) {
    try typed { try ScheduleRows(db: db).drop(name) }
  }

  func record(_ records: [OccurrenceRecord]) throws(StoreError) -> [OccurrenceRecord] {
    try typed {
      let rows = ScheduleRows(db: db)
      return try records.filter { try rows.insert($0) }
    }
  }

  func successes(of schedule: String) throws(StoreError) -> [String: Timestamp] {
    try typed { try ScheduleRows(db: db).successes(of: schedule) }
  }

  func setSuccess(
    of schedule: String, on probe: String, at time: Timestamp,
  ) throws(StoreError) {
    try typed { try ScheduleRows(db: db).setSuccess(of: schedule, on: probe, at: time) }
  }

  // MARK: What is live

  func stateRoot() throws(StoreError) -> Digest {
    try typed { try LiveRows.summary(db).root }
  }

  func live(_ key: ResourceKey) throws(StoreError) -> (digest: Digest, content: Value)? {
    try typed {
      let statement = try db.cachedStatement(
        sql: """
          SELECT resource.digest, bytes FROM resource JOIN content ON content.id = content_id
          WHERE kind = ? AND name = ?
          """)
      return try Row.fetchOne(statement, arguments: [key.kind, key.name]).map {
        (digest: try Digest(column: $0[0]), content: try Self.content($0[1], key.description))
      }
    }
  }

  func live(kind: String) throws(StoreError) -> [(name: String, content: Value)] {
    try typed {
      try Row.fetchAll(
        db,
        sql: """
          SELECT name, bytes FROM resource JOIN content ON content.id = content_id
          WHERE kind = ? ORDER BY name
          """, arguments: [kind]
      ).map { (name: $0[0], content: try Self.content($0[1], "\(kind)/\($0[0] as String)")) }
    }
  }

  private static func content(_ data: Data, _ key: String) throws -> Value {
    do {
      return try JSONReader.read(Array(data), maximumDepth: 128, maximumBytes: 16 << 20)
    } catch {
      throw StoreError(.corrupt, "the content of \(key) cannot be read")
    }
  }

  func revocations() throws(StoreError) -> [Revocation] {
    try typed { try RevocationRows(db: db).all() }
  }

  func revoke(_ revocation: Revocation) throws(StoreError) -> Bool {
    try typed { try RevocationRows(db: db).insert(revocation) }
  }

  func unrevoke(_ job: String) throws(StoreError) -> Bool {
    try typed { try RevocationRows(db: db).delete(job) }
  }

  func decisions(on change: Digest) throws(StoreError) -> [ApprovalDecision] {
    try typed { try ApprovalRows(db: db).all(on: [change]) }
  }

  // MARK: The journal

  func append(_ notes: [RunNote]) throws(StoreError) {
    try typed {
      if notes.isEmpty { return }
      var journal = try JournalRows(db: db, actor: "dispatcher", time: time)
      for note in notes {
        try journal.append(
          note.kind, by: note.actor, subject: note.subject,
          payload: CanonicalJSON.bytes(of: note.payload))
      }
    }
  }

  func append(_ events: [NewEvent], actor: String) throws(StoreError) {
    try typed {
      if events.isEmpty { return }
      var journal = try JournalRows(db: db, actor: actor, time: time)
      for event in events {
        try journal.append(
          event.kind, subject: event.subject, payload: CanonicalJSON.bytes(of: event.payload))
      }
    }
  }
}
