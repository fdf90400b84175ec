import Foundation
import GRDB
import TestSupport

/// The same database file, opened beside the store, as an attacker or a careless person would.
struct RawDatabase {
  private let queue: DatabaseQueue

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
  }

  /// Executes what the triggers of the journal would refuse.
  func executeUntriggered(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try db.execute(sql: "DROP TRIGGER IF EXISTS journal_is_append_only_update")
      try db.execute(sql: "DROP TRIGGER IF EXISTS journal_is_append_only_delete")
      try db.execute(sql: sql, arguments: arguments)
    }
  }

  func count(_ table: String) throws -> Int {
    try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
  }

  /// Every row of every table, so that two states can be compared byte for byte.
  func dump() throws -> [String] {
    try queue.read { db in
      let tables = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      return try tables.flatMap { table in
        try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").map { row in
          let columns = row.map { name, value in
            let data = Data.fromDatabaseValue(value)
            return "\(name)=\(data.map { $0.base64EncodedString() } ?? value.description)"
          }
          return "\(table): \(columns.joined(separator: " "))"
        }.sorted()
      }
    }
  }

  /// Runs `body` while this connection holds the write lock.
  func withWriteLock<Result>(_ body: () throws -> Result) throws -> Result {
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      defer { _ = try? db.execute(sql: "ROLLBACK") }
      return try body()
    }
  }
}

extension RawDatabase {
  /// Brings everything from the write-ahead log into the file itself.
  func checkpoint() throws {
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
  }
}
