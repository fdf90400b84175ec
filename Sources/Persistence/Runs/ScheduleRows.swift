internal import Engine
internal import Foundation
internal import GRDB
internal import Resources
internal import Workflows

/// Cursors of schedules, and verdicts, inside one transaction.
struct ScheduleRows {
  let db: Database

  static let columns = "schedule, changed_at, state"

  func due(at time: Timestamp, limit: Int) throws -> [ScheduleRow] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT \(Self.columns) FROM schedule_cursor WHERE next_due <= ? ORDER BY next_due LIMIT ?
        """)
    return try Row.fetchAll(statement, arguments: [time.nanoseconds, limit]).map(Self.row)
  }

  func one(_ name: String) throws -> ScheduleRow? {
    try Row.fetchOne(
      db, sql: "SELECT \(Self.columns) FROM schedule_cursor WHERE schedule = ?", arguments: [name]
    ).map(Self.row)
  }

  func all() throws -> [ScheduleRow] {
    try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM schedule_cursor ORDER BY schedule")
      .map(Self.row)
  }

  func nextDue() throws -> Timestamp? {
    let statement = try db.cachedStatement(
      sql:
        "SELECT next_due FROM schedule_cursor WHERE next_due IS NOT NULL ORDER BY next_due LIMIT 1")
    return try Int64.fetchOne(statement).map { Timestamp(nanoseconds: $0) }
  }

  func save(_ cursor: ScheduleCursor) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE schedule_cursor SET state = ?, zone_data = ?, next_due = ? WHERE schedule = ?
        """)
    statement.setUncheckedArguments([
      CanonicalJSON.text(of: cursor.value), cursor.zoneDataVersion, cursor.nextDue?.nanoseconds,
      cursor.schedule,
    ])
    try statement.execute()
  }

  func drop(_ name: String) throws {
    try db.execute(sql: "DELETE FROM schedule_cursor WHERE schedule = ?", arguments: [name])
  }

  /// Says that a schedule has other content from `time` on.
  func touch(_ name: String, at time: Timestamp) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO schedule_cursor (schedule, changed_at, next_due) VALUES (?, ?, ?)
        ON CONFLICT (schedule) DO UPDATE
        SET changed_at = excluded.changed_at, next_due = excluded.next_due
        """)
    try statement.execute(arguments: [name, time.nanoseconds, time.nanoseconds])
  }

  /// Has all that was decided with other time zone data looked at again.
  func wake(decidedBeside version: String, at time: Timestamp) throws {
    try db.execute(
      sql: """
        UPDATE schedule_cursor SET next_due = ? WHERE state IS NOT NULL AND zone_data <> ?
        """,
      arguments: [time.nanoseconds, version])
  }

  func postpone(_ name: String, until time: Timestamp) throws {
    try db.execute(
      sql: "UPDATE schedule_cursor SET next_due = ? WHERE schedule = ?",
      arguments: [time.nanoseconds, name])
  }

  // MARK: Verdicts

  func end(of schedule: String) throws -> ScheduleMachine.LedgerEnd? {
    let row = try Row.fetchOne(
      db, sql: "SELECT max(instant), max(nominal), max(fold) FROM occurrence WHERE schedule = ?",
      arguments: [schedule])
    guard let row, let instant = row[0] as Int64?, let nominal = row[1] as Int64?,
      let fold = row[2] as Int?
    else { return nil }
    return ScheduleMachine.LedgerEnd(instant: instant, nominal: nominal, fold: fold)
  }

  func insert(_ record: OccurrenceRecord) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO occurrence (schedule, nominal, fold, instant, verdict, reason, decided_at,
          execution, count, zone_data)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (schedule, nominal, fold) DO NOTHING
        """)
    statement.setUncheckedArguments([
      record.schedule, record.nominal, record.fold, record.instant, record.verdict.rawValue,
      record.reason, record.decidedAt.nanoseconds, record.execution?.description, record.count,
      record.zoneDataVersion,
    ])
    try statement.execute()
    return db.changesCount == 1
  }

  func occurrences(of schedule: String, before: Int64?, limit: Int) throws -> [OccurrenceRecord] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT schedule, nominal, fold, instant, verdict, reason, decided_at, execution, count,
          zone_data
        FROM occurrence WHERE schedule = ? AND nominal < ? ORDER BY nominal DESC, fold DESC LIMIT ?
        """,
      arguments: [schedule, before ?? .max, limit]
    ).map(Self.record)
  }

  func counts(of schedule: String) throws -> [OccurrenceRecord.Verdict: Int] {
    var counts: [OccurrenceRecord.Verdict: Int] = [:]
    for row in try Row.fetchAll(
      db, sql: "SELECT verdict, sum(count) FROM occurrence WHERE schedule = ? GROUP BY verdict",
      arguments: [schedule])
    {
      if let verdict = OccurrenceRecord.Verdict(rawValue: row[0]) { counts[verdict] = row[1] }
    }
    return counts
  }

  func successes(of schedule: String) throws -> [String: Timestamp] {
    var result: [String: Timestamp] = [:]
    for row in try Row.fetchAll(
      db, sql: "SELECT probe, time FROM schedule_success WHERE schedule = ?", arguments: [schedule])
    {
      result[row[0]] = Timestamp(nanoseconds: row[1])
    }
    return result
  }

  func setSuccess(of schedule: String, on probe: String, at time: Timestamp) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO schedule_success (schedule, probe, time) VALUES (?, ?, ?)
        ON CONFLICT (schedule, probe) DO UPDATE SET time = max(time, excluded.time)
        """)
    try statement.execute(arguments: [schedule, probe, time.nanoseconds])
  }

  // MARK: Columns

  private static func row(_ row: Row) throws -> ScheduleRow {
    let name: String = row[0]
    let cursor = try (row[2] as String?).map { text in
      guard let value = try? JSONReader.read(text: text),
        let cursor = ScheduleCursor(schedule: name, value)
      else { throw StoreError(.corrupt, "how far the schedule \(name) was decided cannot be read") }
      return cursor
    }
    return ScheduleRow(name: name, cursor: cursor, changedAt: Timestamp(nanoseconds: row[1]))
  }

  private static func record(_ row: Row) throws -> OccurrenceRecord {
    guard let verdict = OccurrenceRecord.Verdict(rawValue: row[4]) else {
      throw StoreError(.corrupt, "the schedule \(row[0] as String) has an unknown verdict")
    }
    return OccurrenceRecord(
      schedule: row[0], nominal: row[1], fold: row[2], instant: row[3], verdict: verdict,
      reason: row[5], decidedAt: Timestamp(nanoseconds: row[6]),
      execution: (row[7] as String?).flatMap { ExecutionID($0) }, count: row[8],
      zoneDataVersion: row[9])
  }
}
