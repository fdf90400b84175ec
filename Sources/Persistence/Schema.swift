internal import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources

/// What a database file says of who made it, and how far its schema is.
enum Schema {
  /// `Writ`, in the header of the file, where `file` and others look for it.
  static let applicationID: Int64 = 0x5772_6974

  enum State: Hashable {
    /// There is no table yet.
    case blank
    case current
    /// Steps are missing.
    case older(newest: String)
    case newer(step: String)
    case ofAnotherApplication(words: String)
  }

  static func state(_ db: Database) throws -> State {
    let identifier = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables = try String.fetchAll(
      db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    let applied =
      try tables.contains("grdb_migrations")
      ? String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier") : []
    let known = Migrations.migrator.migrations
    if identifier != 0, identifier != applicationID {
      let digits = String(UInt32(truncatingIfNeeded: identifier), radix: 16)
      return .ofAnotherApplication(words: "its application id is 0x\(digits)")
    }
    if applied.isEmpty, tables.allSatisfy({ $0 == "grdb_migrations" }) { return .blank }
    guard let first = known.first, applied.contains(first) || identifier == applicationID else {
      let names = tables.prefix(3).joined(separator: ", ")
      return .ofAnotherApplication(words: "it has tables that are not Writ's, such as \(names)")
    }
    if let step = applied.last(where: { !known.contains($0) }) { return .newer(step: step) }
    if applied.count == known.count { return .current }
    return .older(newest: applied.last ?? "nothing")
  }

  /// The newest step of the schema that this version knows.
  static var newest: String { Migrations.migrator.migrations.last ?? "" }

  // MARK: Refusals

  /// Refuses what is not Writ's, or from a newer one.
  static func expectOurs(_ state: State, path: String) throws {
    switch state {
    case .ofAnotherApplication(let words):
      throw StoreError(
        .otherApplication, "\(path) is the database of another application: \(words)",
        hint: "name another directory with --data-dir, or move the file away")
    case .newer(let step):
      throw StoreError(
        .newerSchema,
        "the database was written by a newer version of Writ: its schema has \(step), and this version knows up to \(newest)",
        hint:
          "run that version, or go back to a backup of this one: writ backup list, writ restore FILE"
      )
    case .blank, .current, .older: break
    }
  }

  static func expectCurrent(_ database: any DatabaseReader) throws {
    let state = try database.read(Self.state)
    try expectOurs(state, path: database.path)
    switch state {
    case .blank:
      throw StoreError(
        .noSchema, "the database \(database.path) is still empty",
        hint: "start with: writ plan, then writ apply")
    case .older(let step):
      throw StoreError(
        .olderSchema,
        "the database was written by an older version of Writ: its schema ends at \(step), and this version wants \(newest)",
        hint: "run a command that writes, such as writ reconcile, to migrate it")
    case .current, .newer, .ofAnotherApplication: break
    }
  }

  // MARK: Before the first write

  /// Looks at a file before it is opened for writing, because opening alone may write to it.
  static func inspect(_ path: String, _ upgrade: StoreUpgrade?) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > 0 else { return }
    let queue = try Connections.readingQueue(path)
    defer { _ = try? queue.close() }
    let state = try queue.read(Self.state)
    try expectOurs(state, path: path)
    switch state {
    case .current: _ = try queue.read { db in try LiveRows.summary(db) }
    case .older:
      // A damaged one may only seem to be old.
      try queue.read(expectHealth)
      if upgrade == nil { try expectCurrent(queue) }
    case .blank, .newer, .ofAnotherApplication: break
    }
  }

  static func expectHealth(_ db: Database) throws {
    let problem = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    if let problem, problem != "ok" {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: problem)
    }
  }

  // MARK: Steps

  /// Takes the missing steps, each in one transaction with its name; before the first one of a
  /// database that has something in it, a backup is made and read back.
  static func bringUpToDate(
    _ connections: Connections, path: String, _ upgrade: StoreUpgrade?,
  ) throws {
    let database = connections.writer
    let state = try connections.reader.read(Self.state)
    var backup: Backup?
    if case .older = state, let upgrade, upgrade.kept != nil {
      backup = try BackupDirectory(besides: path).make(of: database, at: upgrade.time)
    }
    if backup != nil { FaultPoint.reach(.migrationBackedUp) }
    if state != .current {
      FaultPoint.reach(.migrationBegun)
      try Migrations.migrator.migrate(database)
      FaultPoint.reach(.migrationCommitted)
      if backup != nil { FaultPoint.reach(.migrationBackupUnrecorded) }
    }
    try database.writeWithoutTransaction { db in
      if try Int64.fetchOne(db, sql: "PRAGMA application_id") == 0 {
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      }
      guard let backup, let upgrade else { return }
      try db.inTransaction(.immediate) {
        var journal = try JournalRows(db: db, actor: upgrade.actor, time: upgrade.time)
        try journal.append(backup, reason: "before the migration to \(newest)")
        return .commit
      }
    }
    if let kept = upgrade?.kept, backup != nil {
      // The database is migrated; that an old backup stays is no reason to fail.
      _ = try? BackupDirectory(besides: path).prune(keeping: kept)
    }
  }
}
