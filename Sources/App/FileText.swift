import Glibc

/// Small files.
package enum FileText {
  /// The bytes of the file at `path`, `limit` at most.
  package static func bytes(_ path: String, limit: Int) throws(SettingsError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SettingsError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    guard let bytes = read(descriptor, limit: limit) else {
      throw SettingsError("\(path) cannot be read, or has more than \(limit) bytes")
    }
    return bytes
  }

  /// Reads `descriptor` to its end; nil after an error or beyond `limit`.
  package static func read(_ descriptor: Int32, limit: Int) -> [UInt8]? {
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return result }
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      result.append(contentsOf: chunk[..<count])
      if result.count > limit { return nil }
    }
  }

  /// Writes a file that is either whole or not there: to a neighbour first, then renamed.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SettingsError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw SettingsError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    var offset = 0
    var problem: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      while offset < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          problem = errno
          return
        }
        offset += count
      }
    }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    close(descriptor)
    if problem == 0, rename(temporary, path) != 0 { problem = errno }
    if problem != 0 {
      unlink(temporary)
      throw SettingsError("cannot write \(path): \(String(cString: strerror(problem)))")
    }
  }

  /// Whether there is something at `path`.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// `path` from the root, without looking at the file system.
  package static func absolute(_ path: String) -> String {
    var full = path
    if !path.hasPrefix("/") {
      var buffer = [CChar](repeating: 0, count: 4096)
      guard let current = getcwd(&buffer, buffer.count) else { return path }
      full = "\(String(cString: current))/\(path)"
    }
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
