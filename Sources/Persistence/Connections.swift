internal import Engine
internal import Foundation
internal import GRDB
internal import Glibc

/// What this process has open of one database file: one connection that writes, some that read.
///
/// GRDB's own pool is not used for both, because it lowers `synchronous` when it turns WAL on, and
/// makes and drops a table at each opening, which is a write that a busy neighbour can refuse.
struct Connections {
  private(set) var writer: any DatabaseWriter
  private(set) var reader: any DatabaseReader
  /// Whether the next use should open new ones.
  var isSuspect = false
  private let path: String
  private let file: DatabaseFile.Identity?

  /// Whether another file is at the path now: one that was moved there, or none.
  var isOfAnotherFile: Bool { DatabaseFile.identity(path) != file }

  init(path: String, access: Store.Access) throws {
    self.path = path
    if access == .readOnly {
      let queue = try Self.readingQueue(path)
      writer = queue
      reader = queue
      file = DatabaseFile.identity(path)
      return
    }
    // SQLite would open it for reading, and complain at the first write.
    guard Glibc.access(path, W_OK) == 0 || errno == ENOENT else {
      throw StoreError(
        .readOnly, "the database \(path) cannot be written: \(String(cString: strerror(errno)))",
        hint: "check owner and mode of the file and its directory, and how the disk is mounted")
    }
    let queue = try DatabaseQueue(path: path, configuration: Self.configuration(access))
    writer = queue
    file = DatabaseFile.identity(path)
    do {
      try queue.inDatabase { db in
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
          throw StoreError(
            .readOnly, "the database \(path) cannot be written (it stays in mode \(mode ?? "-"))",
            hint: "check that its file system allows memory that is shared between processes")
        }
      }
      reader = try DatabasePool(path: path, configuration: Self.configuration(.readOnly))
    }
  }

  /// Opens `path` for reading, also where nothing can be written beside it any more.
  ///
  /// Readers share a file of memory that SQLite makes where it is missing. Where it cannot be made,
  /// on a full disk or a read-only one, and no log says that somebody writes, the file alone is the
  /// whole truth, and is read as such.
  static func readingQueue(_ path: String) throws -> DatabaseQueue {
    let configuration = configuration(.readOnly)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
      return queue
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_READONLY].contains(error.resultCode)
    {
      var status = stat()
      guard stat(path + "-wal", &status) != 0 || status.st_size == 0,
        DatabaseFile.identity(path) != nil
      else { throw error }
      return try DatabaseQueue(
        path: DatabaseFile.unchangingURI(path), configuration: configuration)
    }
  }

  /// Closes what is open; the writer last, because a reader that is last leaves its log behind.
  mutating func close() {
    if let pool = reader as? DatabasePool { _ = try? pool.close() }
    _ = try? writer.close()
  }

  /// What holds on every connection, whoever opens it.
  static func configuration(_ access: Store.Access) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = access == .readOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.label = "writ.db"
    configuration.prepareDatabase { db in
      // FULL: a commit that was answered survives the power. MEMORY: what is sorted belongs to
      // nobody else, so it is not put into a folder that all share.
      try db.execute(
        sql: """
          PRAGMA busy_timeout = 5000;
          PRAGMA synchronous = FULL;
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA temp_store = MEMORY;
          PRAGMA journal_size_limit = 67108864;
          """)
    }
    return configuration
  }

  /// Whether a connection may be of no use after `error`, although the disk is well again.
  ///
  /// A file that was opened while its file system was read-only stays so; one that was replaced by
  /// a restore stays the old one.
  static func mayHaveBroken(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return false }
    switch error.resultCode {
    case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PROTOCOL, .SQLITE_NOTADB:
      return true
    case .SQLITE_CORRUPT: return true
    default: return false
    }
  }
}
