import ControlPlane
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TokenTests {
  @Test func commandsNeedTheToken() async throws {
    try await withServer { server async throws in
      let token = try server.serverFile.token.text
      let wrong: [[(String, String)]] = [
        [], [("Authorization", token)], [("Authorization", "Basic \(token)")],
        [("Authorization", "Bearer")], [("Authorization", "Bearer \(token.dropLast())")],
        [("Authorization", "Bearer \(token)0")],
        [("Authorization", "Bearer " + String(repeating: "0", count: 64))],
      ]
      for headers in wrong {
        for (method, path) in [(Method.GET, "/v1/status"), (.POST, "/v1/reconcile")] {
          let answer = try await server.send(method, path, headers: headers)
          #expect(answer.status == 401)
          #expect(answer.errorCode == "unauthorized")
          #expect(answer.header("WWW-Authenticate") == "Bearer")
        }
      }
      let right = try await server.send(
        .GET, "/v1/status", headers: [("Authorization", "bearer \(token)")])
      #expect(right.status == 200)
    }
  }

  @Test func eachStartHasItsOwn() async throws {
    var tokens: Set<String> = []
    for _ in 0..<3 {
      try await withServer { server in tokens.insert(try server.serverFile.token.text) }
    }
    #expect(tokens.count == 3)
    #expect(tokens.allSatisfy { $0.count == 64 })
  }

  @Test func noLogHasIt() async throws {
    try await withServer { server async throws in
      let token = try server.serverFile.token.text
      _ = try await server.command(.GET, "/v1/status?token=\(token)")
      await server.recorder.line(with: "/v1/status")
      #expect(!server.recorder.lines.contains { $0.contains(token) })
    }
  }

  @Test func secretsPrintAsNothing() throws {
    let token = AccessToken.random()
    let secret = try #require(HookSecret("a horse"))
    for text in [
      "\(token)", String(reflecting: token), "\(secret)", String(reflecting: secret),
      dumped(token), dumped(secret),
    ] {
      #expect(!text.contains(token.text))
      #expect(!text.contains("horse"))
      #expect(!text.contains("97"))
    }
  }

  private func dumped(_ value: Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }
}
