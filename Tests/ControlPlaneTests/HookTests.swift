import AsyncHTTPClient
import ControlPlane
import Crypto
import Engine
import NIOCore
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HookTests {
  static let body = #"{"ref":"refs/heads/main"}"#

  static func signature(_ text: String = body, _ secret: String = "a horse") -> String {
    Hex.text(
      of: HMAC<SHA256>.authenticationCode(
        for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8))))
  }

  struct Proof: Sendable, CustomTestStringConvertible {
    var header: String
    var value: String
    var status: UInt
    var code: String?
    var testDescription: String { "\(header): \(value.prefix(12)) → \(status)" }
  }

  static let proofs: [Proof] = {
    let (right, wrong) = (signature(), signature(body, "a cow"))
    var proofs = [
      Proof(header: "X-Hub-Signature-256", value: "sha256=\(right)", status: 202),
      Proof(header: "X-Hub-Signature-256", value: "sha256=\(right.uppercased())", status: 202),
      Proof(header: "X-Gitea-Signature", value: right, status: 202),
      Proof(header: "X-Forgejo-Signature", value: right, status: 202),
      Proof(header: "X-Gitlab-Token", value: "a horse", status: 202),
    ]
    let refused = [
      ("X-Hub-Signature-256", "sha256=\(wrong)"), ("X-Hub-Signature-256", right),
      ("X-Hub-Signature-256", "sha256=\(right.dropLast(2))"),
      ("X-Hub-Signature-256", "sha256=\(right.dropLast())"),
      ("X-Hub-Signature-256", "sha256=\(right)00"), ("X-Hub-Signature-256", "sha256="),
      ("X-Hub-Signature-256", ""), ("X-Hub-Signature-256", "sha256=nonsense"),
      ("X-Gitea-Signature", wrong), ("X-Gitea-Signature", String(right.dropLast(2))),
      ("X-Gitlab-Token", "a cow"), ("X-Gitlab-Token", "a hors"), ("X-Gitlab-Token", ""),
    ]
    proofs += refused.map {
      Proof(header: $0.0, value: $0.1, status: 401, code: "wrong-signature")
    }
    proofs.append(Proof(header: "X-Hub-Signature", value: "sha1=00", status: 401, code: "unsigned"))
    return proofs
  }()

  @Test(arguments: proofs) func signed(_ proof: Proof) async throws {
    try await withServer({ $0.hookSecret = HookSecret("a horse\n") }) { server async throws in
      let answer = try await server.send(
        .POST, "/hooks/git", headers: [(proof.header, proof.value)],
        body: .bytes(ByteBuffer(string: Self.body)))
      #expect(answer.status == proof.status)
      #expect(answer.errorCode == proof.code)
      if proof.status == 202 { #expect(try answer.json == ["accepted": true]) }
      if proof.status == 401 { #expect(try answer.json["error"]?["hint"]?.string != nil) }
    }
  }

  @Test func aWrongSignatureIsNotMadeRightByAnotherHeader() async throws {
    try await withServer({ $0.hookSecret = HookSecret("a horse") }) { server async throws in
      let answer = try await server.send(
        .POST, "/hooks/git",
        headers: [
          ("X-Hub-Signature-256", "sha256=" + Self.signature("other")),
          ("X-Gitlab-Token", "a horse"),
        ], body: .bytes(ByteBuffer(string: Self.body)))
      #expect(answer.status == 401)
    }
  }

  @Test func withoutASecretOnlyThisMachineMay() async throws {
    try await withServer { server async throws in
      #expect(try await server.send(.POST, "/hooks/git").status == 202)
      for header in ["Forwarded", "X-Forwarded-For", "X-Real-IP"] {
        let answer = try await server.send(
          .POST, "/hooks/git", headers: [(header, "203.0.113.9")],
          body: .bytes(ByteBuffer(string: Self.body)))
        #expect(answer.status == 403)
        #expect(answer.errorCode == "no-hook-secret")
        let hint = try answer.json["error"]?["hint"]?.string ?? ""
        #expect(hint.contains("WRIT_HOOK_SECRET") && hint.contains("--hook-secret-file"))
      }
    }
  }

  @Test func aHookMakesAPass() async throws {
    let second = Gate()
    let source = FakeSource { pass throws(SourceError) in
      if pass == 2 { second.open() }
      return .empty
    }
    try await withServer(source: source) { server async throws in
      _ = try await server.send(.POST, "/hooks/git")
      await second.wait()
    }
  }

  @Test func pingIsAnsweredAndMakesNoPass() async throws {
    try await withServer({ $0.hookSecret = HookSecret("a horse") }) { server async throws in
      let headers = [
        ("X-GitHub-Event", "ping"), ("X-Hub-Signature-256", "sha256=" + Self.signature()),
      ]
      let answer = try await server.send(
        .POST, "/hooks/git", headers: headers, body: .bytes(ByteBuffer(string: Self.body)))
      #expect(answer.status == 200)
      let unsigned = try await server.send(
        .POST, "/hooks/git", headers: [("X-GitHub-Event", "ping")])
      #expect(unsigned.status == 401)
    }
  }

  // MARK: Size

  @Test func aBodyOfTheLimitIsRead() async throws {
    try await withServer { server async throws in
      let body = [UInt8](repeating: 0x20, count: 1 << 20)
      let answer = try await server.send(
        .POST, "/hooks/git", body: .bytes(ByteBuffer(bytes: body)))
      #expect(answer.status == 202)
    }
  }

  /// Only the head is sent, so an answer means that nobody waited for the body.
  @Test func aLengthBeyondTheLimitIsRefusedUnread() async throws {
    try await withServer { server async throws in
      let answer = try await talk(
        to: server.port,
        "POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 413 "))
      #expect(answer.contains("too-large"))
    }
  }

  /// As git hosts do: the whole body is on its way before the answer is looked at.
  @Test func whoSendsEverythingFirstStillGetsTheAnswer() async throws {
    try await withServer { server async throws in
      let body = String(repeating: " ", count: 3 << 20)
      let answer = try await talk(
        to: server.port,
        "POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: \(3 << 20)\r\n\r\n" + body)
      #expect(answer.hasPrefix("HTTP/1.1 413 "))
      #expect(answer.hasSuffix("}\n"))
    }
  }

  @Test func aChunkedBodyBeyondTheLimitIsRefused() async throws {
    try await withServer { server async throws in
      let chunk = ByteBuffer(bytes: [UInt8](repeating: 0x20, count: 64 << 10))
      let chunks = AsyncStream { chunk }
      let answer = try await server.send(
        .POST, "/hooks/git", body: .stream(chunks, length: .unknown))
      #expect(answer.status == 413)
      #expect(answer.errorCode == "too-large")
      #expect(answer.header("Connection") == "close")
    }
  }

  /// An endless body after a refusal is cut off, rather than read for as long as it comes.
  @Test func aRefusedClientThatGoesOnIsCutOff() async throws {
    try await withServer({ settings in
      settings.hookSecret = HookSecret("a horse")
      settings.lingerByteLimit = 256 << 10
    }) { server async throws in
      _ = try await talk(
        to: server.port,
        "POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n",
        thenForever: [UInt8](repeating: 0x20, count: 64 << 10))
    }
  }

  @Test func aBodyThatDoesNotComeIsNotWaitedForForever() async throws {
    try await withServer { server async throws in
      async let answer = talk(
        to: server.port, "POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12")
      await server.clock.sleeper(for: .seconds(10))
      server.clock.advance(by: .seconds(10))
      let text = try await answer
      #expect(text.hasPrefix("HTTP/1.1 408 "))
    }
  }

  // MARK: Rate

  @Test func tooManyAreRefusedAlsoWhenTheyAreWrong() async throws {
    try await withServer({ settings in
      settings.hookSecret = HookSecret("a horse")
      settings.hookBurst = 3
      settings.hookRate = 2
    }) { server async throws in
      func guess() async throws -> Answer {
        try await server.send(.POST, "/hooks/git", headers: [("X-Gitlab-Token", "a cow")])
      }
      for _ in 0..<3 { #expect(try await guess().status == 401) }
      let refused = try await guess()
      #expect(refused.status == 429)
      #expect(refused.errorCode == "too-many-requests")
      #expect(refused.header("Retry-After") == "1")
      server.wall.advance(by: .milliseconds(499))
      #expect(try await guess().status == 429)
      server.wall.advance(by: .milliseconds(1))
      #expect(try await guess().status == 401)
      #expect(try await guess().status == 429)
      #expect(try await server.send(.GET, "/healthz").status == 200)
    }
  }
}
