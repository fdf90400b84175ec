package import Engine
import Faults
import Glibc

/// A file, or another descriptor, that lines are written to.
///
/// A file is new, or the export fails: none is ever replaced. It is whole, or it is not there: until
/// it is finished it has another name, and what a killed process left there makes way.
package final class ExportFile {
  private let descriptor: Int32
  /// Nil for a descriptor that somebody else owns.
  private let path: String?
  private let partPath: String
  private let acceptsSame: Bool
  private var buffer: [UInt8] = []
  private var isFinished = false
  /// Whether the name is of this export's making.
  private var isOwn = false

  private static let bufferLimit = 1 << 16

  /// Writes to an open descriptor, such as standard output.
  package init(descriptor: Int32) {
    self.descriptor = descriptor
    path = nil
    partPath = ""
    acceptsSame = false
  }

  /// Makes a file that only its owner may read.
  ///
  /// - Parameter acceptsSame: whether a file with the very same bytes is as good as a new one.
  package init(path: String, acceptsSame: Bool = false) throws(StoreError) {
    if !acceptsSame, access(path, F_OK) == 0 { throw Self.problem(path, EEXIST) }
    partPath = path + ".part"
    try Self.clear(partPath)
    let descriptor = open(partPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.problem(partPath, errno) }
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    self.descriptor = descriptor
    self.path = path
    self.acceptsSame = acceptsSame
  }

  deinit {
    if path == nil { return }
    if !isFinished { unlink(partPath) }
    close(descriptor)
  }

  /// Takes away what a process left that died while it wrote, but nothing that one still writes.
  private static func clear(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0 { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw StoreError(
        .busy, "another process is writing \(path)",
        hint: "wait until it is done, or name another file")
    }
    unlink(path)
  }

  private static func problem(_ path: String, _ reason: Int32) -> StoreError {
    StoreError(
      .other, "cannot make \(path): \(String(cString: strerror(reason)))",
      hint: reason == EEXIST
        ? "an export never replaces a file: name another" : "name another place")
  }

  package func write(line: [UInt8]) throws(StoreError) {
    buffer += line
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.bufferLimit { try flush() }
  }

  private func flush() throws(StoreError) {
    var offset = 0
    while offset < buffer.count {
      let count = buffer[offset...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let reason = String(cString: strerror(errno))
        throw StoreError(.full, "cannot write \(path ?? "the export"): \(reason)")
      }
      offset += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is left; a file is on the disk, under its name, when this returns.
  package func finish() throws(StoreError) {
    try flush()
    guard let path else { return }
    guard fsync(descriptor) == 0 else {
      throw StoreError(.full, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    FaultPoint.reach(.exportWritten)
    if link(partPath, path) == 0 {
      isOwn = true
    } else {
      let reason = errno
      guard reason == EEXIST, acceptsSame, isSame(as: path) else {
        throw Self.problem(path, reason)
      }
    }
    FaultPoint.reach(.exportNamed)
    unlink(partPath)
    isFinished = true
    synchroniseFolder(of: path)
  }

  /// Whether the file at `other` has the bytes of this one.
  private func isSame(as other: String) -> Bool {
    let second = open(other, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard second >= 0 else { return false }
    defer { close(second) }
    var offset: off_t = 0
    while true {
      guard let own = Self.bytes(of: descriptor, at: offset),
        let bytes = Self.bytes(of: second, at: offset), own == bytes
      else { return false }
      if own.isEmpty { return true }
      offset += off_t(own.count)
    }
  }

  /// Up to `bufferLimit` bytes; none at the end, nil where they cannot be read.
  private static func bytes(of descriptor: Int32, at offset: off_t) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: bufferLimit)
    var count = 0
    while count < bytes.count {
      let read = bytes[count...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, offset + off_t(count))
      }
      if read < 0 {
        if errno == EINTR { continue }
        return nil
      }
      if read == 0 { break }
      count += read
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// The bytes are on the disk; that their name is, too, is more than every file system can say.
  private func synchroniseFolder(of path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = open(
      parts.isEmpty ? "." : parts.joined(separator: "/") + "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder < 0 { return }
    fsync(folder)
    close(folder)
  }

  /// Takes back a file that was finished.
  package func discard() {
    if let path, isOwn { unlink(path) }
  }
}
