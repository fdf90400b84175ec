package import Engine
internal import Glibc
internal import Resources

/// Looks at a data directory: whose it is, what room there is, which locks are held.
package struct DirectoryCheckup {
  private let data: DataDirectory

  package init(_ data: DataDirectory) { self.data = data }

  package func run() -> [CheckResult] {
    guard data.exists else {
      return [
        CheckResult(
          "data directory", .warning, "there is no \(data.path)",
          hint: "writ apply makes it, or name another with --data-dir")
      ]
    }
    var temporary = "/tmp"
    if let value = getenv("TMPDIR") { temporary = String(cString: value) }
    return [
      owner(), room("free space", data.path, minimum: 64 << 20),
      room("free space for temporary files", temporary, minimum: 16 << 20), locks(),
    ]
  }

  private func owner() -> CheckResult {
    do throws(StoreError) {
      try data.check()
    } catch {
      return CheckResult("data directory", .failure, error.message, hint: error.hint)
    }
    var status = stat()
    stat(data.path, &status)
    let mode = String(status.st_mode & 0o777, radix: 8)
    guard status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
      return CheckResult(
        "data directory", .warning, "\(data.path) can be read by others (mode \(mode))",
        hint: "chmod 700 \(data.path)")
    }
    return CheckResult("data directory", .ok, "\(data.path), mode \(mode)")
  }

  /// What SQLite and git need for their next files.
  private static let fileReserve: UInt64 = 64

  private func room(_ name: String, _ path: String, minimum: UInt64) -> CheckResult {
    var system = statvfs()
    guard statvfs(path, &system) == 0 else {
      return CheckResult(name, .failure, "\(path): \(String(cString: strerror(errno)))")
    }
    if system.f_flag & UInt(ST_RDONLY) != 0 {
      return CheckResult(
        name, .failure, "\(path) is on a file system that is mounted read-only",
        hint: "look at dmesg, and mount it again")
    }
    let free = UInt64(system.f_bavail) * UInt64(system.f_frsize)
    let words = "\(ByteSize(Int64(clamping: free)).approximate) at \(path)"
    // Some file systems make files out of space, and count none.
    if system.f_files > 0, UInt64(system.f_favail) < Self.fileReserve {
      return CheckResult(
        name, system.f_favail == 0 ? .failure : .warning,
        "\(words), and room for \(system.f_favail) more files", hint: "delete some files")
    }
    if free < 1 << 20 { return CheckResult(name, .failure, words, hint: "free some space") }
    return CheckResult(
      name, free < minimum ? .warning : .ok, words, hint: free < minimum ? "free some space" : nil)
  }

  private func locks() -> CheckResult {
    let held = [
      (data.serverLockPath, "a server"), (data.passLockPath, "a pass"),
      (data.openLockPath, "an opening"),
    ].filter { Self.isHeld($0.0) }.map(\.1)
    return CheckResult(
      "locks", .ok, held.isEmpty ? "none is held" : "held by \(held.joined(separator: ", "))")
  }

  /// Whether somebody has the lock at `path`, without making the file.
  private static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
