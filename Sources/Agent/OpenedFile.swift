internal import CProcess
internal import Glibc

/// A regular file that is open for reading, and its path without links.
///
/// The path is asked of what is open already, so nobody can put a link in its way between a check
/// and its use. Files that block or act when they are opened, such as pipes and devices, are never
/// opened.
struct OpenedFile: ~Copyable {
  private let descriptor: Int32
  /// The absolute path, links resolved.
  let path: String
  let size: Int64

  /// Opens the file that `path` leads to, once `permits` lets that path pass.
  init(_ path: String, permits: (String) -> Bool = { _ in true }) throws(ProbeError) {
    guard !path.utf8.contains(0) else { throw .path(path, "there is a NUL byte in the path") }
    // Only a place in the tree, for now: no driver and no pipe gets to know.
    let place = open(path, writ_open_path | O_CLOEXEC)
    guard place >= 0 else { throw .path(path, "\(SystemError.current)") }
    defer { close(place) }
    var status = stat()
    guard fstat(place, &status) == 0 else { throw .path(path, "\(SystemError.current)") }
    let resolved = try Self.path(of: place, asked: path)
    guard permits(resolved) else {
      throw .refused(
        resolved == path
          ? "the command policy does not allow the path \(path)"
          : "the command policy does not allow the path \(resolved), which \(path) leads to")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .path(path, "it is \(Self.kind(status.st_mode)), not a regular file")
    }
    let descriptor = open("/proc/self/fd/\(place)", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .path(path, "\(SystemError.current)") }
    self.descriptor = descriptor
    self.path = resolved
    size = Int64(status.st_size)
  }

  deinit { close(descriptor) }

  /// The first `limit` bytes.
  func read(limit: Int) throws(ProbeError) -> [UInt8] {
    var content: [UInt8] = []
    try readAll(limit: limit) { content.append(contentsOf: $0) }
    return content
  }

  /// Reads up to `limit` bytes in pieces.
  func readAll(
    limit: Int, into sink: (UnsafeRawBufferPointer) -> Void,
  ) throws(ProbeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    var left = limit
    while left > 0 {
      let count = Glibc.read(descriptor, buffer.baseAddress, min(left, buffer.count))
      if count == 0 { return }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw .path(path, "\(SystemError.current)")
      }
      sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      left -= count
    }
  }

  /// Where `descriptor` is in the tree; throws where it has no place there any more.
  static func path(of descriptor: Int32, asked: String) throws(ProbeError) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    guard count > 0, count < buffer.count else {
      throw .path(asked, "its path cannot be resolved")
    }
    let path = String(decoding: buffer[..<count], as: UTF8.self)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_nlink > 0, path.hasPrefix("/") else {
      throw .path(asked, "it was deleted just now, or is not in the tree of files")
    }
    return path
  }

  static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFLNK: "a symbolic link"
    default: "something else"
    }
  }
}
