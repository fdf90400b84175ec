internal import Foundation
internal import GRDB
internal import Planning
package import Resources

/// What tells one state of a database from another.
package struct StoreFacts: Hashable, Sendable {
  /// The newest step of its schema, such as `v0001_initial`.
  package var schema: String
  package var revision: String?
  package var root: Digest
  /// The newest event of the journal, its hash and its time; 0 and zeros where there is none.
  package var sequence: Int64
  package var head: Digest
  package var time: Timestamp?

  package var value: Value {
    [
      "head": .string(head.description), "revision": revision.map { .string($0) } ?? .null,
      "root": .string(root.description), "schema": .string(schema),
      "sequence": .integer(sequence),
    ]
  }
}

extension StoreFacts {
  /// The facts of any database of Writ, however old its schema is.
  init(_ db: Database) throws {
    schema =
      try String.fetchOne(
        db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier DESC LIMIT 1") ?? ""
    let live = try LiveRows.summary(db)
    revision = live.revision
    root = live.root
    let newest = try Row.fetchOne(
      db, sql: "SELECT sequence, hash, time FROM journal ORDER BY sequence DESC LIMIT 1")
    sequence = newest?[0] ?? 0
    head = try newest.map { try Digest(column: $0[1]) } ?? .zero
    time = newest.map { Timestamp(nanoseconds: $0[2]) }
  }

  /// The number of the schema, such as `v0001`.
  package var schemaNumber: String { String(schema.prefix(5)) }
}
