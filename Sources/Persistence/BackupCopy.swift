internal import Engine
internal import Faults
internal import GRDB
internal import Glibc
internal import Planning
internal import Resources

/// Makes one copy of a database that may be in use, and reads it back before it gets its name.
///
/// Under the name there is either nothing or a whole copy that is on the disk: one file, without a
/// log beside it, for its user alone.
struct BackupCopy {
  static let partialSuffix = ".partial"

  private let source: any DatabaseReader
  private let path: String
  private let complaint: String
  private var partial: String { path + Self.partialSuffix }

  /// - Parameter complaint: how errors begin.
  init(
    of source: any DatabaseReader, to path: String,
    complaint: String = "the backup cannot be made",
  ) {
    self.source = source
    self.path = path
    self.complaint = complaint
  }

  func run(at time: Timestamp) throws(StoreError) -> Backup {
    if access(path, F_OK) == 0 {
      throw StoreError(
        .other, "\(path) is there already, and a backup overwrites nothing",
        hint: "name another file, or move that one away")
    }
    do {
      FaultPoint.reach(.backupBegun)
      try copy()
      FaultPoint.reach(.backupCopied)
      let facts = try verify()
      FaultPoint.reach(.backupVerified)
      try Self.publish(partial, as: path)
      var status = stat()
      stat(path, &status)
      return Backup(path: path, size: Int64(status.st_size), time: time, facts: facts)
    } catch {
      unlink(partial)
      unlink(partial + "-journal")
      var failure = StoreError(opening: path, error)
      failure.message = "\(complaint): \(failure.message)"
      throw failure
    }
  }

  static func facts(of database: any DatabaseReader) throws(StoreError) -> StoreFacts {
    do { return try database.read(StoreFacts.init) } catch { throw StoreError(error) }
  }

  // MARK: Steps

  private func copy() throws {
    unlink(partial)
    try DatabaseFile.create(partial)
    var configuration = Configuration()
    configuration.label = "backup"
    configuration.busyMode = .timeout(5)
    // Until it has its name nobody believes it, so the disk is asked once, at the end.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    let queue = try DatabaseQueue(path: partial, configuration: configuration)
    do {
      try source.backup(to: queue)
      try queue.inDatabase(DatabaseFile.leaveLog)
      try queue.close()
    } catch {
      _ = try? queue.close()
      throw error
    }
    try DatabaseFile.synchronise(partial)
  }

  /// Reads the copy as a stranger would, and compares it with what it was made of.
  private func verify() throws -> StoreFacts {
    let queue = try Connections.readingQueue(partial)
    defer { _ = try? queue.close() }
    let facts = try queue.read { db in
      try DatabaseFile.expectIntegrity(db)
      let facts = try StoreFacts(db)
      guard try StateRows(db: db).rootFromScratch() == facts.root else {
        throw StoreError(
          .corrupt, "its rows do not give the state root that stands in it",
          hint: "see what is left with writ doctor --deep, or take another one: writ backup list")
      }
      return facts
    }
    let (schema, hash) = try source.read { db in
      (
        try StoreFacts(db).schema,
        try Digest?(
          column: db, sql: "SELECT hash FROM journal WHERE sequence = ?", [facts.sequence])
      )
    }
    guard schema == facts.schema, hash ?? .zero == facts.head else {
      throw StoreError(
        .corrupt, "it is not a copy of the database: schema or journal differ",
        hint: "try again")
    }
    return facts
  }

  /// Gives a whole file its name, which must be free.
  static func publish(_ partial: String, as path: String) throws {
    guard link(partial, path) == 0 else {
      throw StoreError(
        errno == ENOSPC ? .full : .permission,
        "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    FaultPoint.reach(.backupNamed)
    unlink(partial)
    try DatabaseFile.synchroniseDirectory(of: path)
  }
}

extension Digest? {
  fileprivate init(column db: Database, sql: String, _ arguments: StatementArguments) throws {
    let row = try Row.fetchOne(db, sql: sql, arguments: arguments)
    self = try row.map { try Digest(column: $0[0]) }
  }
}
