import ControlPlane
import Engine
import Persistence
import Planning
import Resources
import Testing
import Workflows

/// What a monitor may say of what was applied last.
@Suite(.timeLimit(.minutes(5))) struct HealthVerdictTests {
  /// A source that gets one resource more with each pass.
  private static func growing() -> FakeSource {
    FakeSource { pass throws(SourceError) in
      .init(resources: (0...pass).map { .sample("job-\($0)") })
    }
  }

  private static func post(_ server: Running, _ body: String) async throws -> Answer {
    try await server.command(.POST, "/v1/health", body: body)
  }

  @Test func aMonitorThatSaysBadGoesBack() async throws {
    try await withServer(source: Self.growing(), health: Self.policy) { server async throws in
      _ = try await server.reconcile()
      let first = try await Self.post(server, #"{"verdict":"pass"}"#)
      #expect(first.status == 200, "\(first.text)")
      #expect(try first.json["watch"]?["state"] == "passed")
      let good = try server.store.status().live.root
      _ = try await server.reconcile()
      #expect(try server.store.status().live.root != good)
      let answer = try await Self.post(
        server, #"{"verdict":"fail","reason":"error rate above 5 %"}"#)
      #expect(answer.status == 200, "\(answer.text)")
      let watch = try #require(try answer.json["watch"])
      #expect(watch["state"] == "failed")
      #expect(watch["rolledBack"] == true)
      #expect(watch["reason"] == "error rate above 5 %")
      #expect(watch["endedBy"] == "http:monitor")
      #expect(try server.store.status().live.root == good)
      let shown = try await server.command(.GET, "/v1/health")
      #expect(try shown.json["watch"] == watch)
    }
  }

  @Test func withoutAWatchThereIsNothingToSay() async throws {
    try await withServer(health: Self.policy) { server async throws in
      let shown = try await server.command(.GET, "/v1/health")
      #expect(shown.status == 200)
      #expect(try shown.json["watch"] == .null)
      let answer = try await Self.post(server, #"{"verdict":"fail","reason":"bad"}"#)
      #expect(answer.status == 409)
      #expect(answer.errorCode == "no-watch")
    }
  }

  @Test(arguments: [
    ("{", "not-json"), ("[]", "wrong-shape"), ("{}", "wrong-shape"),
    (#"{"verdict":"maybe"}"#, "wrong-shape"), (#"{"verdict":1}"#, "wrong-shape"),
    (#"{"verdict":"fail","reason":""}"#, "wrong-shape"),
    (#"{"verdict":"fail","reason":5}"#, "wrong-shape"),
    (#"{"verdict":"fail","resaon":"x"}"#, "wrong-shape"),
    (#"{"verdict":"fail","reason":"\#(String(repeating: "x", count: 1025))"}"#, "wrong-shape"),
  ])
  func aBodyThatIsNotRightChangesNothing(_ body: String, _ code: String) async throws {
    try await withServer(source: Self.growing(), health: Self.policy) { server async throws in
      _ = try await server.reconcile()
      let answer = try await Self.post(server, body)
      #expect(answer.status == 400, "\(answer.text)")
      #expect(answer.errorCode == code)
      #expect(try server.store.openWatch() != nil)
    }
  }

  @Test func withoutTheTokenNobodyIsHeard() async throws {
    try await withServer(source: Self.growing(), health: Self.policy) { server async throws in
      _ = try await server.reconcile()
      for method in [Method.GET, .POST] {
        #expect(try await server.send(method, "/v1/health").status == 401)
      }
      #expect(try server.store.openWatch() != nil)
    }
  }

  private static let policy = HealthPolicy()
}
