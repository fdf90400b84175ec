import Actions
import Agent
import Dispatch
import Glibc
import Synchronization
import Testing

/// Files and processes of the host, without a process of the run.
@Suite struct HostActionTests {
  private let policy = CommandPolicy(name: "careful", level: .remediate)

  @Test func readsTheBeginningOfAFile() async throws {
    let fixture = try ProbeFixture()
    Files.write("0123456789", to: fixture.path("f"))
    let all = await fixture.run(.readFile(path: fixture.path("f"), maxBytes: 100))
    #expect(all.stdout == "0123456789")
    #expect(all.result.exitCode == 0)
    #expect(all.result.message == nil)
    let some = await fixture.run(.readFile(path: fixture.path("f"), maxBytes: 4))
    #expect(some.stdout == "0123")
    #expect(some.result.message == "the first 4 of 10 bytes")
  }

  @Test func readsNothingThatBlocksOrIsNoFile() async throws {
    let fixture = try ProbeFixture()
    let pipe = fixture.fifo("pipe")
    for (path, words) in [
      (pipe, "a named pipe"), ("/dev/zero", "a device"), (fixture.directory, "a directory"),
      (fixture.path("none"), "No such file"),
    ] {
      let outcome = await fixture.run(.readFile(path: path, maxBytes: 100))
      #expect(outcome.result.ending == .completed)
      #expect(outcome.result.exitCode == 1)
      #expect(outcome.result.message?.contains(words) == true, "\(outcome.result)")
    }
    let relative = await fixture.run(.readFile(path: "etc/passwd", maxBytes: 100))
    #expect(relative.result.ending == .unstartable)
  }

  @Test func readsOnlyWhereThePolicyAllowsWithLinksResolved() async throws {
    let directory = try ProbeFixture.temporaryDirectory()
    defer { ProbeFixture.remove(directory) }
    mkdir("\(directory)/open", 0o755)
    mkdir("\(directory)/closed", 0o755)
    Files.write("public", to: "\(directory)/open/f")
    Files.write("private", to: "\(directory)/closed/f")
    symlink("\(directory)/closed/f", "\(directory)/open/link")
    symlink("\(directory)/closed", "\(directory)/open/sub")
    symlink("\(directory)/open/f", "\(directory)/closed/back")
    let fixture = try ProbeFixture(paths: { $0.hasPrefix("\(directory)/open/") })
    for (path, text) in [
      ("open/f", "public"), ("closed/back", "public"), ("closed/f", nil), ("open/link", nil),
      ("open/sub/f", nil), ("open/../closed/f", nil), ("open/../open/f", "public"),
    ] as [(String, String?)] {
      let outcome = await fixture.run(
        .readFile(path: "\(directory)/\(path)", maxBytes: 100), policy: policy)
      #expect(outcome.stdout == text ?? "", "\(path)")
      #expect(outcome.result.ending == (text == nil ? .refused : .completed), "\(path)")
    }
  }

