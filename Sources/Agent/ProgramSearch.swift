internal import Glibc

/// Finds programs, and says what is wrong with those that do not start.
enum ProgramSearch {
  /// The path of the program called `name`: as it is with a slash in it, else in `searchPath`.
  static func find(_ name: String, searchPath: String) throws(ProbeError) -> String {
    guard !name.isEmpty else { throw .unstartable("the command is empty") }
    guard !name.utf8.contains(0) else { throw .unstartable("the command has a NUL byte in it") }
    guard !name.contains("/") else { return name }
    var unusable: String?
    for directory in searchPath.split(separator: ":") where directory.hasPrefix("/") {
      let path = "\(directory)/\(name)"
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if access(path, X_OK) == 0 { return path }
      unusable = unusable ?? path
    }
    if let unusable { throw .unstartable(notExecutable(unusable)) }
    throw .unstartable("command not found: \(name) is in no directory of PATH=\(searchPath)")
  }

  /// Why the program at `path` did not start, where the system said `error`.
  static func explain(_ path: String, _ error: SystemError, user: HostUser?) -> String {
    switch error.number {
    case E2BIG:
      return "\(path): the arguments and the environment are longer than the system takes"
    case EPERM where user != nil && geteuid() != 0:
      return "only root can run a process as user \(user?.name ?? "")"
    case EAGAIN, ENOMEM: return "\(path): no process can be made: \(error)"
    default: break
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      let reason = SystemError.current
      return reason.number == ENOENT
        ? "command not found: there is no \(path)" : "\(path): \(reason)"
    }
    if status.st_mode & S_IFMT == S_IFDIR { return "\(path) is a directory, not a program" }
    guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a regular file" }
    if let problem = interpreterProblem(path) { return problem }
    if access(path, X_OK) != 0 || status.st_mode & 0o111 == 0 { return notExecutable(path) }
    switch error.number {
    case ENOEXEC:
      return "\(path) is no program for this machine, and has no '#!' line to say what reads it"
    case ENOENT:
      return "\(path) needs a loader that is not on this host; is it built for another system?"
    case ETXTBSY:
      return "\(path) is being written; write it under another name, and move it to its place"
    case EACCES: return "\(path) may not be executed\(user.map { " by user \($0.name)" } ?? "")"
    default: return "\(path): \(error)"
    }
  }

  private static func notExecutable(_ path: String) -> String {
    "\(path) is not executable; 'chmod +x' makes it so"
  }

  /// What is wrong with the program that the file's first line names; nil where nothing is.
  private static func interpreterProblem(_ path: String) -> String? {
    guard let descriptor = openFile(path) else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 2, bytes.starts(with: "#!".utf8) else { return nil }
    let line = bytes[2..<count].prefix { $0 != UInt8(ascii: "\n") }
    let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = words.first else {
      return "\(path): the '#!' line names no interpreter"
    }
    let interpreter = String(decoding: first, as: UTF8.self)
    var status = stat()
    if stat(interpreter, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      access(interpreter, X_OK) == 0
    {
      return nil
    }
    let hint =
      interpreter.hasSuffix("\r") ? "; the file has Windows line endings" : ""
    return "\(path): its interpreter \(interpreter.debugDescription), named in the '#!' line, "
      + "is not there or not executable\(hint)"
  }

  private static func openFile(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    return descriptor < 0 ? nil : descriptor
  }
}
