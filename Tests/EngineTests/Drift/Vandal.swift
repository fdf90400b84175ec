import Foundation
import GRDB

/// Somebody with a database shell.
struct Vandal {
  private let queue: DatabaseQueue

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.writeWithoutTransaction { db in try db.execute(sql: sql, arguments: arguments) }
  }

  /// Replaces text in the content of every resource with this name, as it lies there.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    try queue.writeWithoutTransaction { db in
      let sql = """
        SELECT content.id, bytes FROM content JOIN resource ON content_id = content.id
        WHERE name = ?
        """
      for row in try Row.fetchAll(db, sql: sql, arguments: [name]) {
        let bytes: Data = row[1]
        let text = String(decoding: bytes, as: UTF8.self)
        precondition(text.contains(old))
        try db.execute(
          sql: "UPDATE content SET bytes = ? WHERE id = ?",
          arguments: [Data(text.replacing(old, with: new).utf8), row[0] as Int64])
      }
    }
  }

  func count(_ sql: String) throws -> Int {
    try queue.read { db in try Int.fetchOne(db, sql: sql) ?? -1 }
  }

  /// Takes away what would tell on it.
  func dropTriggers() throws {
    try queue.writeWithoutTransaction { db in
      let sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'foreign%'"
      for name in try String.fetchAll(db, sql: sql) { try db.execute(sql: "DROP TRIGGER \(name)") }
    }
  }
}
