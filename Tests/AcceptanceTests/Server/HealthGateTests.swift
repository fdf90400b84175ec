import Foundation
import Testing

/// A push that makes things bad goes back by itself.
@Suite(.bounded) struct HealthGateTests {
  /// A service that says whether it is well: 500 as long as the file `sick` is there.
  private static let service = """
    import http.server, os, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def do_GET(self):
            self.send_response(500 if os.path.exists(sys.argv[1]) else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\\n")
    server.serve_forever()
    """

  /// Settings with a gate over that service.
  private func gate(_ box: Sandbox, window: String = "400ms") async throws {
    let service = try await PythonServer.start(Self.service, [box.path + "/sick"], in: box)
    try box.write(
      """
      health:
        window: \(window)
        interval: 50ms
        failures: 3
        checks: [{http: {url: "http://127.0.0.1:\(service.port)/healthz"}}]

      """, to: "data/writ.yaml")
    chmod(box.data, 0o700)
  }

  private func watch(_ box: Sandbox) async throws -> JSON {
    try await box.writ("health", "-o", "json").json()["watch"]
  }

  private func waitFor(_ state: String, of revision: String, _ box: Sandbox) async throws {
    try await eventually("watch of \(revision) that is \(state)") {
      let watch = try await watch(box)
      return watch["state"].string == state && watch["revision"].string == revision ? true : nil
    }
  }

  private func push(_ upstream: Upstream, timeout: String) async throws -> String {
    try upstream.write(Manifest.job("alpha", timeout: timeout), to: "manifests/alpha.yaml")
    return try await upstream.push("timeout \(timeout)")
  }

