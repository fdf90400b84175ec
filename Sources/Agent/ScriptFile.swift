internal import Glibc

/// A script on disk, for as long as its run lasts.
///
/// The interpreter gets its path as last argument, so that any interpreter reads it, the standard
/// input stays free, `$0` names the run, and `ps` shows none of its text. It is 0400 and belongs
/// to the user of the run; nobody else reads it.
struct ScriptFile: Sendable {
  let path: String

  init(_ text: String, run: String, directory: String, user: HostUser?) throws(ProbeError) {
    let path = "\(directory)/\(run)"
    if mkdir(directory, 0o711) != 0, errno != EEXIST {
      throw .path(directory, "cannot be made: \(SystemError.current)")
    }
    if let user, user.id != geteuid() { try Self.checkReach(directory, for: user) }
    // Of an earlier life that ended in the middle.
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
    guard descriptor >= 0 else {
      throw .unstartable("the script cannot be written to \(path): \(SystemError.current)")
    }
    defer { close(descriptor) }
    self.path = path
    if let problem = Self.fill(descriptor, text, user) {
      throw .unstartable("the script cannot be written to \(path): \(problem)")
    }
  }

  /// Takes it away; to be called once the run is over.
  func remove() { unlink(path) }

  /// Throws where another user cannot come to a script in `directory`.
  private static func checkReach(
    _ directory: String, for user: HostUser,
  ) throws(ProbeError) {
    var path = ""
    for part in directory.split(separator: "/") {
      path += "/\(part)"
      var status = stat()
      guard stat(path, &status) == 0 else { continue }
      let bit: mode_t =
        status.st_uid == user.id ? 0o100 : user.groups.contains(status.st_gid) ? 0o010 : 0o001
      guard status.st_mode & bit != 0 else {
        throw .unstartable(
          "user \(user.name) cannot read scripts of the probe, because \(path) is closed to them; "
            + "'chmod o+x' opens it, or keep the probe's directory elsewhere")
      }
    }
  }

  private static func fill(_ descriptor: Int32, _ text: String, _ user: HostUser?) -> SystemError? {
    if let user, user.id != geteuid(), fchown(descriptor, user.id, user.group) != 0 {
      return .current
    }
    return FileBytes.write(Array(text.utf8), to: descriptor)
  }
}

/// Writing whole byte arrays.
enum FileBytes {
  /// Writes all of `bytes`; what went wrong, or nil.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> SystemError? {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress,
          rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return SystemError.current
        }
        rest = rest.dropFirst(count)
      }
      return nil
    }
  }
}
