package import Engine
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Workflows

extension Store: JournalArchive {
  package func verifyJournal() throws(StoreError) -> JournalReport {
    try reading { db in
      var check = JournalCheck(db: db)
      return try check.run()
    }
  }

  package func checkpoint() throws(StoreError) -> Checkpoint? {
    try reading { db in try CheckpointRows(db: db).last() }
  }

  package func hash(after sequence: Int64) throws(StoreError) -> Digest? {
    if sequence == 0 { return .zero }
    return try reading { db in
      let checkpoints = try CheckpointRows(db: db).all()
      if let checkpoint = checkpoints.first(where: { $0.sequence == sequence }) {
        return checkpoint.hash
      }
      return try Data.fetchOne(
        db, sql: "SELECT hash FROM journal WHERE sequence = ?", arguments: [sequence]
      ).map { try Digest(column: $0) }
    }
  }

  package func exportJournal(
    after sequence: Int64, until last: Int64?,
    header: (JournalLine.Header) throws(StoreError) -> Void,
    event: (JournalEvent) throws(StoreError) -> Void,
  ) throws(StoreError) {
    try reading { db in
      let checkpoint = try CheckpointRows(db: db).last()
      let start = max(sequence, checkpoint?.sequence ?? 0)
      let previous = try Data.fetchOne(
        db, sql: "SELECT hash FROM journal WHERE sequence = ?", arguments: [start])
      let isAtCheckpoint = start == checkpoint?.sequence
      guard start == 0 || previous != nil || isAtCheckpoint else {
        throw StoreError(.notFound, "there is no event \(start) in the journal")
      }
      let previousHash = try previous.map { try Digest(column: $0) } ?? checkpoint?.hash ?? .zero
      try header(
        JournalLine.Header(
          firstSequence: start + 1, previousHash: previousHash,
          checkpoint: isAtCheckpoint ? checkpoint : nil))
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal WHERE sequence > ? AND sequence <= ?
          ORDER BY sequence
          """,
        arguments: [start, last ?? Int64.max])
      while let row = try rows.next() { try event(JournalRows.event(row)) }
    }
  }
}
