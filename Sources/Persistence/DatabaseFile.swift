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
