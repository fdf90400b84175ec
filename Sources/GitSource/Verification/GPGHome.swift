internal import Engine
internal import Glibc
internal import Signatures

/// A home of gpg of its own, with the operator's keyring in it and nothing of the user's; gone with
/// the value.
final class GPGHome: Sendable {
  private let path: String
  private let program: String
  private let clock: any Clock<Duration>
  let keys: GPGKeyList

  /// When one run of gpg is ended.
  static let deadline: Duration = .seconds(30)

  /// Imports `keyring`.
  static func open(
    keyring: [UInt8], program: String, clock: any Clock<Duration>,
  ) async throws(SourceError) -> GPGHome {
    let path = try Self.makeFolder()
    do throws(SourceError) {
      try Self.write(keyring, to: path + "/keyring")
      _ = try await Self.run(program, path, ["--import", path + "/keyring"], clock)
      let list = try await Self.run(
        program, path, ["--with-colons", "--fixed-list-mode", "--list-sigs"], clock)
      let keys = GPGKeyList(colons: list)
      guard !keys.isEmpty else {
        throw SourceError(
          .trust, "gpg finds no public key in the keyring of verify.gpgKeyring",
          hint: "write one with: gpg --export --armor KEY… > FILE")
      }
      return GPGHome(path: path, program: program, clock: clock, keys: keys)
    } catch {
      Self.remove(path)
      throw error
    }
  }

  private init(path: String, program: String, clock: any Clock<Duration>, keys: GPGKeyList) {
    self.path = path
    self.program = program
    self.clock = clock
    self.keys = keys
  }

  deinit { Self.remove(path) }

  /// What gpg says of the signature of one commit.
  func status(of commit: SignedCommit, name: String) async throws(SourceError) -> GPGStatus {
    let signature = "\(path)/\(name).sig"
    let payload = "\(path)/\(name).payload"
    defer {
      unlink(signature)
      unlink(payload)
    }
    try Self.write(commit.signature, to: signature)
    try Self.write(commit.payload, to: payload)
    let output = try await Self.run(
      program, path, ["--trust-model", "always", "--verify", signature, payload], clock)
    return GPGStatus(parsing: output)
  }

  private static func run(
    _ program: String, _ home: String, _ arguments: [String], _ clock: any Clock<Duration>,
  ) async throws(SourceError) -> String {
    let process = BoundedProcess(
      program: program,
      arguments: [
        "--batch", "--no-tty", "--no-options", "--no-autostart", "--disable-dirmngr",
        "--homedir", home, "--status-fd", "1",
      ] + arguments,
      environment: ["PATH": "/usr/bin:/bin", "HOME": home, "GNUPGHOME": home, "LC_ALL": "C"],
      deadline: deadline, outputLimit: 16 << 20, clock: clock)
    switch await process.run() {
    case .ended(let output, _): return output
    case .deadline where Task.isCancelled:
      throw SourceError(.cancelled, "a check of signatures was ended, as the program ends")
    case .deadline:
      throw SourceError(.timeout, "gpg took longer than \(deadline) and was ended")
    case .failure(let words): throw SourceError(.trust, "gpg cannot be run: \(words)")
    }
  }

  // MARK: Files

  private static func makeFolder() throws(SourceError) -> String {
    let parent = ProcessEnvironment.value("TMPDIR") ?? "/tmp"
    var template = Array("\(parent)/writ-gpg-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SourceError(
        .permission, "cannot make a folder in \(parent): \(String(cString: strerror(errno)))",
        hint: "make room there, or name another folder with TMPDIR")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(SourceError) {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    var count = 0
    if descriptor >= 0 {
      while count < bytes.count {
        let written = bytes[count...].withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if written < 0, errno == EINTR { continue }
        if written <= 0 { break }
        count += written
      }
    }
    let problem = errno
    if descriptor >= 0 { close(descriptor) }
    guard descriptor >= 0, count == bytes.count else {
      throw SourceError(
        .other, "cannot write \(path): \(String(cString: strerror(problem)))",
        hint: "make room there, or name another folder with TMPDIR")
    }
  }

  /// Removes a file, or a folder with all that is in it.
  private static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    if let folder = opendir(path) {
      var names: [String] = []
      while let entry = readdir(folder) {
        names.append(
          withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
          })
      }
      closedir(folder)
      for name in names where name != "." && name != ".." { remove("\(path)/\(name)") }
    }
    rmdir(path)
  }
}
