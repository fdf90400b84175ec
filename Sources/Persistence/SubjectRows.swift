internal import GRDB
internal import Workflows

/// The events of the journal about one subject.
///
/// SQLite takes a partial index only where the query has its condition. So each query that looks for
/// a subject has it, or a part of it that holds: `kind < 'run.'` for events of resources.
struct SubjectRows {
  let db: Database
  let subject: String

  /// The condition of the index.
  private static let isIndexed = "(kind < 'run.' OR kind >= 'run/' OR kind = 'run.lateResult')"

  /// The newest rows after `sequence`, the last one first.
  func newest(after sequence: Int64, limit: Int) throws -> [Row] {
    guard let run = RunID(subject.dropFirst(4)), subject == "Run/\(run)" else {
      return try Row.fetchAll(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal
          WHERE subject = ? AND sequence > ? AND \(Self.isIndexed)
          ORDER BY sequence DESC LIMIT ?
          """,
        arguments: [subject, sequence, limit])
    }
    let span = try span(of: run.execution)
    return try Row.fetchAll(
      db,
      sql: """
        SELECT \(JournalRows.columns) FROM journal
        WHERE subject = ?1 AND sequence > ?2 AND \(Self.isIndexed)
        UNION ALL
        SELECT \(JournalRows.columns) FROM journal
        WHERE sequence > ?2 AND sequence >= ?3 AND sequence <= ?4 AND subject = ?1
          AND NOT \(Self.isIndexed)
        ORDER BY sequence DESC LIMIT ?5
        """,
      arguments: [subject, sequence, span.lowerBound, span.upperBound, limit])
  }

  /// Where the events of an execution begin and end in the journal; up to its ends where that event
  /// is not there any more, or not yet.
  private func span(of execution: ExecutionID) throws -> ClosedRange<Int64> {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT
          min(CASE WHEN kind IN ('execution.started', 'execution.held') THEN sequence END),
          max(CASE WHEN kind = 'execution.ended' THEN sequence END)
        FROM journal WHERE subject = ? AND \(Self.isIndexed)
        """,
      arguments: ["Execution/\(execution)"])
    let first = row?[0] as Int64? ?? 0
    return first...max(first, row?[1] as Int64? ?? .max)
  }
}
