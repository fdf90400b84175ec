package import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Synchronization

/// The SQLite file that holds the live state, the journal and the outbox.
///
/// After an I/O error a connection may be of no use for good; so the next call opens new ones, and
/// whoever holds the store need not start again once the disk is well.
package final class Store: StateStore {
  package enum Access: Sendable { case readOnly, readWrite }

  let path: String
  let access: Access
  private let connections: Mutex<Connections>

  /// Opens `path`, migrating it when it may be written.
  ///
  /// A database that a newer Writ or another application wrote, and a damaged one, is refused
  /// untouched. One with an older schema is migrated only with `upgrade`, which says how to keep a
  /// backup first; where the backup cannot be made, the migration does not start.
  package init(
    path: String, access: Access, upgrade: StoreUpgrade? = nil,
  ) throws(StoreError) {
    self.path = path
    self.access = access
    do {
      try DatabaseFile.expectHeader(path)
      try DatabaseFile.takeBackHalfWrite(path)
      if access == .readWrite {
        try Schema.inspect(path, upgrade)
        try DatabaseFile.createIfMissing(path)
      }
      let opened = try Connections(path: path, access: access)
      connections = Mutex(opened)
      switch access {
      case .readOnly: try Schema.expectCurrent(opened.writer)
      case .readWrite: try Schema.bringUpToDate(opened, path: path, upgrade)
      }
    } catch {
      throw StoreError(opening: path, error)
    }
  }

  deinit { close() }

  /// Ends all connections, so that nobody waits for this store; it is of no use afterwards.
  package func close() { connections.withLock { $0.close() } }

  /// The connection that writes.
  var database: any DatabaseWriter { connections.withLock { $0.writer } }

  /// The connections that read.
  var connection: any DatabaseReader { connections.withLock { $0.reader } }

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
      return try current(orBroken: true).reader.read { db in try body(db) }
    } catch {
      throw noted(error)
    }
  }

  /// Runs `body` in one `BEGIN IMMEDIATE` transaction.
  func writing<Result>(
    _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    do {
      return try current(orBroken: false).writer.writeWithoutTransaction { db in
        var result: Result?
        try db.inTransaction(.immediate) {
          result = try body(db)
          return .commit
        }
        guard let result else { throw StoreError(.other, "the transaction did not run") }
        return result
      }
    } catch {
      throw noted(error)
    }
  }

  // MARK: Connections that failed

  /// The connections to use, opened anew where the ones before may be broken.
  ///
  /// - Parameter isEnough: whether those before do where no others can be opened: while a disk takes
  ///   no writes, what is on it can often be read.
  private func current(orBroken isEnough: Bool) throws -> Connections {
    try connections.withLock { connections in
      guard connections.isSuspect || connections.isOfAnotherFile else { return connections }
      do {
        guard DatabaseFile.identity(path) != nil else {
          throw StoreError(
            .corrupt, "the database \(path) is gone",
            hint: "put it back, or restore a backup: writ backup list, writ restore FILE")
        }
        let opened = try Connections(path: path, access: access)
        try Schema.expectCurrent(opened.reader)
        // The old ones are closed when nobody uses them any more.
        connections = opened
      } catch {
        if !isEnough { throw error }
      }
      return connections
    }
  }

  private func noted(_ error: any Error) -> StoreError {
    if Connections.mayHaveBroken(error) { connections.withLock { $0.isSuspect = true } }
    return StoreError(error)
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
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0002_provenance") { db in
      try db.execute(sql: text(PackageResources.v0002_provenance_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0003_drift") { db in
      try db.execute(sql: text(PackageResources.v0003_drift_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0004_health") { db in
      try db.execute(sql: text(PackageResources.v0004_health_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0005_verification") { db in
      try db.execute(sql: text(PackageResources.v0005_verification_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0006_checkpoint") { db in
      try db.execute(sql: text(PackageResources.v0006_checkpoint_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0007_approval") { db in
      try db.execute(sql: text(PackageResources.v0007_approval_sql))
      FaultPoint.reach(.migrationBeforeCommit)
    }
    migrator.registerMigration("v0008_runs") { db in
      try db.execute(sql: text(PackageResources.v0008_runs_sql))
      FaultPoint.reach(.migrationBeforeCommit)
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