  @Test func whatTurnsBadGoesBackAndTheFixGoesLive() async throws {
    try await Sandbox.with { box in
      try await gate(box)
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let good = try await server.status()["liveRevision"].string ?? ""
      try await waitFor("passed", of: good, box)
      let root = try await server.status()["stateRoot"].string

      try box.write("", to: "sick")
      let bad = try await push(upstream, timeout: "7m")
      try await server.hook()
      try await waitFor("failed", of: bad, box)
      let status = try await server.status()
      #expect(status["stateRoot"].string == root)
      #expect(status["liveRevision"].string == good)
      let ready = try await server.condition("Ready")
      #expect(ready["status"].string == "False")
      #expect(ready["reason"].string == "HealthCheckFailed")
      #expect(ready["message"].string?.contains("it answered 500") == true)

      // The loop does not fight it, and everybody says why.
      #expect(try await box.writ("reconcile", "--wait", "--repo", upstream.bare).code == 3)
      #expect(try await server.condition("Ready")["reason"].string == "HealthCheckFailed")
      let history = try await box.writ("history", "-o", "json").json()["items"].items
      let entry = try #require(
        history.first { $0["revision"].string == bad && $0["rollback"] == .bool(false) })
      #expect(entry["health"]["state"].string == "failed")
      #expect(entry["health"]["rolledBack"] == .bool(true))
      #expect(entry["health"]["reason"].string == "it answered 500")
      let text = try await box.writ("history", environment: ["COLUMNS": "200"]).output
      #expect(text.contains("failed: http"), "\(text)")
      let words = try await box.writ("status", environment: ["COLUMNS": "200"]).output
      #expect(words.contains("failed its health gate"), "\(words)")
      let quarantine = try await box.writ("quarantine", "-o", "json").json()["items"].items
      #expect(quarantine.map { $0["revision"].string } == [bad])

      try FileManager.default.removeItem(atPath: box.path + "/sick")
      let fixed = try await push(upstream, timeout: "8m")
      try await server.hook()
      try await server.live(fixed)
      try await waitFor("passed", of: fixed, box)
      try await eventually("condition Ready") {
        try await server.condition("Ready")["status"].string == "True" ? true : nil
      }
      #expect(try await box.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }

  /// The plug is pulled while the window is open: it is judged all the same.
  @Test func aServerThatIsKilledDuringTheWindowJudgesWhenItIsBack() async throws {
    try await Sandbox.with { box in
      try await gate(box, window: "1s")
      let upstream = try await Upstream(box, files: Manifest.few)
      let first = try await RunningServer.start(box, repository: upstream.bare)
      try await first.ready()
      let good = try await first.status()["liveRevision"].string ?? ""
      try await waitFor("passed", of: good, box)
      let bad = try await push(upstream, timeout: "7m")
      try await first.hook()
      try await waitFor("watching", of: bad, box)
      try await first.crash()
      #expect(try await box.writ("status", "-o", "json").json()["liveRevision"].string == bad)
      try box.write("", to: "sick")
      let second = try await RunningServer.start(box, repository: upstream.bare)
      try await waitFor("failed", of: bad, box)
      try await second.live(good)
      #expect(try await box.writ("journal", "verify").code == 0)
      // It is over, whoever is killed now.
      try await second.crash()
      let third = try await RunningServer.start(box, repository: upstream.bare)
      try await third.ready()
      #expect(try await third.status()["liveRevision"].string == good)
      #expect(try await third.condition("Ready")["reason"].string == "HealthCheckFailed")
      #expect(try await third.stop().code == 0)
    }
  }

  @Test func applyMayWaitForTheEnd() async throws {
    try await Sandbox.with { box in
      try await gate(box)
      let upstream = try await Upstream(box, files: Manifest.few)
      let applied = try await box.writ("apply", "--wait-health", "--repo", upstream.bare)
      #expect(applied.code == 0, "\(applied)")
      #expect(applied.output.contains("passed its health gate"), "\(applied)")
      let good = try await box.liveState()

      try box.write("", to: "sick")
      let bad = try await push(upstream, timeout: "7m")
      let failed = try await box.writ(
        "apply", "--wait-health", "-o", "json", "--repo", upstream.bare)
      #expect(failed.code == 1, "\(failed)")
      let answer = try failed.json()
      #expect(answer["result"].string == "applied")
      #expect(answer["health"]["state"].string == "failed")
      #expect(answer["health"]["rolledBack"] == .bool(true))
      #expect(answer["health"]["revision"].string == bad)
      #expect(try await box.liveState().root == good.root)
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 3)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func withoutWaitingTheWatchIsLeftToAServer() async throws {
    try await Sandbox.with { box in
      try await gate(box)
      let upstream = try await Upstream(box, files: Manifest.few)
      let applied = try await box.writ("apply", "--repo", upstream.bare)
      #expect(applied.code == 0, "\(applied)")
      #expect(applied.output.contains("watched until"), "\(applied)")
      let revision = try await upstream.box.shell("git -C '\(upstream.bare)' rev-parse main")
      #expect(try await watch(box)["state"].string == "watching")
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await waitFor("passed", of: revision, box)
      #expect(try await server.stop().code == 0)
    }
  }

  /// A job's own gate, and what people and monitors say.
  @Test func aWordIsEnough() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      let none = try await box.writ("health", "fail", "--reason", "x")
      #expect(none.code == 1)
      #expect(none.error.contains("no apply is being watched"), "\(none)")
      let good = try await box.liveState()
      func pushWatched(_ timeout: String) async throws -> String {
        try upstream.write(
          Manifest.job("beta", timeout: timeout, extra: "  health: {window: 1h}"),
          to: "manifests/beta.yaml")
        return try await upstream.push("beta \(timeout)")
      }
      let first = try await pushWatched("6m")
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      let failed = try await box.writ("health", "fail", "--reason", "pages everybody")
      #expect(failed.code == 0, "\(failed)")
      #expect(failed.output.contains(first.prefix(12)), "\(failed)")
      #expect(try await box.liveState().root == good.root)

      _ = try await pushWatched("8m")
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let answer = try await server.send(
        WebRequest(
          method: "POST", path: "/v1/health", headers: ["Authorization": "Bearer \(server.token)"],
          body: Data(#"{"verdict":"fail","reason":"error rate"}"#.utf8)))
      #expect(answer.status == 200, "\(answer)")
      #expect(try answer.json()["watch"]["rolledBack"] == .bool(true))
      #expect(try await server.status()["stateRoot"].string == good.root)
      _ = try await pushWatched("9m")
      try await server.hook()
      try await eventually("a new watch") {
        try await watch(box)["state"].string == "watching" ? true : nil
      }
      #expect(try await box.writ("health", "pass", "--reason", "looks good").code == 0)
      #expect(try await watch(box)["state"].string == "passed")
      #expect(try await server.stop().code == 0)
    }
  }

  @Test(arguments: [
    ("health: {checks: [{http: {url: ftp://a}}]}", "is not a URL"),
    ("health: {checks: [{exec: {argv: [a]}}]}", "unknown field"),
    ("health: {window: 0s}", "must lie between"),
    ("health: {checks: [{}]}", "exactly one of"),
  ])
  func settingsThatAskForNonsenseAreRefused(_ text: String, _ words: String) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try box.write(text + "\n", to: "data/writ.yaml")
      chmod(box.data, 0o700)
      let outcome = try await box.writ("apply", "--repo", upstream.bare)
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.error.contains("writ.yaml:1:"), "\(outcome)")
      #expect(outcome.error.contains(words), "\(outcome)")
      #expect(!box.exists("data/writ.db"))
    }
  }
}
