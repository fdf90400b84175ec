import Foundation
import GRDB
import Persistence
import TestSupport

/// A database as the first version of the schema has it, with the content of a world of today.
struct FirstSchema {
  let path: String

  /// Makes the file at `path`.
  init(_ world: World, at path: String) throws {
    self.path = path
    let source = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/Persistence/Migrations/v0001_initial.sql")
    let sql = try String(contentsOf: source, encoding: .utf8)
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: sql)
      try db.execute(
        sql: """
          CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
          INSERT INTO grdb_migrations VALUES ('v0001_initial');
          """)
      try db.execute(sql: "ATTACH DATABASE ? AS today", arguments: [world.databasePath])
      for table in try Self.tables(db) {
        let columns = try String.fetchAll(
          db, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: [table]
        ).joined(separator: ", ")
        try db.execute(
          sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM today.\(table)")
      }
      try db.execute(sql: "DETACH DATABASE today")
    }
    try queue.close()
  }

  /// The tables of the first schema, those first that others name.
  private static func tables(_ db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT name FROM main.sqlite_master WHERE type = 'table' AND name <> 'grdb_migrations'
        ORDER BY name NOT IN ('content', 'resource'), name
        """)
  }
}
