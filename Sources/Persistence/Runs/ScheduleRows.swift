internal import Engine
internal import Foundation
internal import GRDB
internal import Resources
internal import Workflows

/// Cursors of schedules, and verdicts, inside one transaction.
struct ScheduleRows {
  let db: Database

  static let columns = "schedule, digest, changed_at, decided_through, buffer, pause, next_due"

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
        UPDATE schedule_cursor
        SET digest = ?, decided_through = ?, buffer = ?, pause = ?, next_due = ? WHERE schedule = ?
        """)
    statement.setUncheckedArguments([
      cursor.digest.data, cursor.decidedThrough, Self.text(cursor.buffer),
      cursor.pause.map { CanonicalJSON.text(of: $0.value) }, cursor.nextDue?.nanoseconds,
      cursor.schedule,
    ])
    try statement.execute()
  }

  func drop(_ name: String) throws {
    try db.execute(sql: "DELETE FROM schedule_cursor WHERE schedule = ?", arguments: [name])
  }

  /// Says that a schedule has other content from `time` on.
  func touch(_ name: String, at time: Timestamp) throws {
    let seconds = time.nanoseconds / 1_000_000_000
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO schedule_cursor
          (schedule, digest, changed_at, decided_through, buffer, next_due)
        VALUES (?, zeroblob(32), ?, ?, '[]', ?)
        ON CONFLICT (schedule) DO UPDATE
        SET changed_at = excluded.changed_at, next_due = excluded.next_due
        """)
    try statement.execute(arguments: [name, time.nanoseconds, seconds, time.nanoseconds])
  }

  // MARK: Verdicts

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
    guard let items = (try? JSONReader.read(text: row[4]))?.array else {
      throw StoreError(.corrupt, "what waits of the schedule \(name) cannot be read")
    }
    let pause = (row[5] as String?).flatMap { try? JSONReader.read(text: $0) }
    return ScheduleRow(
      cursor: ScheduleCursor(
        schedule: name, digest: try Digest(column: row[1]), decidedThrough: row[3],
        buffer: items.compactMap(ScheduleCursor.Buffered.init),
        pause: pause.flatMap(ScheduleCursor.Pause.init),
        nextDue: (row[6] as Int64?).map { Timestamp(nanoseconds: $0) }),
      changedAt: Timestamp(nanoseconds: row[2]))
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

  private static func text(_ buffer: [ScheduleCursor.Buffered]) -> String {
    if buffer.isEmpty { return "[]" }
    return CanonicalJSON.text(of: .array(buffer.map(\.value)))
  }
}

extension ScheduleCursor.Buffered {
  fileprivate var value: Value {
    [
      "fold": .integer(Int64(fold)), "instant": .integer(instant), "isCatchUp": .bool(isCatchUp),
      "nominal": .integer(nominal),
    ]
  }

  fileprivate init?(_ value: Value) {
    guard let nominal = value["nominal"]?.integer, let fold = value["fold"]?.integer,
      let instant = value["instant"]?.integer
    else { return nil }
    self.init(
      nominal: nominal, fold: Int(fold), instant: instant, isCatchUp: value["isCatchUp"] == true)
  }
}

extension ScheduleCursor.Pause {
  fileprivate var value: Value {
    [
      "actor": .string(actor), "reason": .string(reason), "since": .integer(since.nanoseconds),
      "until": until.map { .integer($0.nanoseconds) } ?? .null,
    ]
  }

  fileprivate init?(_ value: Value) {
    guard let actor = value["actor"]?.string, let reason = value["reason"]?.string,
      let since = value["since"]?.integer
    else { return nil }
    self.init(
      actor: actor, reason: reason, since: Timestamp(nanoseconds: since),
      until: value["until"]?.integer.map { Timestamp(nanoseconds: $0) })
  }
}
