import Glibc

/// Lines of a file that may be longer than memory.
package enum LineReader {
  /// Hands each line, without its end, to `body` until that returns false.
  ///
  /// A line beyond `lengthLimit` is an error.
  package static func lines(
    of path: String, lengthLimit: Int, _ body: ([UInt8]) throws -> Bool,
  ) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SettingsError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw SettingsError("cannot read \(path): \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      var rest = chunk[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[..<end]
        rest = rest[(end + 1)...]
        guard line.count <= lengthLimit else { throw tooLong(path, lengthLimit) }
        guard try body(line) else { return }
        line.removeAll(keepingCapacity: true)
      }
      line += rest
      guard line.count <= lengthLimit else { throw tooLong(path, lengthLimit) }
    }
    if !line.isEmpty { _ = try body(line) }
  }

  private static func tooLong(_ path: String, _ limit: Int) -> SettingsError {
    SettingsError("\(path) has a line of more than \(limit) bytes; no export has")
  }
}
