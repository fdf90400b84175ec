import Foundation
import Testing

/// `POST /hooks/git`: a hint from whoever knows the secret.
@Suite(.bounded) struct HookTests {
  private func post(_ headers: [String: String], _ body: Data = Data("{}".utf8)) -> WebRequest {
    WebRequest(method: "POST", path: "/hooks/git", headers: headers, body: body)
  }

  @Test func takesWhatIsSignedAndNothingElse() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let right = try await box.hmac(Data("{}".utf8), key: RunningServer.hookSecret)
      let table: [(headers: [String: String], status: Int)] = [
        ([:], 401),
        (["X-Hub-Signature-256": "sha256=\(right)"], 202),
        (["X-Hub-Signature-256": "sha256=\(String(right.reversed()))"], 401),
        (["X-Hub-Signature-256": right], 401),
        (["X-Hub-Signature-256": "sha256="], 401),
        (["X-Hub-Signature-256": "sha256=zz"], 401),
        (["X-Hub-Signature": "sha1=\(right)"], 401),
        (["X-Gitlab-Token": RunningServer.hookSecret], 202),
        (["X-Gitlab-Token": "wrong"], 401),
        (["X-Gitea-Signature": right], 202),
      ]
      for (headers, status) in table {
        let answer = try await server.send(post(headers))
        #expect(answer.status == status, "\(headers): \(answer)")
      }
      let other = try await server.send(
        post(["X-Hub-Signature-256": "sha256=\(right)"], Data("{} ".utf8)))
      #expect(other.status == 401, "a signature is of one body")
      #expect(try await server.send(WebRequest(path: "/hooks/git")).status == 404)
    }
  }

  @Test func takesABodyOfOneMebibyteAndNoMore() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let limit = 1 << 20
      for (count, status) in [(limit, 202), (limit + 1, 413), (8 * limit, 413)] {
        let body = Data(repeating: 0x20, count: count)
        let signature = try await box.hmac(body, key: RunningServer.hookSecret)
        let answer = try await server.send(
          post(["X-Hub-Signature-256": "sha256=\(signature)"], body))
        #expect(answer.status == status, "\(count) bytes: \(answer)")
      }
    }
  }

  @Test func slowsDownWhoAsksTooOften() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let request = post([:])
      let answers = try await withThrowingTaskGroup(of: WebRequest.Answer.self) { group in
        for _ in 0..<80 { group.addTask { try await server.send(request) } }
        var answers: [WebRequest.Answer] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      let refused = answers.filter { $0.status == 429 }
      #expect(!refused.isEmpty)
      #expect(answers.allSatisfy { [401, 429].contains($0.status) })
      #expect(refused.allSatisfy { Int($0.headers["retry-after"] ?? "") ?? 0 >= 1 })
      #expect(try await server.send(WebRequest(path: "/healthz")).status == 200)
    }
  }

  @Test func withoutASecretOnlyThisMachineMayAsk() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(
        box, repository: upstream.bare, environment: [:])
      try await server.ready()
      #expect(try await server.send(post([:])).status == 202)
      for header in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        let proxied = try await server.send(post([header: "192.0.2.7"]))
        #expect(proxied.status == 403, "\(proxied)")
        #expect(proxied.body.contains("WRIT_HOOK_SECRET"), "\(proxied)")
      }
    }
  }

  @Test func theBodyIsNeverBelieved() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let before = try await box.liveState()
      try await server.hook(
        #"{"ref":"refs/heads/evil","after":"0000000000000000000000000000000000000001","repository":{"clone_url":"http://192.0.2.1/evil.git"}}"#
      )
      let pass = try await box.writ("reconcile", "--wait", "--repo", upstream.bare)
      #expect(pass.code == 0, "\(pass)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test func twoPushesInQuickSuccessionEndAtTheNewest() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      for round in 1...3 {
        try upstream.write(Manifest.job("alpha", timeout: "\(round)0m"), to: "manifests/alpha.yaml")
        try await upstream.push("one")
        async let first = server.hook()
        try upstream.write(Manifest.job("alpha", timeout: "\(round)1m"), to: "manifests/alpha.yaml")
        let newest = try await upstream.push("two")
        #expect(try await server.hook().status == 202)
        #expect(try await first.status == 202)
        try await server.live(newest)
      }
      let alpha = try await box.writ("get", "Job/alpha", "-o", "json").json()
      #expect(alpha["spec"]["timeout"].string == "31m")
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func withoutHooksItPolls() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(
        box, repository: upstream.bare, interval: "200ms")
      try await server.ready()
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await server.live(try await upstream.push("more time"))
    }
  }
}
