import Actions
import Agent
import Foundation
import Glibc
import Synchronization

/// A probe in a directory of its own, which goes with it.
final class ProbeFixture: Sendable {
  let directory: String
  let probe: LocalProbe

  init(
    environment: [String: String] = [:], searchPath: String? = nil,
    paths: @escaping @Sendable (String) -> Bool = { _ in true },
  ) throws {
    directory = try Self.temporaryDirectory()
    var surroundings = LocalProbe.Surroundings(environment: { environment[$0] })
    if let searchPath { surroundings.searchPath = searchPath }
    probe = try LocalProbe(
      directory: "\(directory)/probe", surroundings: surroundings,
      admission: Admission(
        refusal: { action, policy in
          if case .exec(let program) = action, program.argv.first == "forbidden" {
            "the policy \(policy.name) does not allow this"
          } else {
            nil
          }
        },
        permitsPath: { path, _ in paths(path) }))
  }

  deinit { Self.remove(directory) }

  static func temporaryDirectory() throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "writ-agent-\(UUID())")
    // Other users may walk through it: some tests run a process as one.
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
    return url.path
  }

  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  /// Runs an action and gathers what it wrote.
  func run(
    _ action: Action, run: String = "test.1", timeout: Duration = .seconds(60),
    grace: Duration = .seconds(10), outputLimit: Int = 1 << 20,
    secrets: [String: SecretSource] = [:], environment: [String: String] = [:],
    policy: CommandPolicy? = nil, onStarted: @Sendable () -> Void = {},
    onOutput: @escaping @Sendable (OutputChunk) -> Void = { _ in },
  ) async -> Outcome {
    let output = Output()
    let result = await probe.start(
      ActionRequest(
        run: run, action: action, secrets: secrets, environment: environment, timeout: timeout,
        gracePeriod: grace, outputLimit: outputLimit, policies: policy.map { [$0] } ?? []),
      onOutput: { chunk in
        output.append(chunk)
        onOutput(chunk)
      }, onStarted: onStarted)
    return Outcome(result: result, chunks: output.chunks)
  }

  func shell(_ text: String) -> Action { .shell(Action.Script(text: text)) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// A named pipe on which processes and tests wait for each other.
  func fifo(_ name: String) -> String {
    mkfifo(path(name), 0o666)
    return path(name)
  }
}

struct Outcome: Sendable {
  var result: ActionResult
  var chunks: [OutputChunk]

  func bytes(_ stream: OutputChunk.Stream = .stdout) -> [UInt8] {
    chunks.filter { $0.stream == stream }.flatMap(\.bytes)
  }

  var stdout: String { String(decoding: bytes(), as: UTF8.self) }
  var stderr: String { String(decoding: bytes(.stderr), as: UTF8.self) }
}

final class Output: Sendable {
  private let all = Mutex<[OutputChunk]>([])
  var chunks: [OutputChunk] { all.withLock { $0 } }
  func append(_ chunk: OutputChunk) { all.withLock { $0.append(chunk) } }
}

enum Files {
  /// Writes a file, which can be executed at once if `mode` says so.
  ///
  /// No process that another test is about to start holds it open for writing any more, which would
  /// make it a "text file busy".
  static func write(_ text: String, to path: String, mode: mode_t = 0o644) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    fchmod(descriptor, mode)
    close(descriptor)
    if mode & 0o111 == 0 { return }
    let reader = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(reader) }
    // A lease for reading is given once nobody writes. (`F_SETLEASE`, which Glibc does not have.)
    while fcntl(reader, 1024, F_RDLCK) != 0, errno == EAGAIN { sched_yield() }
    // Whoever is about to start has it too, and the next writer would break it with a signal.
    _ = fcntl(reader, 1024, F_UNLCK)
  }

  static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
  }

  static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether a process lives and is not a zombie.
  static func isAlive(_ pid: Int32) -> Bool {
    guard let stat = read("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else {
      return false
    }
    return !["Z", "X"].contains(stat[end...].dropFirst(2).first)
  }
}
