internal import Actions
internal import Engine
internal import Foundation
internal import GRDB
internal import Resources
internal import Workflows

/// What runs wrote, inside one transaction.
struct OutputRows {
  let db: Database

  /// Keeps a piece, and drops what it pushes out between the head and the tail.
  ///
  /// What is kept does not depend on how the output was cut into pieces.
  func keep(_ output: RunOutput) throws {
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO run_output (run_id, stream, position, time, bytes)
        SELECT run.id, ?, ?, ?, ? FROM run JOIN execution ON execution.id = run.execution_id
        WHERE execution.name = ? AND probe = ? AND attempt = ?
        """)
    let chunk = output.chunk
    insert.setUncheckedArguments([
      chunk.stream.rawValue, chunk.offset, output.time.nanoseconds, Data(chunk.bytes),
      output.run.execution.description, output.run.probe, output.run.attempt,
    ])
    try insert.execute()
    let half = Int64(output.limit / 2)
    let end = chunk.offset + Int64(chunk.bytes.count)
    guard end > Int64(output.limit) else { return }
    let ofStream = """
      WHERE run_id = (SELECT run.id FROM run JOIN execution ON execution.id = run.execution_id
          WHERE execution.name = :execution AND probe = :probe AND attempt = :attempt)
        AND stream = :stream AND position >= :head AND position < :tail
      """
    let arguments: StatementArguments = [
      "execution": output.run.execution.description, "probe": output.run.probe,
      "attempt": output.run.attempt, "stream": chunk.stream.rawValue, "head": half,
      "tail": end - half,
    ]
    try db.cachedStatement(
      sql: "DELETE FROM run_output \(ofStream) AND position + length(bytes) <= :tail"
    ).execute(arguments: arguments)
    // The one that reaches into the tail keeps what is in it.
    try db.cachedStatement(
      sql: """
        UPDATE run_output SET bytes = substr(bytes, :tail - position + 1), position = :tail \(ofStream)
        """
    ).execute(arguments: arguments)
  }

  func pieces(
    of run: RunID, after: Int64, since: Timestamp?, limit: Int,
  ) throws -> [StoredOutput] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT run_output.id, stream, position, time, bytes
        FROM run_output JOIN run ON run.id = run_output.run_id
          JOIN execution ON execution.id = run.execution_id
        WHERE execution.name = ? AND probe = ? AND attempt = ? AND run_output.id > ? AND time >= ?
        ORDER BY run_output.id LIMIT ?
        """,
      arguments: [
        run.execution.description, run.probe, run.attempt, after,
        since?.nanoseconds ?? .min, limit,
      ]
    ).map { row in
      guard let stream = OutputChunk.Stream(rawValue: row[1]) else {
        throw StoreError(.corrupt, "the output of \(run) cannot be read")
      }
      return StoredOutput(
        sequence: row[0], time: Timestamp(nanoseconds: row[3]),
        chunk: OutputChunk(stream: stream, offset: row[2], bytes: Array(row[4] as Data)))
    }
  }
}
