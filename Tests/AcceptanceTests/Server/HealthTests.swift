import Foundation
import Testing

/// What a running server says of itself, and how it ends.
@Suite(.bounded) struct HealthTests {
  @Test func isReadyOnceAPassHasEnded() async throws {
    try await Sandbox.with { box in
      let silent = try LoopbackSocket.Silent()
      let server = try await RunningServer.start(
        box, repository: "http://127.0.0.1:\(silent.port)/x.git",
        arguments: ["--fetch-timeout", "3s"])
      #expect(try await server.send(WebRequest(path: "/healthz")).status == 200)
      let early = try await server.send(WebRequest(path: "/readyz"))
      #expect(early.status == 503, "\(early)")
      #expect(early.body.contains("not ready"), "\(early)")
      // A pass that failed is a pass: the server works, and says what is wrong with the source.
      try await server.ready()
      #expect(try await server.condition("Ready")["reason"].string == "FetchFailed")
      #expect(try await server.condition("Stalled")["status"].string == "True")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func endsOnASignal(_ signal: Int32) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      #expect(try await box.shell("stat -c %a '\(box.data)/server.json'") == "600")
      server.process.signal(signal)
      let end = try await server.process.wait(within: .seconds(30))
      #expect(end.code == 0, "\(end)")
      #expect(end.duration < .seconds(60))
      #expect(!box.exists("data/server.json"))
      #expect(box.processes().isEmpty)
    }
  }

  @Test func endsInTheMiddleOfAFetch() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("reconcile", "--repo", upstream.bare)
      let silent = try LoopbackSocket.Silent()
      let server = try await RunningServer.start(
        box, repository: "http://127.0.0.1:\(silent.port)/x.git")
      try await eventually("fetch child") { box.processes(running: "fetch-child").first }
      let end = try await server.stop(within: .seconds(30))
      #expect(end.code == 0, "\(end)")
      try await eventually("end of the fetch child", within: .seconds(10)) {
        box.processes().isEmpty ? true : nil
      }
      #expect(!end.everything.contains("took longer than"), "\(end)")
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func statusSaysWhetherAServerWatches() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let repo = ["--repo", upstream.bare]
      let watched = try await box.writ(["status", "-o", "json"] + repo).json()
      #expect(watched["serving"].bool == true)
      #expect(
        watched.keys.isSuperset(of: [
          "formatVersion", "liveRevision", "sourceRevision", "stateRoot", "conditions", "counts",
        ]))
      let types = watched["conditions"].items.compactMap { $0["type"].string }
      #expect(
        Set(types) == ["Ready", "Reconciling", "Stalled", "SourceVerified", "Drifted"], "\(types)")
      #expect(try await box.writ(["status"] + repo).output.contains("watching"))
      // The server's own answer is the same.
      let served = try await server.status()
      for key in ["liveRevision", "stateRoot", "counts", "conditions"] {
        #expect(served[key].comparable == watched[key].comparable, "\(key)")
      }
      try await server.crash()
      #expect(box.exists("data/server.json"), "nobody took it away")
      let left = try await box.writ(["status", "-o", "json"] + repo).json()
      #expect(left["serving"].bool == false)
      #expect(try await box.writ(["reconcile"] + repo).code == 0, "it does it itself")
    }
  }

  @Test func theControlOfTheServerTakesItsToken() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      for header in [[:], ["Authorization": "Bearer wrong"], ["Authorization": server.token]] {
        let answer = try await server.send(WebRequest(path: "/v1/status", headers: header))
        #expect(answer.status == 401, "\(answer)")
      }
      let lost = try await server.send(WebRequest(path: "/nothing"))
      #expect(lost.status == 404)
      #expect(try lost.json()["error"]["code"].string == "not-found")
    }
  }
}

extension JSON {
  /// Without the order of conditions.
  fileprivate var comparable: Set<JSON> {
    if case .array(let items) = self { Set(items) } else { [self] }
  }
}
