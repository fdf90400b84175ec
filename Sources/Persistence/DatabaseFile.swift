internal import Engine
internal import GRDB
internal import Glibc

/// Database files as files.
enum DatabaseFile {
  /// Makes an empty file for this user alone, which SQLite takes for a new database.
  static func create(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure("make", path) }
    close(descriptor)
  }

  /// The same, where there is none yet.
  static func createIfMissing(_ path: String) throws(StoreError) {
    if access(path, F_OK) == 0 { return }
    do throws(StoreError) {
      try create(path)
    } catch {
      // Somebody else may have made it in between.
      if access(path, F_OK) != 0 { throw error }
    }
  }

  /// Refuses a file that SQLite would not take for a database, before SQLite sees it: beside one
  /// without a page it deletes the log, which may be all that is left.
  static func expectHeader(_ path: String) throws(StoreError) {
    var status = stat()
    // The log first: whoever makes one has written a page before.
    let hasLog = stat(path + "-wal", &status) == 0 && status.st_size > 0
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    if status.st_size == 0, !hasLog { return }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: magic.count)
    let count = pread(descriptor, &header, header.count, 0)
    if count < 0 { throw failure("read", path) }
    guard count == magic.count, header == magic else {
      throw StoreError(opening: path, DatabaseError(resultCode: .SQLITE_NOTADB))
    }
  }

  private static let magic = Array("SQLite format 3\0".utf8)

  /// Cleans up after somebody who died while there was no log yet, as SQLite lets only a writer do.
  static func takeBackHalfWrite(_ path: String) throws {
    guard access(path + "-journal", F_OK) == 0 else { return }
    let queue = try DatabaseQueue(path: path, configuration: Connections.configuration(.readWrite))
    defer { _ = try? queue.close() }
    _ = try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") }
  }

  /// A name of `path` under which SQLite believes that nobody changes it, and makes no files.
  static func unchangingURI(_ path: String) -> String {
    var text = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...:
        text += "%" + String(byte, radix: 16)
      default: text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return text + "?immutable=1"
  }

  /// Which file is at `path`; nil where there is none.
  static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), file: UInt64(status.st_ino))
  }

  struct Identity: Hashable {
    var device: UInt64
    var file: UInt64
  }

  /// Returns once the file is on the disk.
  static func synchronise(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("write", path) }
  }

  /// Returns once the names in the folder of `path` are on the disk.
  static func synchroniseDirectory(of path: String) throws(StoreError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    try synchronise(parts.isEmpty ? "." : parts.joined(separator: "/") + "/")
  }

  /// Makes a database one file, without a log beside it, so that it can be moved and read anywhere.
  static func leaveLog(_ db: Database) throws {
    guard try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") == "delete" else {
      throw DatabaseError(resultCode: .SQLITE_BUSY, message: "its log is in use")
    }
  }

  /// Reads every page and compares indexes with tables.
  static func expectIntegrity(_ db: Database) throws {
    let problem = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "ok"
    guard problem == "ok" else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: problem)
    }
    if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
      let table: String = row[0]
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT, message: "a row of \(table) names a row that is not there")
    }
  }

  static func failure(_ verb: String, _ path: String) -> StoreError {
    let problem = errno
    let words = "cannot \(verb) \(path): \(String(cString: strerror(problem)))"
    switch problem {
    case ENOSPC, EDQUOT: return StoreError(.full, words, hint: "free some space")
    case EROFS: return StoreError(.readOnly, words, hint: "see how the disk is mounted")
    case EIO: return StoreError(.inputOutput, words, hint: "look at dmesg")
    default:
      return StoreError(
        .permission, words, hint: "check that its directory exists and belongs to this user")
    }
  }
}
