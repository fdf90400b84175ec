package import Engine
internal import Faults
internal import Glibc
package import Workflows

/// The key that signs checkpoints: a file of 32 bytes that only its owner may read.
extension DataDirectory {
  package var checkpointKeyPath: String { path + "/checkpoint.key" }

  /// The key; nil where there is none.
  package func checkpointKey() throws(StoreError) -> CheckpointKey? {
    let descriptor = open(checkpointKeyPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw problem("cannot read", errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
      throw StoreError(
        .permission, "the key \(checkpointKeyPath) can be read by other users",
        hint: "chmod 600 \(checkpointKeyPath)")
    }
    var bytes = [UInt8](repeating: 0, count: CheckpointKey.byteCount + 1)
    let count = read(descriptor, &bytes, bytes.count)
    guard count == CheckpointKey.byteCount, let key = CheckpointKey(bytes: Array(bytes[..<count]))
    else {
      throw StoreError(
        .corrupt,
        "\(checkpointKeyPath) is not a key: it must have \(CheckpointKey.byteCount) bytes",
        hint: "put back the one of a backup")
    }
    return key
  }

  /// Makes a key, in the place of `old`; where another process was faster, the one that it made.
  package func makeCheckpointKey(
    insteadOf old: CheckpointKey? = nil,
  ) throws(StoreError) -> CheckpointKey {
    // The lock is on the directory, so that no file of it stays.
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw problem("cannot make", errno) }
    defer { close(folder) }
    while flock(folder, LOCK_EX) != 0 {
      guard errno == EINTR else { throw problem("cannot make", errno) }
    }
    if let other = try checkpointKey(), other.publicKey != old?.publicKey { return other }
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<CheckpointKey.byteCount).map { _ in
      UInt8.random(in: .min ... .max, using: &generator)
    }
    guard let key = CheckpointKey(bytes: bytes) else {
      throw StoreError(.other, "no key can be made out of \(bytes.count) bytes")
    }
    try write(bytes)
    // The name of the key lasts before anything that it signed.
    fsync(folder)
    return key
  }

  private func write(_ key: [UInt8]) throws(StoreError) {
    let temporary = checkpointKeyPath + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw problem("cannot make", errno) }
    let isWritten = Glibc.write(descriptor, key, key.count) == key.count && fsync(descriptor) == 0
    let reason = errno
    close(descriptor)
    FaultPoint.reach(.compactKeyWritten)
    guard isWritten, rename(temporary, checkpointKeyPath) == 0 else {
      let reason = isWritten ? errno : reason
      unlink(temporary)
      throw problem("cannot make", reason)
    }
  }

  private func problem(_ verb: String, _ code: Int32) -> StoreError {
    StoreError(
      .permission, "\(verb) the key \(checkpointKeyPath): \(String(cString: strerror(code)))",
      hint: "check owner and mode of the data directory")
  }
}
