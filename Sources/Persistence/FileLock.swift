package import Engine
internal import Glibc

/// A lock on a file that the kernel releases when the process ends, however it ends.
package struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock at `path`, or returns nil where another process has it.
  ///
  /// Throws where the lock cannot be taken for another reason: nobody may go on without it.
  package init?(path: String, waits: Bool = false) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DatabaseFile.failure("open the lock", path) }
    while flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      let problem = errno
      if problem == EINTR { continue }
      close(descriptor)
      if problem == EWOULDBLOCK { return nil }
      errno = problem
      throw DatabaseFile.failure("take the lock", path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
