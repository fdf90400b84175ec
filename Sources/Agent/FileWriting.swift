internal import Actions
internal import Crypto
internal import Glibc

/// Writes a file so that whoever reads it sees the old content or the new, never a part.
///
/// The new content is written beside the old, flushed, and takes its name; the directory is held
/// open meanwhile, so that a link put in its place leads nowhere. A crash in the middle may leave
/// `.writ-RUN.tmp` beside the file. The file belongs to the probe's user afterwards. A link at the
/// destination is refused, since the new file would take its place.
struct FileWriting {
  private let write: Action.FileWrite
  private let temporaryName: String
  private let permits: (String) -> Bool

  init(_ write: Action.FileWrite, run: String, permits: @escaping (String) -> Bool) {
    self.write = write
    temporaryName = ".writ-\(run).tmp"
    self.permits = permits
  }

  func run() throws(ProbeError) -> HostWork.Report {
    let name = try checkedName()
    let parent = String(write.path.dropLast(name.utf8.count))
    let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .path(parent, "\(SystemError.current)") }
    defer { close(directory) }
    try check(directory, name)
    try checkDestination(directory, name)
    do throws(ProbeError) {
      try writeTemporary(directory)
      try checkExpected(directory, name)
      // Once more, as close to the change as can be.
      try check(directory, name)
      try checkDestination(directory, name)
      guard renameat(directory, temporaryName, directory, name) == 0 else {
        throw .path(write.path, "\(SystemError.current)")
      }
    } catch {
      unlinkat(directory, temporaryName, 0)
      throw error
    }
    guard fsync(directory) == 0 else {
      throw .path(parent, "is written, but not yet on disk: \(SystemError.current)")
    }
    return HostWork.Report(isGood: true)
  }

  /// The last part of the path, where that is a file name.
  private func checkedName() throws(ProbeError) -> String {
    guard write.path.hasPrefix("/"), !write.path.utf8.contains(0) else {
      throw .unstartable("\(write.path.debugDescription) is not an absolute path")
    }
    let name = write.path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !name.isEmpty, name != ".", name != ".." else {
      throw .unstartable("\(write.path) is no path of a file")
    }
    guard write.content.utf8.count <= RequestLimits.fileBytes else {
      throw .unstartable("the content is longer than \(RequestLimits.fileBytes) bytes")
    }
    guard write.mode <= 0o7777 else {
      throw .unstartable("the mode \(String(write.mode, radix: 8)) is more than 7777")
    }
    return String(name)
  }

  private func check(_ directory: Int32, _ name: String) throws(ProbeError) {
    let parent = try OpenedFile.path(of: directory, asked: write.path)
    let resolved = parent == "/" ? "/\(name)" : "\(parent)/\(name)"
    guard permits(resolved) else {
      throw .refused(
        "the command policy does not allow the path \(resolved)"
          + (resolved == write.path ? "" : ", which \(write.path) leads to"))
    }
  }

  private func checkDestination(_ directory: Int32, _ name: String) throws(ProbeError) {
    var status = stat()
    guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return }
      throw .path(write.path, "\(SystemError.current)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .path(
        write.path,
        "it is \(OpenedFile.kind(status.st_mode)), and only regular files are replaced")
    }
  }

  private func writeTemporary(_ directory: Int32) throws(ProbeError) {
    unlinkat(directory, temporaryName, 0)
    let file = openat(
      directory, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .path(write.path, "\(SystemError.current)") }
    defer { close(file) }
    if let problem = FileBytes.write(Array(write.content.utf8), to: file) {
      throw .path(write.path, "\(problem)")
    }
    guard fchmod(file, mode_t(write.mode)) == 0, fsync(file) == 0 else {
      throw .path(write.path, "\(SystemError.current)")
    }
  }

  private func checkExpected(_ directory: Int32, _ name: String) throws(ProbeError) {
    guard let expected = write.expectedSHA256 else { return }
    let file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      let error = SystemError.current
      throw .path(
        write.path,
        error.number == ENOENT
          ? "there is no such file, but one with the SHA-256 \(expected) is expected"
          : "\(error)")
    }
    defer { close(file) }
    let actual = try digest(file)
    guard actual == expected.lowercased() else {
      throw .path(write.path, "it has the SHA-256 \(actual), and not \(expected) as expected")
    }
  }

  private func digest(_ file: Int32) throws(ProbeError) -> String {
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var total = 0
    while total <= 1 << 30 {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .path(write.path, "\(SystemError.current)") }
      if count == 0 { break }
      hash.update(data: buffer[..<count])
      total += count
    }
    let digits = Array("0123456789abcdef")
    return hash.finalize().reduce(into: "") { text, byte in
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
  }
}
