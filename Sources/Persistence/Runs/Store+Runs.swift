package import Engine
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Workflows

extension Store: RunStore {
  package func dispatch<Result>(
    at time: Timestamp, _ body: (any RunTransaction) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try writing { db in try body(RunRowsTransaction(db: db, time: time)) }
  }

  package func runs(_ filter: RunFilter) throws(StoreError) -> RunPage {
    try reading { db in try RunPages(db: db).page(filter) }
  }

  package func runs(named text: String, limit: Int) throws(StoreError) -> [Run] {
    try reading { db in try RunPages(db: db).runs(named: text, limit: limit) }
  }

  package func executions(named text: String, limit: Int) throws(StoreError) -> [Execution] {
    try reading { db in try RunPages(db: db).executions(named: text, limit: limit) }
  }

  package func runs(of execution: ExecutionID) throws(StoreError) -> [Run] {
    try reading { db in try RunPages(db: db).runs(of: execution) }
  }

  package func output(
    of run: RunID, after: Int64, since: Timestamp?, limit: Int,
  ) throws(StoreError) -> [StoredOutput] {
    try reading { db in
      try OutputRows(db: db).pieces(of: run, after: after, since: since, limit: limit)
    }
  }

  package func jobActivity() throws(StoreError) -> [String: JobActivity] {
    try reading { db in try RunPages(db: db).activity() }
  }

  package func revocations() throws(StoreError) -> [Revocation] {
    try reading { db in try RevocationRows(db: db).all() }
  }

  package func scheduleRows() throws(StoreError) -> [ScheduleRow] {
    try reading { db in try ScheduleRows(db: db).all() }
  }

  package func occurrences(
    of schedule: String, before: Int64?, limit: Int,
  ) throws(StoreError) -> [OccurrenceRecord] {
    try reading { db in
      try ScheduleRows(db: db).occurrences(of: schedule, before: before, limit: limit)
    }
  }

  package func verdictCounts(
    of schedule: String
  ) throws(StoreError) -> [OccurrenceRecord.Verdict: Int] {
    try reading { db in try ScheduleRows(db: db).counts(of: schedule) }
  }

  package func pruneRuns(
    _ rule: RunRetention, at time: Timestamp, batch: Int,
  ) throws(StoreError) -> Bool {
    try writing { db in
      let horizon = time.nanoseconds - rule.age.nanoseconds
      try db.execute(
        sql: """
          DELETE FROM execution WHERE id IN (
            SELECT id FROM execution WHERE ended_at < ? ORDER BY ended_at LIMIT ?)
          """,
        arguments: [horizon, batch])
      var hasMore = db.changesCount == batch
      try db.execute(
        sql: """
          DELETE FROM execution WHERE id IN (
            SELECT old.id FROM execution AS old
            WHERE old.ended_at IS NOT NULL AND old.job IN (
                SELECT job FROM execution GROUP BY job HAVING count(*) > ?)
              AND old.id <= (SELECT id FROM execution AS kept WHERE kept.job = old.job
                ORDER BY id DESC LIMIT 1 OFFSET ?)
            ORDER BY old.id LIMIT ?)
          """,
        arguments: [rule.countOfJob, rule.countOfJob, batch])
      hasMore = db.changesCount == batch || hasMore
      try db.execute(
        sql: """
          DELETE FROM occurrence WHERE (schedule, nominal, fold) IN (
            SELECT schedule, nominal, fold FROM occurrence WHERE decided_at < ?
            ORDER BY decided_at LIMIT ?)
          """,
        arguments: [horizon, batch])
      return db.changesCount == batch || hasMore
    }
  }
}

/// Jobs that start nowhere, inside one transaction.
struct RevocationRows {
  let db: Database

  func all() throws -> [Revocation] {
    let statement = try db.cachedStatement(
      sql: "SELECT job, is_by_deletion, actor, reason, time FROM revocation ORDER BY job")
    return try Row.fetchAll(statement).map {
      Revocation(
        job: $0[0], isByDeletion: $0[1], actor: $0[2], reason: $0[3],
        time: Timestamp(nanoseconds: $0[4]))
    }
  }

  /// - Returns: whether it was not revoked before.
  func insert(_ revocation: Revocation) throws -> Bool {
    try db.execute(
      sql: """
        INSERT INTO revocation (job, is_by_deletion, actor, reason, time) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (job) DO NOTHING
        """,
      arguments: [
        revocation.job, revocation.isByDeletion, revocation.actor, revocation.reason,
        revocation.time.nanoseconds,
      ])
    return db.changesCount == 1
  }

  /// - Returns: whether it was revoked.
  func delete(_ job: String, onlyByDeletion: Bool = false) throws -> Bool {
    try db.execute(
      sql: "DELETE FROM revocation WHERE job = ? AND (? = 0 OR is_by_deletion = 1)",
      arguments: [job, onlyByDeletion])
    return db.changesCount == 1
  }
}
