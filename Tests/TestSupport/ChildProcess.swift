import Foundation

/// A child process, started with `posix_spawn`.
///
/// `Foundation.Process` is not used: with several children at once it mixes up who ended.
package final class ChildProcess {
  package let id: Int32
  private let output: FileHandle
  private var status: Int32?

  /// Starts `program` in `folder` with exactly `environment`; both of its outputs are read as one.
  package init(
    _ program: String, _ arguments: [String], in folder: String, input: String = "/dev/null",
    environment: [String: String] = ["PATH": "/usr/bin:/bin"],
  ) throws {
    var ends: [Int32] = [0, 0]
    // A socket pair closes on exec from the start: no other child that starts meanwhile has it open.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw FixtureError("no socket pair") }
    defer { close(ends[1]) }
    output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The thread that starts the child may block signals; the child must not.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = (["env", "-C", folder, program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var started: pid_t = 0
    let result = posix_spawn(&started, "/usr/bin/env", &actions, &attributes, &words, &variables)
    guard result == 0 else {
      throw FixtureError("\(program): \(String(cString: strerror(result)))")
    }
    id = started
  }

  deinit { stop() }

  /// Reads what the child writes until it closes its outputs.
  package func readToEnd() throws -> String {
    String(decoding: try output.readToEnd() ?? Data(), as: UTF8.self)
  }

  /// Reads until the child wrote `words`; throws when it ends before.
  package func read(until words: String) throws {
    var text = ""
    while !text.contains(words) {
      let bytes = output.availableData
      guard !bytes.isEmpty else { throw FixtureError("a child ended early: \(text)") }
      text += String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Waits for the end; the exit status, or -1 after a signal.
  package func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(id, &raw, 0) < 0, errno == EINTR {}
    let result = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -1
    status = result
    return result
  }

  /// Ends the child with SIGKILL, if it still runs.
  package func stop() {
    guard status == nil else { return }
    kill(id, SIGKILL)
    _ = wait()
  }
}
