import Foundation
import Testing

/// A repository with jobs that run real processes, applied once.
///
/// The processes get the sandbox's `HOME`, so that whatever is left of them can be found.
struct RunBox {
  /// What stands in each manifest, by the name of the file.
  typealias Files = [String: @Sendable (Maker) -> String]

  let box: Sandbox
  let upstream: Upstream

  static func with(
    _ files: Files, _ body: (RunBox) async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) async throws {
    try await Sandbox.with { box in
      let maker = Maker(home: box.home, path: box.path)
      var texts: [String: String] = [:]
      for (name, make) in files { texts["manifests/\(name).yaml"] = make(maker) }
      let here = RunBox(box: box, upstream: try await Upstream(box, files: texts))
      try await here.apply(sourceLocation: sourceLocation)
      try await body(here)
    }
  }

  /// Makes manifests of one sandbox.
  struct Maker {
    var home: String
    var path: String

    /// A job that runs `script`; `more` is the rest of its spec, indented by two.
    func job(_ name: String, _ script: String, _ more: String = "") -> String {
      let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
      return """
        ---
        apiVersion: writ/v1
        kind: Job
        metadata: {name: \(name)}
        spec:
          action:
            shell:
              env: {HOME: \(home)}
              script: |
        \(lines.map { "        " + $0 }.joined(separator: "\n"))
        \(more)

        """
    }

    /// A job of which `action` is the text of its action, on one line.
    func job(_ name: String, action: String, _ more: String = "") -> String {
      """
      ---
      apiVersion: writ/v1
      kind: Job
      metadata: {name: \(name)}
      spec:
        action: \(action)
      \(more)

      """
    }

    func schedule(_ name: String, job: String, _ more: String = "  when: {every: 1s}") -> String {
      """
      ---
      apiVersion: writ/v1
      kind: Schedule
      metadata: {name: \(name)}
      spec:
        job: \(job)
      \(more)

      """
    }

    /// Hosts of the role web, whose jobs the server runs itself.
    func probes(_ count: Int) -> String {
      (1...count).map {
        """
        ---
        apiVersion: writ/v1
        kind: Probe
        metadata: {name: host-\($0), labels: {role: web}}
        spec: {connection: server}

        """
      }.joined()
    }
  }

  var maker: Maker { Maker(home: box.home, path: box.path) }

  @discardableResult
  func writ(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await box.writ(arguments, environment: environment)
  }

  func apply(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let applied = try await writ("apply", "--yes", "--repo", upstream.bare)
    try #require(applied.code == 0, "\(applied)", sourceLocation: sourceLocation)
  }

  func serve(environment: [String: String] = [:]) async throws -> RunningServer {
    let server = try await RunningServer.start(
      box, repository: upstream.bare,
      environment: ["WRIT_HOOK_SECRET": RunningServer.hookSecret].merging(environment) { $1 })
    try await server.ready()
    return server
  }

  func json(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation,
  ) async throws -> JSON {
    let outcome = try await box.writ(arguments + ["-o", "json"])
    try #require(outcome.code == 0, "\(outcome)", sourceLocation: sourceLocation)
    return try outcome.json()
  }

  /// Asks a server for a run.
  ///
  /// - Returns: the execution's name.
  func start(
    _ job: String, sourceLocation: SourceLocation = #_sourceLocation,
  ) async throws -> String {
    let answer = try await json("run", job, sourceLocation: sourceLocation)
    return try #require(answer["execution"].string, sourceLocation: sourceLocation)
  }

  /// The state of the last run of an execution.
  func state(_ execution: String) async throws -> String? {
    try await json("runs", "--execution", execution)["runs"][0]["state"].string
  }

  func waitFor(_ state: String, of execution: String) async throws {
    try await eventually("\(state) of \(execution)") {
      try await json("describe", "run", execution)["state"].string == state ? true : nil
    }
  }

  /// Waits until a process has `word` among its arguments.
  func waitFor(processRunning word: String, count: Int = 1) async throws {
    try await eventually("process running \(word)") {
      box.processes(running: word).count >= count ? true : nil
    }
  }
}
