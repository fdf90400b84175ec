package import Engine
internal import Glibc

/// The directory that holds everything of one followed repository: the database, the mirror, locks.
///
/// It belongs to one user, who alone may read it: manifests and history are nobody else's business,
/// and whoever can write here can change what runs.
package struct DataDirectory: Sendable {
  package let path: String

  package var databasePath: String { path + "/writ.db" }
  package var mirrorPath: String { path + "/mirror.git" }
  package var serverPath: String { path + "/server.json" }
  package var settingsPath: String { path + "/writ.yaml" }
  package var backups: BackupDirectory { BackupDirectory(path: path + "/backups") }
  /// Where a restore puts the database together that will take the place of the other one.
  var stagingPath: String { path + "/writ.db.restoring" }

  package init(path: String) { self.path = path }

  package var exists: Bool { access(path, F_OK) == 0 }

  /// Whether a database is there; false where there is no directory either.
  package var hasDatabase: Bool { access(databasePath, F_OK) == 0 }

  /// Makes the directory, with mode 0700, where it is missing, and checks whose it is.
  package func prepare() throws(StoreError) {
    try Self.makeDirectories(path)
    try check()
  }

  /// Refuses a directory that others own or may write to.
  package func check() throws(StoreError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      let problem = errno
      if problem == ENOENT {
        throw StoreError(
          .notFound, "there is no data directory \(path)",
          hint: "writ apply makes one, or name another with --data-dir or WRIT_DATA_DIR")
      }
      throw StoreError(.permission, "cannot look at \(path): \(String(cString: strerror(problem)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StoreError(
        .permission, "the data directory \(path) is not a directory",
        hint: "name a directory with --data-dir")
    }
    let user = geteuid()
    guard status.st_uid == user else {
      throw StoreError(
        .permission,
        "the data directory \(path) belongs to user \(status.st_uid), and this is user \(user)",
        hint: "run writ as that user, or name another directory with --data-dir")
    }
    guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      throw StoreError(
        .permission, "the data directory \(path) can be written by other users",
        hint: "chmod 700 \(path)")
    }
  }

  private static func makeDirectories(_ path: String) throws(StoreError) {
    if access(path, F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeDirectories(String(path[..<slash]))
    }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw StoreError(
        .permission, "cannot make the directory \(path): \(String(cString: strerror(errno)))",
        hint: "name another place with --data-dir")
    }
  }
}
