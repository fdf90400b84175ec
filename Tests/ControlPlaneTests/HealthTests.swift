import Engine
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HealthTests {
  @Test func healthIsThatTheProcessLives() async throws {
    try await withServer(brokenStore: true) { server async throws in
      let answer = try await server.send(.GET, "/healthz")
      #expect(answer.status == 200)
      #expect(answer.text == "ok\n")
      #expect(try await server.send(.HEAD, "/healthz").status == 200)
    }
  }

  @Test func readyOnceAPassHasEnded() async throws {
    let (begun, end) = (Gate(), Gate())
    let source = FakeSource { pass throws(SourceError) in
      begun.open()
      await end.wait()
      return .empty
    }
    try await withServer(source: source) { server async throws in
      await begun.wait()
      let before = try await server.send(.GET, "/readyz")
      #expect(before.status == 503)
      #expect(before.text == "not ready: no pass has come to an end since the server started\n")
      end.open()
      _ = try await server.reconcile()
      let after = try await server.send(.GET, "/readyz")
      #expect(after.status == 200)
    }
  }

  @Test func readyAlsoAfterAPassThatFailed() async throws {
    let source = FakeSource { _ throws(SourceError) in throw SourceError(.unreachable, "no route") }
    try await withServer(source: source) { server async throws in
      #expect(try await server.reconcile()["result"] == "failed")
      #expect(try await server.send(.GET, "/readyz").status == 200)
    }
  }

  @Test func notReadyWithoutAStore() async throws {
    try await withServer(brokenStore: true) { server async throws in
      let answer = try await server.send(.GET, "/readyz")
      #expect(answer.status == 503)
      #expect(answer.text == "not ready: the store does not answer: the database is damaged\n")
    }
  }

  @Test func unknownPathsAreJSON() async throws {
    try await withServer { server async throws in
      for (method, path) in [(Method.GET, "/nothing"), (.GET, "/hooks/git"), (.POST, "/v1/status")]
      {
        let answer = try await server.send(method, path)
        #expect(answer.status == 404)
        let error = try answer.json["error"]
        #expect(error?["code"] == "not-found")
        #expect(error?["message"] == .string("there is no \(method.rawValue) \(path) here"))
        #expect(error?["hint"]?.string != nil)
      }
    }
  }
}
