package import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources

/// The SQLite file that holds the live state, the journal and the outbox.
package final class Store: StateStore {
  package enum Access: Sendable { case readOnly, readWrite }

  let database: any DatabaseWriter

  /// Opens `path`, migrating it when it may be written.
  ///
  /// A database that a newer Writ wrote, or that is not one of Writ's, is refused untouched.
  package init(path: String, access: Access) throws(StoreError) {
    var configuration = Configuration()
    configuration.readonly = access == .readOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    configuration.label = "writ.db"
    do {
      switch access {
      case .readOnly: database = try DatabaseQueue(path: path, configuration: configuration)
      case .readWrite:
        try Self.inspect(path, configuration)
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL when it turns WAL on, which may lose commits with the power.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        database = pool
      }
      try Self.prepareSchema(database, access)
    } catch {
      throw StoreError(opening: path, error)
    }
  }

  private static func prepareSchema(_ database: any DatabaseWriter, _ access: Access) throws {
    if try database.read({ db in try isCurrent(db) }) { return }
    guard access == .readWrite else {
      throw StoreError(
        .olderSchema, "the database was written by an older version of Writ",
        hint: "run a command that writes, such as writ reconcile, to migrate it")
    }
    try Migrations.migrator.migrate(database)
  }

  /// Whether the schema is this version's rather than an older one; a newer one is refused.
  private static func isCurrent(_ db: Database) throws -> Bool {
    guard try !Migrations.migrator.hasBeenSuperseded(db) else {
      throw StoreError(
        .newerSchema, "the database was written by a newer version of Writ",
        hint: "run that version, or restore a backup that this one made")
    }
    return try Migrations.migrator.hasCompletedMigrations(db)
  }

  /// Looks at a file before it is opened for writing, because opening alone writes to it: GRDB makes
  /// and drops a table so that there is a WAL file.
  private static func inspect(_ path: String, _ configuration: Configuration) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > 0 else { return }
    var configuration = configuration
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    guard try queue.read({ db in try isCurrent(db) }) else { return try refuseDamage(queue) }
    _ = try queue.read { db in try LiveRows.summary(db) }
  }

  /// Looks through a database that has tables before a migration writes to it: a damaged one may
  /// only seem to be old.
  private static func refuseDamage(_ database: any DatabaseWriter) throws {
    let problem = try database.read { db -> String? in
      let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
      if tables == 0 { return nil }
      return try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    }
    if let problem, problem != "ok" {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: problem)
    }
  }

  package func read<Result>(
    _ body: (any LiveReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try reading { db throws(StoreError) in try body(LiveRows(db: db)) }
  }

  // MARK: Transactions with typed errors

  func reading<Result>(
    _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    do {
      return try database.read { db in try body(db) }
    } catch {
      throw StoreError(error)
    }
  }

  /// Runs `body` in one `BEGIN IMMEDIATE` transaction.
  func writing<Result>(
    _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    do {
      return try database.writeWithoutTransaction { db in
        var result: Result?
        try db.inTransaction(.immediate) {
          result = try body(db)
          return .commit
        }
        guard let result else { throw StoreError(.other, "the transaction did not run") }
        return result
      }
    } catch {
      throw StoreError(error)
    }
  }
}

/// The schema, step by step.
///
/// Steps are only ever added.
enum Migrations {
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v0001_initial") { db in
      try db.execute(sql: text(PackageResources.v0001_initial_sql))
      try db.execute(
        sql: """
          INSERT INTO repository (id, live_revision, is_exact, state_root, roots)
          VALUES (1, NULL, 1, ?, '[]')
          """,
        arguments: [StateTree.emptyRoot.data])
    }
    migrator.registerMigration("v0002_provenance") { db in
      try db.execute(sql: text(PackageResources.v0002_provenance_sql))
    }
    migrator.registerMigration("v0003_drift") { db in
      try db.execute(sql: text(PackageResources.v0003_drift_sql))
    }
    migrator.registerMigration("v0004_health") { db in
      try db.execute(sql: text(PackageResources.v0004_health_sql))
    }
    migrator.registerMigration("v0005_verification") { db in
      try db.execute(sql: text(PackageResources.v0005_verification_sql))
    }
    migrator.registerMigration("v0006_checkpoint") { db in
      try db.execute(sql: text(PackageResources.v0006_checkpoint_sql))
    }
    return migrator
  }
}

extension Digest {
  var data: Data { Data(bytes) }

  init(column data: Data) throws {
    guard let digest = Digest(bytes: Array(data)) else {
      throw StoreError(.corrupt, "a digest in the database has \(data.count) bytes instead of 32")
    }
    self = digest
  }
}

extension StoreError {
  init(_ error: any Error) {
    self.init(opening: nil, error)
  }

  /// Tells SQLite's result codes apart by what a person can do.
  init(opening path: String?, _ error: any Error) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.other, "\(error)")
      return
    }
    let place = path.map { " \($0)" } ?? ""
    let words = error.message ?? "result code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .busy, "the database\(place) is locked by another process (\(words))",
        hint: "wait for the other writ to finish, or see who has it: fuser writ.db")
    case .SQLITE_READONLY, .SQLITE_PERM:
      self.init(
        .readOnly, "the database\(place) cannot be written (\(words))",
        hint: "check owner and mode of the file and its directory")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        .corrupt, "the database\(place) is damaged or is not one (\(words))",
        hint:
          "move it away and restore a backup; git still has every manifest, and writ apply builds the state anew"
      )
    case .SQLITE_FULL:
      self.init(.full, "the disk of the database\(place) is full", hint: "free some space")
    case .SQLITE_CANTOPEN:
      self.init(
        .permission, "the database\(place) cannot be opened (\(words))",
        hint: "check that the file and its directory exist and belong to this user")
    default: self.init(.other, "the database\(place) failed: \(words)")
    }
  }
}