  /// A thread swaps a directory for a link to a closed one, again and again.
  @Test func noRaceLeadsOutOfTheAllowedDirectories() async throws {
    let directory = try ProbeFixture.temporaryDirectory()
    defer { ProbeFixture.remove(directory) }
    for name in ["open", "open/real", "closed"] { mkdir("\(directory)/\(name)", 0o755) }
    Files.write("public", to: "\(directory)/open/real/f")
    Files.write("private", to: "\(directory)/closed/f")
    symlink("\(directory)/closed", "\(directory)/open/evil")
    rename("\(directory)/open/real", "\(directory)/open/sub")
    let done = DispatchSemaphore(value: 0)
    let flag = Flag()
    DispatchQueue(label: "swap").async {
      while !flag.isSet {
        rename("\(directory)/open/sub", "\(directory)/open/real")
        rename("\(directory)/open/evil", "\(directory)/open/sub")
        rename("\(directory)/open/sub", "\(directory)/open/evil")
        rename("\(directory)/open/real", "\(directory)/open/sub")
      }
      done.signal()
    }
    let fixture = try ProbeFixture(paths: { $0.hasPrefix("\(directory)/open/") })
    var good = 0
    for _ in 0..<300 {
      let path = "\(directory)/open/sub/f"
      let read = await fixture.run(.readFile(path: path, maxBytes: 100), policy: policy)
      #expect(read.stdout != "private")
      if read.stdout == "public" { good += 1 }
      let write = await fixture.run(
        .writeFile(.init(path: "\(directory)/open/sub/new", content: "x", mode: 0o600)),
        policy: policy)
      if write.result.exitCode == 0 { good += 1 }
    }
    flag.set()
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        done.wait()
        continuation.resume()
      }
    }
    #expect(Files.names(in: "\(directory)/closed") == ["f"])
    #expect(good > 0)
  }

  @Test func writesAllOrNothing() async throws {
    let fixture = try ProbeFixture()
    let path = fixture.path("f")
    let made = await fixture.run(.writeFile(.init(path: path, content: "one", mode: 0o640)))
    #expect(made.result.exitCode == 0)
    #expect(Files.read(path) == "one")
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o7777 == 0o640)
    let one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    let wrong = await fixture.run(
      .writeFile(
        .init(
          path: path, content: "two", mode: 0o600,
          expectedSHA256: String(repeating: "0", count: 64))))
    #expect(wrong.result.exitCode == 1)
    #expect(wrong.result.message?.contains(one) == true)
    #expect(Files.read(path) == "one")
    let right = await fixture.run(
      .writeFile(
        .init(path: path, content: "two", mode: 0o600, expectedSHA256: one.uppercased())))
    #expect(right.result.exitCode == 0)
    #expect(Files.read(path) == "two")
    let none = await fixture.run(
      .writeFile(
        .init(path: fixture.path("g"), content: "x", mode: 0o600, expectedSHA256: one)))
    #expect(none.result.exitCode == 1)
    #expect(Files.names(in: fixture.directory) == ["f", "probe"])
  }

  @Test func replacesOnlyRegularFiles() async throws {
    let fixture = try ProbeFixture()
    Files.write("old", to: fixture.path("target"))
    symlink(fixture.path("target"), fixture.path("link"))
    _ = fixture.fifo("pipe")
    for (name, words) in [
      ("link", "a symbolic link"), ("pipe", "a named pipe"), ("probe", "a directory"),
      ("none/f", "No such file"),
    ] {
      let outcome = await fixture.run(
        .writeFile(.init(path: fixture.path(name), content: "x", mode: 0o600)))
      #expect(outcome.result.exitCode == 1)
      #expect(outcome.result.message?.contains(words) == true, "\(outcome.result)")
    }
    #expect(Files.read(fixture.path("target")) == "old")
    #expect(Files.names(in: fixture.directory) == ["link", "pipe", "probe", "target"])
    for path in ["x/f", fixture.path("a/.."), "/", fixture.path("")] {
      let outcome = await fixture.run(.writeFile(.init(path: path, content: "x", mode: 0o600)))
      #expect(outcome.result.ending == .unstartable)
    }
  }

  /// A file system of 64 KiB.
  @Test(.enabled(if: geteuid() == 0)) func aFullDiskLeavesTheOldFile() async throws {
    let fixture = try ProbeFixture()
    mkdir(fixture.path("small"), 0o755)
    // Some containers let not even root mount.
    guard mount("none", fixture.path("small"), "tmpfs", 0, "size=64k") == 0 else {
      try #require(errno == EPERM)
      return
    }
    defer { umount(fixture.path("small")) }
    Files.write("old", to: fixture.path("small/f"))
    let outcome = await fixture.run(
      .writeFile(
        .init(
          path: fixture.path("small/f"), content: String(repeating: "x", count: 1 << 20),
          mode: 0o600)))
    #expect(outcome.result.exitCode == 1)
    #expect(outcome.result.message?.contains("No space left") == true)
    #expect(Files.names(in: fixture.path("small")) == ["f"])
    #expect(Files.read(fixture.path("small/f")) == "old")
  }

  @Test func listsProcessesAsJSONLines() async throws {
    let fixture = try ProbeFixture()
    let all = await fixture.run(.listProcesses(name: nil), outputLimit: 1 << 24)
    let lines = all.stdout.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("{\"pid\":\(getpid()),\"ppid\":\(getppid()),") })
    #expect(lines.allSatisfy { $0.hasSuffix("]}") })
    let none = await fixture.run(.listProcesses(name: "no-such-process"))
    #expect(none.stdout == "")
  }

  @Test func signalsExactlyThoseWithTheName() async throws {
    let fixture = try ProbeFixture()
    let name = "writ-t-\(getpid() % 1000)"
    Files.write("#!/bin/sh\necho ready\nread x < gate\n", to: fixture.path(name), mode: 0o755)
    _ = fixture.fifo("gate")
    let (ready, signal) = AsyncStream.makeStream(of: Void.self)
    async let target = fixture.run(
      .exec(
        Action.Program(
          argv: [fixture.path(name)],
          surroundings: .init(workingDirectory: fixture.directory))), run: "target",
      onOutput: { _ in signal.yield() })
    for await _ in ready { break }
    let sent = await fixture.run(.signalProcesses(name: name, signal: SIGUSR2))
    #expect(sent.result.exitCode == 0)
    #expect(sent.stdout.hasPrefix("signal \(SIGUSR2) sent to 1 process: "))
    #expect(await target.result.signal == SIGUSR2)
    let again = await fixture.run(.signalProcesses(name: name, signal: SIGUSR2))
    #expect(again.result.exitCode == 1)
    #expect(again.result.message == "no process is called \(name)")
    let wrong = await fixture.run(.signalProcesses(name: name, signal: 99))
    #expect(wrong.result.ending == .unstartable)
  }
}

private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
