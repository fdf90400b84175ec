import Engine
import Foundation
import Persistence
import TestSupport
import Testing

/// Where a lock must be free it is waited for: another test may be starting a child just now, and a
/// child has all files of its parent until it becomes another program.
@Suite(.timeLimit(.minutes(5)))
struct FileLockTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path("lock") }

  init() throws { directory = try TemporaryDirectory() }

  private func isFree() throws -> Bool {
    let lock = try FileLock(path: path)
    return lock != nil
  }

  /// Returns once the lock is free; never, where it is not.
  private func waitUntilFree() throws {
    let lock = try FileLock(path: path, waits: true)
    _ = consume lock
  }

  @Test func oneAtATime() throws {
    do {
      let first = try FileLock(path: path)
      let isFirstHeld = first != nil
      #expect(isFirstHeld)
      #expect(try !isFree())
      _ = consume first
    }
    try waitUntilFree()
  }

  @Test func twoFilesAreTwoLocks() throws {
    let first = try FileLock(path: path)
    let second = try FileLock(path: directory.path("other"))
    let isFirstHeld = first != nil
    #expect(isFirstHeld)
    let isSecondHeld = second != nil
    #expect(isSecondHeld)
    _ = consume first
    _ = consume second
  }

  /// The lock is the kernel's: nobody has to clean up after a killed server.
  @Test func diesWithItsProcess() throws {
    let child = try ChildProcess(
      "/usr/bin/flock",
      ["--no-fork", "--exclusive", path, "/bin/sh", "-c", "echo held; exec sleep 600"],
      in: directory.path)
    try child.read(until: "held")
    #expect(try !isFree())
    child.stop()
    try waitUntilFree()
  }

  @Test func aChildDoesNotInheritIt() throws {
    do {
      let lock = try FileLock(path: path)
      let isHeld = lock != nil
      #expect(isHeld)
      let child = try ChildProcess("/bin/sleep", ["600"], in: directory.path)
      _ = consume lock
      try waitUntilFree()
      child.stop()
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
    let error = try thrown(StoreError.self) {
      let lock = try FileLock(path: directory.path("none/lock"))
      _ = consume lock
    }
    #expect(error.code == .permission)
    #expect(error.message.contains("none/lock"))
  }

  @Test func theFileIsForItsUserAlone() throws {
    let lock = try FileLock(path: path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    _ = consume lock
  }
}
