internal import CProcess
internal import Glibc

/// A process as it will be started: everything looked up, nothing started.
struct Launch: Sendable {
  /// The program's absolute path.
  var path: String
  /// Its arguments, the first the name by which it is called.
  var arguments: [String]
  var environment: ProcessEnvironment
  var workingDirectory: String?
  /// Nil for the probe's own.
  var user: HostUser?

  /// A child of the probe, which nobody else reaps.
  struct Child: Sendable {
    var pid: Int32
    var descriptor: Int32

    /// Takes the ended child off the list of processes, and lets go of it.
    func reap() {
      while writ_reap(descriptor) != 0, errno == EINTR {}
      close(descriptor)
    }
  }

  private static let lastSignal = writ_last_signal()

  /// Starts the process; blocks until the program runs in it, or does not.
  func start(stdin: Int32, stdout: Int32, stderr: Int32) throws(ProbeError) -> Child {
    let arguments = CStrings(arguments)
    let environment = CStrings(environment.entries)
    let directory = CStrings(workingDirectory.map { [$0] } ?? [])
    var launch = writ_launch()
    var descriptor: Int32 = -1
    launch.input = stdin
    launch.output = stdout
    launch.error = stderr
    launch.last_signal = Self.lastSignal
    if let user {
      launch.changes_user = 1
      launch.user = user.id
      launch.group = user.group
    }
    let pid = path.withCString { path in
      launch.path = path
      return arguments.withPointers { arguments in
        launch.arguments = arguments
        return environment.withPointers { environment in
          launch.environment = environment
          return directory.withPointers { directory in
            launch.directory = directory[0].map { UnsafePointer($0) }
            return (user?.groups ?? []).withUnsafeBufferPointer { groups in
              launch.groups = groups.baseAddress
              launch.group_count = groups.count
              return writ_spawn(&launch, &descriptor)
            }
          }
        }
      }
    }
    guard pid > 0 else { throw .unstartable(words(launch.step, SystemError(launch.failure))) }
    return Child(pid: pid, descriptor: descriptor)
  }

  private func words(_ step: writ_step, _ error: SystemError) -> String {
    switch step {
    case writ_step_user: "it cannot become user \(user?.name ?? ""): \(error)"
    case writ_step_directory:
      "the working directory \(workingDirectory ?? "") cannot be used: \(error)"
    case writ_step_clone: "no process can be made: \(error)"
    default: ProgramSearch.explain(path, error, user: user)
    }
  }
}

/// An array of strings as C has it, ended by a null pointer.
private struct CStrings {
  private var bytes: [UInt8] = []
  private var starts: [Int] = []

  init(_ strings: [String]) {
    for string in strings {
      starts.append(bytes.count)
      bytes.append(contentsOf: string.utf8)
      bytes.append(0)
    }
  }

  func withPointers<Result>(
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var bytes = bytes
    return bytes.withUnsafeMutableBytes { buffer in
      let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      var pointers = starts.map { start in base.map { $0 + start } }
      pointers.append(nil)
      return pointers.withUnsafeBufferPointer { pointers in
        guard let base = pointers.baseAddress else { return body([nil]) }
        return body(base)
      }
    }
  }
}
