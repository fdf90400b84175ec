import Foundation
import Synchronization
import Testing

/// A folder of one test, with a home, and all processes that were started in it.
///
/// Every process inherits the folder's path in `HOME`, so that whatever is left can be found.
final class Sandbox: Sendable {
  let path: String
  private let children = Mutex<[ChildProcess]>([])
  private let counter = Atomic(0)

  var home: String { path + "/home" }
  var data: String { path + "/data" }
  var database: String { data + "/writ.db" }

  private init() throws {
    var template = Array("/tmp/writ-acceptance-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw ChildProcess.Failure(description: "mkdtemp: \(String(cString: strerror(errno)))")
    }
    path = String(cString: made)
    // Other users may walk through it: some tests run a process as one.
    chmod(path, 0o755)
    for folder in ["home", "tmp", "logs"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
    }
  }

  /// Runs `body` in a new sandbox, and removes it with every process that is left.
  static func with<Value>(
    _ body: (Sandbox) async throws -> Value
  ) async throws -> Value {
    let box = try Sandbox()
    defer { box.tearDown() }
    return try await body(box)
  }

  private func tearDown() {
    for child in children.withLock({ $0 }) where child.isRunning { child.killGroup() }
    for id in processes() { kill(id, SIGKILL) }
    if ProcessInfo.processInfo.environment["KEEP_SANDBOX"] == nil {
      _ = try? FileManager.default.removeItem(atPath: path)
    }
  }

  // MARK: Processes

  /// What a process of this test sees; nothing of the user's, nothing of Writ's.
  var environment: [String: String] {
    [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin:/usr/sbin",
      "HOME": home, "TMPDIR": path + "/tmp", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
      "TZ": "UTC", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.com",
      "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.com",
      "GIT_TERMINAL_PROMPT": "0",
    ]
  }

  func start(
    _ arguments: [String], environment more: [String: String] = [:], directory: String? = nil,
    input: String? = nil,
  ) throws -> ChildProcess {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    let log = "\(path)/logs/\(number)"
    var inputPath = "/dev/null"
    if let input {
      inputPath = log + ".in"
      try input.write(toFile: inputPath, atomically: false, encoding: .utf8)
    }
    let child = try ChildProcess(
      arguments, environment: environment.merging(more) { _, new in new },
      directory: directory ?? path, input: inputPath, outputPath: log + ".out",
      errorPath: log + ".err")
    children.withLock { $0.append(child) }
    return child
  }

  @discardableResult
  func run(
    _ arguments: [String], environment: [String: String] = [:], directory: String? = nil,
    input: String? = nil, within limit: Duration = .seconds(90),
  ) async throws -> Outcome {
    try await start(arguments, environment: environment, directory: directory, input: input)
      .wait(within: limit)
  }

  /// Runs a script that must succeed.
  @discardableResult
  func shell(
    _ script: String, directory: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  ) async throws -> String {
    let outcome = try await run(["/bin/sh", "-eu", "-c", script], directory: directory)
    try #require(outcome.code == 0, "\(script): \(outcome)", sourceLocation: sourceLocation)
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Runs `writ` with this sandbox's data directory.
  @discardableResult
  func writ(
    _ arguments: String..., environment: [String: String] = [:], directory: String? = nil,
    input: String? = nil, within limit: Duration = .seconds(90),
  ) async throws -> Outcome {
    try await writ(
      arguments, environment: environment, directory: directory, input: input, within: limit)
  }

  @discardableResult
  func writ(
    _ arguments: [String], environment: [String: String] = [:], directory: String? = nil,
    input: String? = nil, within limit: Duration = .seconds(90),
  ) async throws -> Outcome {
    var variables = ["WRIT_DATA_DIR": data]
    variables.merge(environment) { _, new in new }
    return try await run(
      [Program.writ] + arguments, environment: variables, directory: directory, input: input,
      within: limit)
  }

  /// Living processes that were started in this sandbox, by whomever.
  func processes() -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { id in
      guard id != getpid(), let bytes = FileManager.default.contents(atPath: "/proc/\(id)/environ")
      else { return false }
      return bytes.range(of: Data("HOME=\(home)\0".utf8)) != nil
    }.sorted()
  }

  /// Those of them whose arguments hold `word`.
  func processes(running word: String) -> [pid_t] {
    processes().filter { id in
      let bytes = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
      return bytes.split(separator: 0).contains { String(decoding: $0, as: UTF8.self) == word }
    }
  }

  // MARK: Files

  func write(_ text: String, to file: String) throws {
    try write(Data(text.utf8), to: file)
  }

  /// Writes to a path below the sandbox, making the folders on the way.
  func write(_ bytes: Data, to file: String) throws {
    let full = file.hasPrefix("/") ? file : "\(path)/\(file)"
    try FileManager.default.createDirectory(
      atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try bytes.write(to: URL(filePath: full))
  }

  func exists(_ file: String) -> Bool {
    FileManager.default.fileExists(atPath: file.hasPrefix("/") ? file : "\(path)/\(file)")
  }

  // MARK: The live state

  /// Everything that may not change when an apply is refused.
  struct LiveState: Equatable, Sendable {
    var resources: String
    var root: String
    var revision: String
    /// The last event that made the live state what it is.
    var head: String
  }

  func liveState(sourceLocation: SourceLocation = #_sourceLocation) async throws -> LiveState {
    let resources = try await writ("get", "-o", "json")
    try #require(resources.code == 0, "\(resources)", sourceLocation: sourceLocation)
    let status = try await writ("status", "-o", "json", "--repo", path + "/none").json()
    let head = try await sql(
      "SELECT sequence || ' ' || hex(hash) FROM journal WHERE kind LIKE 'resource.%' "
        + "OR kind = 'plan.applied' ORDER BY sequence DESC LIMIT 1")
    // Conditions of a resource name the live revision, and nothing else of the state.
    return LiveState(
      resources: resources.output, root: status["stateRoot"].string ?? "",
      revision: status["liveRevision"].string ?? "", head: head)
  }

  /// Runs SQL on the database by other means than Writ, and prints the first value of each row.
  func sqlite(_ statement: String) async throws -> Outcome {
    try await run([
      Program.python, "-c",
      """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
      for statement in sys.argv[2].split(";"):
          for row in database.execute(statement):
              sys.stdout.write(f"{row[0]}\\n")
      """, database, statement,
    ])
  }

  func sql(_ statement: String, sourceLocation: SourceLocation = #_sourceLocation) async throws
    -> String
  {
    let outcome = try await sqlite(statement)
    try #require(outcome.code == 0, "\(outcome)", sourceLocation: sourceLocation)
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
