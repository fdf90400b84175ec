package import Engine

/// All locks of a data directory: no server runs, no pass is made, nobody opens the database for
/// writing.
package struct StoreExclusion: ~Copyable {
  private let server: FileLock
  private let pass: FileLock
  private let opening: FileLock

  package init(_ data: DataDirectory) throws(StoreError) {
    guard let server = try FileLock(path: data.serverLockPath) else {
      throw StoreError(
        .busy, "a server runs on the data directory \(data.path)",
        hint: "stop it first; afterwards start it again")
    }
    guard let pass = try FileLock(path: data.passLockPath) else {
      throw StoreError(
        .busy, "another writ changes the live state of \(data.path) at this moment",
        hint: "wait until it has finished, and try again")
    }
    guard let opening = try FileLock(path: data.openLockPath, waits: true) else {
      throw StoreError(.busy, "another writ opens the database of \(data.path)")
    }
    self.server = server
    self.pass = pass
    self.opening = opening
  }
}

extension DataDirectory {
  /// Held by a server as long as it lives.
  package var serverLockPath: String { path + "/serve.lock" }
  /// Held by whoever makes a pass.
  package var passLockPath: String { path + "/reconcile.lock" }

  /// Where the probe of this machine keeps what it needs to know of its processes.
  package var runsPath: String { path + "/probe" }
  /// Held while the database is opened for writing.
  package var openLockPath: String { path + "/open.lock" }
}
