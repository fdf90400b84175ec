internal import Glibc
internal import Resources
internal import Synchronization

/// Where the running server of a data directory is, and the token it wants: `server.json`.
package struct ServerFile: Hashable, Sendable {
  /// `http://127.0.0.1:4711`: an address that works on this machine.
  package var address: String
  package var processID: Int32
  package var token: AccessToken

  package init(address: String, processID: Int32, token: AccessToken) {
    self.address = address
    self.processID = processID
    self.token = token
  }

  private static let sizeLimit = 64 << 10

  // MARK: Read

  /// The server that runs now; nil where no file is, or the one that is there was left behind.
  ///
  /// A server holds a lock on the very file that it wrote, so a file whose lock is free, or whose
  /// process is gone, is of a server that was killed. Throws where the file cannot be read or is
  /// not one of Writ's.
  package static func read(path: String) throws(ServerFileError) -> ServerFile? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw ServerFileError("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    guard let file = ServerFile(reading: try contents(of: descriptor, path)) else {
      throw ServerFileError(
        "\(path) is not a server file of this version of Writ",
        hint: "restart the server with the same version as this command")
    }
    return kill(file.processID, 0) == 0 || errno == EPERM ? file : nil
  }

  private static func contents(
    of descriptor: Int32, _ path: String,
  ) throws(ServerFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= sizeLimit {
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw ServerFileError("cannot read \(path): \(String(cString: strerror(errno)))")
      }
      bytes += chunk[..<count]
    }
    throw ServerFileError("\(path) is longer than \(sizeLimit) bytes")
  }

  /// Reads what `publish` writes; nil for another form.
  package init?(reading bytes: [UInt8]) {
    guard let value = try? JSONReader.read(bytes), value["formatVersion"]?.integer == 1,
      let address = value["address"]?.string, let token = value["token"]?.string,
      let number = value["pid"]?.integer, let processID = Int32(exactly: number), processID > 0
    else { return nil }
    self.init(address: address, processID: processID, token: AccessToken(token))
  }

  // MARK: Write

  /// Writes the file, readable by this user alone, and holds it until the result is withdrawn.
  ///
  /// Readers see the old file or the new one, never half of one. The caller is the only server of
  /// its data directory, so that what a killed one left half-written is in nobody's way.
  package func publish(at path: String) throws(ServerFileError) -> Publication {
    let text: Value = [
      "address": .string(address), "formatVersion": 1, "pid": .integer(Int64(processID)),
      "token": .string(token.text),
    ]
    let temporary = "\(path).new"
    unlink(temporary)
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ServerFileError("cannot write \(temporary): \(String(cString: strerror(errno)))")
    }
    let bytes = CanonicalJSON.bytes(of: text) + [UInt8(ascii: "\n")]
    // The lock goes with the file through the rename, so it is there before anybody can look.
    guard fchmod(descriptor, 0o600) == 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0,
      write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
      rename(temporary, path) == 0
    else {
      let problem = errno
      unlink(temporary)
      close(descriptor)
      throw ServerFileError("cannot write \(path): \(String(cString: strerror(problem)))")
    }
    return Publication(path: path, descriptor: descriptor)
  }

  /// A server file that is in force.
  package final class Publication: Sendable {
    private let path: String
    private let descriptor: Int32
    private let isWithdrawn = Atomic(false)

    fileprivate init(path: String, descriptor: Int32) {
      self.path = path
      self.descriptor = descriptor
    }

    deinit { withdraw() }

    /// Removes the file, unless another server has put its own there; a repeat does nothing.
    package func withdraw() {
      guard !isWithdrawn.exchange(true, ordering: .relaxed) else { return }
      var mine = stat()
      var there = stat()
      if fstat(descriptor, &mine) == 0, lstat(path, &there) == 0, mine.st_ino == there.st_ino,
        mine.st_dev == there.st_dev
      {
        unlink(path)
      }
      close(descriptor)
    }
  }
}

package struct ServerFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String
  package var hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  package var description: String { message }
}
