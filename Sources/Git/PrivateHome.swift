import Glibc
import Synchronization

/// A home folder for the time of one SSH connection.
///
/// libgit2 1.5 fails when `HOME` is not set, and lets `~/.ssh/known_hosts` choose the kind of host
/// key to ask for. The person's own file has no business in that, so it gets one of ours.
enum PrivateHome {
  /// Lets only one connection at a time be set up, because `HOME` belongs to the whole process.
  ///
  /// Nothing is lost by that: a fetch runs in a process of its own. The lock serves tests mostly.
  private static let turn = Mutex<Void>(())

  /// Runs `body` while `HOME` has a `.ssh/known_hosts` with this text.
  static func run<Result>(
    knownHosts text: String,
    _ operation: String,
    _ body: () -> Result
  ) throws(GitError) -> Result {
    try turn.withLock { _ throws(GitError) in
      let folder = try makeFolder(operation)
      defer { removeFolder(folder) }
      try write(text, to: "\(folder)/.ssh/known_hosts", operation)
      let before = unsafe getenv("HOME").map { unsafe String(cString: $0) }
      unsafe setenv("HOME", folder, 1)
      defer {
        if let before { unsafe setenv("HOME", before, 1) } else { unsafe unsetenv("HOME") }
      }
      return body()
    }
  }

  private static func makeFolder(_ operation: String) throws(GitError) -> String {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/writ-home-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw failure(operation) }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard unsafe mkdir("\(folder)/.ssh", 0o700) == 0 else { throw failure(operation) }
    return folder
  }

  private static func write(
    _ text: String,
    to path: String,
    _ operation: String
  ) throws(GitError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(operation) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw failure(operation)
    }
  }

  private static func removeFolder(_ folder: String) {
    unsafe unlink("\(folder)/.ssh/known_hosts")
    unsafe rmdir("\(folder)/.ssh")
    unsafe rmdir(folder)
  }

  private static func failure(_ operation: String) -> GitError {
    let reason = unsafe String(cString: strerror(errno))
    return GitError(.other, operation, "no temporary folder can be made: \(reason); set TMPDIR")
  }
}
