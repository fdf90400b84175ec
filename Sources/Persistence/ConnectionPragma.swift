package import Engine
internal import GRDB

/// A setting of SQLite that holds on every connection of Writ.
package struct ConnectionPragma: Hashable, Sendable {
  package var name: String
  package var value: String
  private var sql: String

  private init(_ name: String, _ value: String, sql: String) {
    self.name = name
    self.value = value
    self.sql = sql
  }

  /// By name, with the values that SQLite gives back.
  package static let all = [
    ConnectionPragma("busy_timeout", "5000", sql: "PRAGMA busy_timeout"),
    ConnectionPragma("cell_size_check", "1", sql: "PRAGMA cell_size_check"),
    ConnectionPragma("foreign_keys", "1", sql: "PRAGMA foreign_keys"),
    ConnectionPragma("journal_mode", "wal", sql: "PRAGMA journal_mode"),
    ConnectionPragma("journal_size_limit", "67108864", sql: "PRAGMA journal_size_limit"),
    ConnectionPragma("synchronous", "2", sql: "PRAGMA synchronous"),
    ConnectionPragma("temp_store", "2", sql: "PRAGMA temp_store"),
    ConnectionPragma("trusted_schema", "0", sql: "PRAGMA trusted_schema"),
  ]

  /// What `db` says.
  func read(_ db: Database) throws -> String { try String.fetchOne(db, sql: sql) ?? "" }
}

extension Store {
  /// What the connection that writes, and one that reads, say of `ConnectionPragma.all`.
  package func pragmas() throws(StoreError) -> (writer: [String], reader: [String]) {
    func values(_ db: Database) throws -> [String] {
      try ConnectionPragma.all.map { try $0.read(db) }
    }
    do {
      return (try database.writeWithoutTransaction(values), try reading(values))
    } catch {
      throw StoreError(error)
    }
  }
}
