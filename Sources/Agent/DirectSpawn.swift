internal import CProcess
internal import Glibc

/// Starts processes by posix_spawn, without the library's tasks and threads.
enum DirectSpawn {
  /// A child, which nobody else reaps.
  struct Child: Sendable {
    var pid: Int32
    var descriptor: Int32

    /// Takes the ended child off the list of processes, and lets go of it.
    func reap() {
      while writ_reap(descriptor) != 0, errno == EINTR {}
      close(descriptor)
    }
  }

  /// Blocks until the program runs in the child, or does not.
  static func start(
    _ launch: Launch, stdout: Int32, stderr: Int32,
  ) -> Result<Child, SystemError> {
    let arguments = CStrings(launch.arguments.map { Array($0.utf8) })
    let environment = CStrings(launch.environment.entries)
    var pid: pid_t = 0
    let status = arguments.withPointers { argv in
      environment.withPointers { environment in
        writ_spawn(&pid, launch.path, argv, environment, launch.workingDirectory, stdout, stderr)
      }
    }
    guard status == 0 else { return .failure(SystemError(status)) }
    // Its number cannot be another's: it is not reaped before `Child.reap()`.
    let descriptor = writ_pidfd_open(pid)
    guard descriptor >= 0 else {
      let error = SystemError.current
      kill(-pid, SIGKILL)
      while waitpid(pid, nil, 0) < 0, errno == EINTR {}
      return .failure(error)
    }
    return .success(Child(pid: pid, descriptor: descriptor))
  }

  /// Why nobody can work in `directory`; nil where one can.
  static func problem(in directory: String) -> SystemError? {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return .current }
    close(descriptor)
    return nil
  }
}

/// An array of strings as C has it, ended by a null pointer.
private struct CStrings {
  private var bytes: [CChar] = []
  private var starts: [Int] = []

  init(_ strings: [[UInt8]]) {
    for string in strings {
      starts.append(bytes.count)
      bytes.append(contentsOf: string.lazy.map { CChar(bitPattern: $0) })
      bytes.append(0)
    }
  }

  func withPointers<Result>(
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var bytes = bytes
    return bytes.withUnsafeMutableBufferPointer { buffer in
      var pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
      pointers.append(nil)
      return pointers.withUnsafeBufferPointer { pointers in
        guard let base = pointers.baseAddress else { return body([nil]) }
        return body(base)
      }
    }
  }
}
