package import Engine
import Glibc

/// A file, or another descriptor, that lines are written to.
///
/// A file is new, or the export fails: none is ever replaced. It is whole, or it is not there.
package final class ExportFile {
  private let descriptor: Int32
  /// Nil for a descriptor that somebody else owns.
  private let path: String?
  private var buffer: [UInt8] = []
  private var isFinished = false

  private static let bufferLimit = 1 << 16

  /// Writes to an open descriptor, such as standard output.
  package init(descriptor: Int32) {
    self.descriptor = descriptor
    path = nil
  }

  /// Makes a file that only its owner may read.
  package init(path: String) throws(StoreError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = errno
      throw StoreError(
        .other, "cannot make \(path): \(String(cString: strerror(reason)))",
        hint: reason == EEXIST
          ? "an export never replaces a file: name another" : "name another place")
    }
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    guard let path else { return }
    close(descriptor)
    if !isFinished { unlink(path) }
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

  /// Writes what is left; a file is on the disk when this returns.
  package func finish() throws(StoreError) {
    try flush()
    if let path, fsync(descriptor) != 0 {
      throw StoreError(.full, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    isFinished = true
  }

  /// Takes back a file that was finished.
  package func discard() {
    if let path { unlink(path) }
  }
}
