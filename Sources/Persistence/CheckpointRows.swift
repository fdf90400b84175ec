internal import Engine
internal import Foundation
internal import GRDB
internal import Resources
internal import Workflows

/// The checkpoints, inside one transaction.
struct CheckpointRows {
  let db: Database

  private static let columns = """
    sequence, time, hash, made_at, chain, state_root, snapshot_digest, export_path, public_key,
    signature
    """

  func last() throws -> Checkpoint? {
    try Row.fetchOne(
      db, sql: "SELECT \(Self.columns) FROM checkpoint ORDER BY sequence DESC LIMIT 1"
    ).map(Self.checkpoint)
  }

  func all() throws -> [Checkpoint] {
    try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM checkpoint ORDER BY sequence")
      .map(Self.checkpoint)
  }

  func snapshotBytes(of sequence: Int64) throws -> [UInt8] {
    let bytes = try Data.fetchOne(
      db, sql: "SELECT snapshot FROM checkpoint WHERE sequence = ?", arguments: [sequence])
    return bytes.map { Array($0) } ?? []
  }

  private static func checkpoint(_ row: Row) throws -> Checkpoint {
    Checkpoint(
      sequence: row[0], time: Timestamp(nanoseconds: row[1]), hash: try Digest(column: row[2]),
      madeAt: Timestamp(nanoseconds: row[3]), chain: try Digest(column: row[4]),
      stateRoot: try Digest(column: row[5]), snapshotDigest: try Digest(column: row[6]),
      exportPath: row[7], publicKey: Array(row[8] as Data), signature: Array(row[9] as Data))
  }

  func insert(_ checkpoint: Checkpoint, snapshot: StateSnapshot, bytes: [UInt8]) throws {
    try db.execute(sql: "UPDATE checkpoint SET snapshot = x'' WHERE length(snapshot) > 0")
    try db.execute(
      sql: """
        INSERT INTO checkpoint (\(Self.columns), snapshot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        checkpoint.sequence, checkpoint.time.nanoseconds, checkpoint.hash.data,
        checkpoint.madeAt.nanoseconds, checkpoint.chain.data, checkpoint.stateRoot.data,
        checkpoint.snapshotDigest.data, checkpoint.exportPath, Data(checkpoint.publicKey),
        Data(checkpoint.signature), Data(bytes),
      ])
    try db.execute(sql: "DELETE FROM checkpoint_origin")
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO checkpoint_origin (subject, sequence, time, actor, payload)
        VALUES (?, ?, ?, ?, ?)
        """)
    for entry in snapshot.entries {
      insert.setUncheckedArguments([
        entry.key.description, entry.sequence, entry.time.nanoseconds, entry.actor,
        Data(entry.payload),
      ])
      try insert.execute()
    }
  }
}
