import Foundation
import Synchronization

/// What a finished process left behind.
struct Outcome: Sendable, CustomStringConvertible {
  /// The exit code; 128 and the signal where one ended the process.
  var code: Int32
  var output: String
  var error: String
  var duration: Duration

  var lines: [String] { output.split(separator: "\n").map(String.init) }
  /// Both streams, for looking for what must not be there.
  var everything: String { output + error }

  /// The commands that were printed: the arguments after `writ` of each that starts so.
  func commands(startingWith prefix: String) -> [[String]] {
    everything.split(separator: "\n").compactMap { line in
      guard let range = line.range(of: prefix) else { return nil }
      return line[range.lowerBound...].split(separator: " ").dropFirst().map(String.init)
    }
  }

  func json() throws -> JSON { try JSON(parsing: output) }

  var description: String {
    "exit \(code) after \(duration)\n--- output\n\(output)\n--- error\n\(error)"
  }
}

/// A process with its streams in files, in a process group of its own, so that nothing of it is
/// left after `kill`.
///
/// Started with `posix_spawn`: streams in files can be read while the process runs, and never fill
/// up.
final class ChildProcess: Sendable {
  struct Failure: Error, CustomStringConvertible { var description: String }

  private enum State {
    case running([CheckedContinuation<Int32, Never>])
    case ended(Int32)
  }

  let id: pid_t
  let outputPath: String
  let errorPath: String
  private let start = ContinuousClock.now
  private let isLate = Atomic(false)
  private let state = Mutex<State>(.running([]))

  init(
    _ arguments: [String], environment: [String: String], directory: String, input: String,
    outputPath: String, errorPath: String,
  ) throws {
    self.outputPath = outputPath
    self.errorPath = errorPath
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, writing, 0o644)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errorPath, writing, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigfillset(&defaults)
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    posix_spawnattr_setflags(&attributes, Int16(flags))
    // `env` changes the folder, finds the program in PATH, and becomes it.
    let command = ["/usr/bin/env", "-C", directory] + arguments
    var list = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in list + variables { free(pointer) } }
    var id: pid_t = 0
    let status = posix_spawn(&id, command[0], &actions, &attributes, &list, &variables)
    guard status == 0 else {
      throw Failure(
        description: "cannot start \(arguments[0]): \(String(cString: strerror(status)))")
    }
    self.id = id
    Thread.detachNewThread { [self] in reap() }
  }

  private func reap() {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    let waiters: [CheckedContinuation<Int32, Never>] = state.withLock { state in
      guard case .running(let waiters) = state else { return [] }
      state = .ended(code)
      return waiters
    }
    for waiter in waiters { waiter.resume(returning: code) }
  }

  var isRunning: Bool {
    state.withLock { if case .running = $0 { true } else { false } }
  }

  var output: String { Self.text(outputPath) }
  var error: String { Self.text(errorPath) }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  func signal(_ number: Int32) { if isRunning { kill(id, number) } }

  /// Ends the process and everything it started.
  func killGroup() { kill(-id, SIGKILL) }

  /// Waits for the end; a process that takes longer than `limit` is killed, and this throws.
  @discardableResult
  func wait(within limit: Duration = .seconds(90)) async throws -> Outcome {
    let watchdog = Task {
      try await Task.sleep(for: limit)
      isLate.store(true, ordering: .relaxed)
      killGroup()
    }
    let code = await ended()
    watchdog.cancel()
    let outcome = Outcome(
      code: code, output: output, error: error, duration: ContinuousClock.now - start)
    guard !isLate.load(ordering: .relaxed) else {
      throw Failure(description: "process \(id) took longer than \(limit): \(outcome)")
    }
    return outcome
  }

  private func ended() async -> Int32 {
    await withCheckedContinuation { continuation in
      let code: Int32? = state.withLock { state in
        switch state {
        case .ended(let code): return code
        case .running(let waiters):
          state = .running(waiters + [continuation])
          return nil
        }
      }
      if let code { continuation.resume(returning: code) }
    }
  }
}
