internal import Engine
internal import GRDB

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
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
      self.init(
        .busy, "the database\(place) is locked by another process (\(words))",
        hint: "wait for the other writ to finish, or see who has it: fuser writ.db")
    case .SQLITE_READONLY, .SQLITE_PERM: self = .unwritable(place, error.extendedResultCode, words)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        .corrupt, "the database\(place) is damaged or is not one (\(words))",
        hint: """
          look at dmesg first, because a failing disk looks like this too; then writ doctor. Restore \
          a backup (writ backup list, writ restore FILE), or move it away: git still has every \
          manifest, and writ apply builds the state anew
          """)
    case .SQLITE_FULL:
      self.init(
        .full, "the disk of the database\(place) is full",
        hint: "free some space; nothing is lost, and the server goes on by itself")
    case .SQLITE_IOERR:
      self.init(
        .inputOutput, "the disk of the database\(place) fails (\(words))",
        hint: "look at dmesg and at the free space (df), then: writ doctor")
    case .SQLITE_CANTOPEN:
      self.init(
        .permission, "the database\(place) cannot be opened (\(words))",
        hint: "check that the file and its directory exist and belong to this user")
    default: self.init(.other, "the database\(place) failed: \(words)")
    }
  }

  private static func unwritable(
    _ place: String, _ code: ResultCode, _ words: String,
  ) -> StoreError {
    switch code {
    case .SQLITE_READONLY_DBMOVED:
      StoreError(
        .readOnly, "the database\(place) was replaced while it was open",
        hint: "somebody restored a backup; look at the state (writ status), and try again")
    case .SQLITE_READONLY_ROLLBACK, .SQLITE_READONLY_RECOVERY:
      StoreError(
        .readOnly,
        "the database\(place) was left in the middle of a write, and only a writer can clean up",
        hint: "run a command that writes, such as writ reconcile")
    default:
      StoreError(
        .readOnly, "the database\(place) cannot be written (\(words))",
        hint: "check owner and mode of the file and its directory, and how the disk is mounted")
    }
  }
}
