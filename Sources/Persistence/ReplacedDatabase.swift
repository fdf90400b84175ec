internal import Engine
internal import GRDB
internal import Glibc
package import Resources

/// The database that a restore replaced.
package struct ReplacedDatabase: Sendable {
  /// `replaced-20261121T121500Z.db`, among the backups.
  package let name: String
  package let path: String
  /// Nil where it could not be read.
  package let facts: StoreFacts?
  /// Whether it is one file; else its log is kept beside it as it was.
  private let isWhole: Bool

  package var value: Value {
    .sorted(
      (facts?.value.members ?? []) + [
        .init("file", .string(name)), .init("readable", .bool(facts != nil)),
      ])
  }

  /// How often somebody else who has the database open is waited for, a tenth of a second each.
  private static let attemptLimit = 50

  /// Brings the log of the live database into its file; nil where there is no database.
  ///
  /// That takes the database for itself, so nobody else can be in the middle of anything. One that
  /// is too damaged for it is kept as it is.
  static func settle(_ data: DataDirectory, at time: Timestamp) throws -> ReplacedDatabase? {
    var status = stat()
    guard stat(data.databasePath, &status) == 0, status.st_size > 0 else { return nil }
    let name = freeName(data, time)
    var facts: StoreFacts?
    var isWhole = false
    do {
      try DatabaseFile.expectHeader(data.databasePath)
      var configuration = Configuration()
      configuration.busyMode = .timeout(1)
      let queue = try DatabaseQueue(path: data.databasePath, configuration: configuration)
      defer { _ = try? queue.close() }
      facts = try? queue.read(StoreFacts.init)
      for attempt in 1...attemptLimit {
        do {
          try queue.inDatabase(DatabaseFile.leaveLog)
          break
        } catch let error as DatabaseError
          where error.resultCode == .SQLITE_BUSY && attempt < attemptLimit
        {
          usleep(100_000)
        }
      }
      isWhole = true
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw StoreError(
        .busy, "another process has the database \(data.databasePath) open",
        hint: "wait until it has finished, or see who it is: fuser \(data.databasePath)")
    } catch {
      isWhole = false
    }
    return ReplacedDatabase(
      name: name, path: "\(data.backups.path)/\(name)", facts: facts, isWhole: isWhole)
  }

  /// Gives the live database a second name, under which it stays when it loses the first.
  func keep(_ data: DataDirectory) throws(StoreError) {
    guard mkdir(data.backups.path, 0o700) == 0 || errno == EEXIST else {
      throw DatabaseFile.failure("make the folder", data.backups.path)
    }
    if !isWhole, access(data.databasePath + "-wal", F_OK) == 0 {
      guard link(data.databasePath + "-wal", path + "-wal") == 0 else {
        throw DatabaseFile.failure("keep", path + "-wal")
      }
    }
    guard link(data.databasePath, path) == 0 else { throw DatabaseFile.failure("keep", path) }
    try DatabaseFile.synchroniseDirectory(of: path)
  }

  private static func freeName(_ data: DataDirectory, _ time: Timestamp) -> String {
    let seconds = Timestamp(nanoseconds: time.nanoseconds / 1_000_000_000 * 1_000_000_000)
    let stem = "replaced-" + seconds.description.filter { $0 != "-" && $0 != ":" }
    var name = stem + ".db"
    var number = 2
    while isTaken("\(data.backups.path)/\(name)", data) {
      name = "\(stem)-\(number).db"
      number += 1
    }
    return name
  }

  /// A second name that a restore gave and then died is of no use, and free again.
  private static func isTaken(_ path: String, _ data: DataDirectory) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    var live = stat()
    guard lstat(data.databasePath, &live) == 0, live.st_ino == status.st_ino,
      live.st_dev == status.st_dev
    else { return true }
    return unlink(path) != 0
  }
}
