internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Writes resource rows, with the statements of one transaction prepared once.
struct ResourceRows {
  let db: Database
  private let select: Statement
  private let insertContent: Statement
  private let selectContent: Statement
  private let insert: Statement
  private let update: Statement
  private let insertReference: Statement
  private let nextContent: Counter

  /// A number that goes up; shared by the copies of the struct.
  private final class Counter {
    var value: Int64
    init(_ value: Int64) { self.value = value }
  }

  init(db: Database) throws {
    self.db = db
    select = try db.cachedStatement(
      sql: """
        SELECT id, kind, name, digest, file, start_line, start_column, end_line, end_column,
          is_protected, is_kept, is_orphaned
        FROM resource WHERE id = ?
        """)
    insertContent = try db.cachedStatement(
      sql: "INSERT INTO content (id, digest, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    selectContent = try db.cachedStatement(sql: "SELECT id FROM content WHERE digest = ?")
    insert = try db.cachedStatement(
      sql: """
        INSERT INTO resource (id, kind, name, digest, content_id, file, start_line, start_column,
          end_line, end_column, is_protected, is_kept, is_orphaned, sequence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    update = try db.cachedStatement(
      sql: """
        UPDATE resource SET digest = ?, content_id = coalesce(?, content_id), file = ?,
          start_line = ?, start_column = ?, end_line = ?, end_column = ?, is_protected = ?,
          is_kept = ?, is_orphaned = ?, sequence = coalesce(?, sequence)
        WHERE id = ?
        """)
    insertReference = try db.cachedStatement(
      sql: """
        INSERT INTO reference (resource_id, position, target_id, target_kind, target_name, pointer,
          start_line, start_column, end_line, end_column)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    nextContent = Counter(
      1 + (try Int64.fetchOne(db, sql: "SELECT max(id) FROM content") ?? 0))
  }

  func current(_ key: ResourceKey) throws -> ResourceTransition.Side? {
    select.setUncheckedArguments([StateTree.identifier(of: key)])
    guard let row = try Row.fetchOne(select) else { return nil }
    var live = try LiveRows.resource(row)
    let rows = LiveRows(db: db)
    live.references = try rows.references(of: row[0])
    live.claims = try rows.claims(of: row[0])
    guard live.key == key else {
      throw StoreError(
        .other, "\(key) and \(live.key) have the same identifier",
        hint: "rename one of the two")
    }
    return ResourceTransition.Side(live)
  }

  /// Writes the row of `key`; `content` is nil where the bytes stay as they are, and `sequence`
  /// where the event is not one that made the resource what it is.
  func put(
    _ key: ResourceKey, _ side: ResourceTransition.Side, content: [UInt8]?, isNew: Bool,
    sequence: Int64?,
  ) throws {
    let id = StateTree.identifier(of: key)
    let contentID = try content.map { try self.content(side.digest, $0) }
    let range = side.location.range
    if isNew {
      insert.setUncheckedArguments([
        id, key.kind, key.name, side.digest.data, contentID, side.location.file,
        range.start.line, range.start.column, range.end.line, range.end.column,
        side.marks.isProtected, side.marks.isKept, side.isOrphaned, sequence,
      ])
      do {
        try insert.execute()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
        throw StoreError(.stale, "\(key) changed since the plan was made")
      }
    } else {
      update.setUncheckedArguments([
        side.digest.data, contentID, side.location.file, range.start.line, range.start.column,
        range.end.line, range.end.column, side.marks.isProtected, side.marks.isKept,
        side.isOrphaned, sequence, id,
      ])
      try update.execute()
    }
  }

  /// The row of the content with `digest`, made where it is new.
  private func content(_ digest: Digest, _ bytes: [UInt8]) throws -> Int64 {
    let data = digest.data
    insertContent.setUncheckedArguments([nextContent.value, data, Data(bytes)])
    try insertContent.execute()
    if db.changesCount == 1 {
      defer { nextContent.value += 1 }
      return nextContent.value
    }
    selectContent.setUncheckedArguments([data])
    guard let id = try Int64.fetchOne(selectContent) else {
      throw StoreError(.corrupt, "a content was neither new nor there")
    }
    return id
  }

  /// Replaces what `key` names and claims.
  func relate(
    _ key: ResourceKey, references: [Reference], claims: [Claim], isNew: Bool,
  ) throws {
    let id = StateTree.identifier(of: key)
    if !isNew {
      try db.execute(sql: "DELETE FROM reference WHERE resource_id = ?", arguments: [id])
      try db.execute(sql: "DELETE FROM claim WHERE resource_id = ?", arguments: [id])
    }
    for (position, reference) in references.enumerated() {
      let range = reference.range
      insertReference.setUncheckedArguments([
        id, position, StateTree.identifier(of: reference.target), reference.target.kind,
        reference.target.name, reference.pointer.description, range.start.line,
        range.start.column, range.end.line, range.end.column,
      ])
      try insertReference.execute()
    }
    for claim in claims {
      let range = claim.range
      try db.execute(
        sql: """
          INSERT INTO claim (name, resource_id, start_line, start_column, end_line, end_column)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          claim.name, id, range.start.line, range.start.column, range.end.line, range.end.column,
        ])
    }
  }

  func delete(_ key: ResourceKey) throws {
    try db.execute(
      sql: "DELETE FROM resource WHERE id = ?", arguments: [StateTree.identifier(of: key)])
  }
}
