import Crypto
import Engine
import Hummingbird
import Integrations
import NIOCore
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WebhookSenderTests {
  static let effect = OutboxEffect(
    id: 1, kind: "notify", idempotencyKey: "abc/notify", payload: Array(#"{"a":1}"#.utf8),
    attempts: 0)

  private func withSender(
    _ url: String, secret: String? = nil, clock: any Clock<Duration> = ManualClock(),
    _ body: (WebhookSender) async throws -> Void,
  ) async throws {
    let sender = WebhookSender(
      target: try WebhookTarget(parsing: url), secret: secret.map { Array($0.utf8) }, clock: clock)
    do {
      try await body(sender)
    } catch {
      Issue.record(error)
    }
    await sender.shutDown()
  }

  @Test func postsThePayloadAsItIs() async throws {
    try await Sink.with({ _ in Response(status: .ok) }) { sink, port in
      try await withSender("http://127.0.0.1:\(port)/hook?a=b", secret: "a horse") { sender in
        try await sender.send(Self.effect)
      }
      let request = try #require(sink.received.first)
      #expect(sink.received.count == 1)
      #expect(request.path == "/hook?a=b")
      #expect(request.body == Self.effect.payload)
      #expect(request.header("Content-Type") == "application/json")
      #expect(request.header("Idempotency-Key") == "abc/notify")
      #expect(request.header("X-Writ-Event") == "notify")
      let code = HMAC<SHA256>.authenticationCode(
        for: Self.effect.payload, using: SymmetricKey(data: Array("a horse".utf8)))
      #expect(request.header("X-Writ-Signature-256") == "sha256=" + Hex.text(of: code))
      #expect(request.header("Authorization") == nil)
    }
  }

  @Test func withoutASecretNothingIsSigned() async throws {
    try await Sink.with({ _ in Response(status: .noContent) }) { sink, port in
      try await withSender("http://127.0.0.1:\(port)") { try await $0.send(Self.effect) }
      #expect(sink.received.first?.header("X-Writ-Signature-256") == nil)
    }
  }

  struct Class: Sendable, CustomTestStringConvertible {
    var status: Int
    /// nil means delivered.
    var isFinal: Bool?
    var testDescription: String { "\(status)" }
  }

  static let classes =
    [200, 201, 202, 204, 299].map { Class(status: $0, isFinal: nil) }
    + [408, 425, 429, 500, 502, 503, 504, 599].map { Class(status: $0, isFinal: false) }
    + [301, 302, 307, 308, 400, 401, 403, 404, 410, 422].map { Class(status: $0, isFinal: true) }

  @Test(arguments: classes) func eachAnswer(_ expected: Class) async throws {
    let script: Sink.Script = { request in
      guard request.path == "/hook" else { return Response(status: .ok) }
      return Response(status: .init(code: expected.status), headers: [.location: "/elsewhere"])
    }
    try await Sink.with(script) { sink, port in
      try await withSender("http://127.0.0.1:\(port)/hook") { sender in
        var failure: EffectError?
        do throws(EffectError) { try await sender.send(Self.effect) } catch { failure = error }
        #expect(failure?.isFinal == expected.isFinal)
        if let failure { #expect(failure.message.contains("answered \(expected.status)")) }
      }
      #expect(sink.received.map(\.path) == ["/hook"])
    }
  }

  @Test func aRetryHasTheSameKey() async throws {
    let attempts = Counter()
    let script: Sink.Script = { _ in
      Response(status: await attempts.next() == 1 ? .serviceUnavailable : .ok)
    }
    try await Sink.with(script) { sink, port in
      try await withSender("http://127.0.0.1:\(port)/hook") { sender in
        var effect = Self.effect
        await #expect(throws: EffectError.self) { try await sender.send(effect) }
        effect.attempts += 1
        try await sender.send(effect)
      }
      #expect(sink.received.map { $0.header("Idempotency-Key") } == ["abc/notify", "abc/notify"])
      #expect(sink.received.map(\.body) == [Self.effect.payload, Self.effect.payload])
    }
  }

  @Test func nobodyThereIsTriedAgain() async throws {
    let deaf = try DeafPort()
    defer { withExtendedLifetime(deaf) {} }
    let port = deaf.number
    try await withSender("http://ana:horse@127.0.0.1:\(port)/secret-path") { sender in
      let error = await #expect(throws: EffectError.self) { try await sender.send(Self.effect) }
      #expect(error?.isFinal == false)
      let message = error?.message ?? ""
      #expect(message.hasPrefix("cannot reach http://127.0.0.1:\(port): "))
      #expect(!message.contains("ana") && !message.contains("horse"))
      #expect(!message.contains("secret-path"))
    }
  }

  @Test func anAnswerThatDoesNotComeIsTriedAgain() async throws {
    let (begun, end, clock) = (Gate(), Gate(), ManualClock())
    let script: Sink.Script = { _ in
      begun.open()
      await end.wait()
      return Response(status: .ok)
    }
    try await Sink.with(script) { _, port in
      try await withSender("http://127.0.0.1:\(port)", clock: clock) { sender in
        let sent = Task { try await sender.send(Self.effect) }
        await begun.wait()
        await clock.sleeper(for: .seconds(10))
        clock.advance(by: .seconds(10))
        let error = await #expect(throws: EffectError.self) { try await sent.value }
        #expect(error?.isFinal == false)
        #expect(error?.message == "http://127.0.0.1:\(port) did not answer within 10 s")
      }
      end.open()
    }
  }

  @Test func anEndlessAnswerIsDropped() async throws {
    let script: Sink.Script = { _ in
      let chunk = ByteBuffer(bytes: [UInt8](repeating: 0x20, count: 16 << 10))
      return Response(status: .ok, body: ResponseBody(asyncSequence: AsyncStream { chunk }))
    }
    try await Sink.with(script) { _, port in
      try await withSender("http://127.0.0.1:\(port)") { try await $0.send(Self.effect) }
    }
  }

  @Test func credentialsOfTheURLAreSentAndNotPrinted() async throws {
    try await Sink.with({ _ in Response(status: .ok) }) { sink, port in
      try await withSender("http://ana:h%6Frse@127.0.0.1:\(port)/") { sender in
        try await sender.send(Self.effect)
      }
      #expect(sink.received.first?.header("Authorization") == "Basic YW5hOmhvcnNl")
    }
  }

  private actor Counter {
    private var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }
}

@Suite struct WebhookTargetTests {
  @Test(arguments: [
    ("https://hooks.example.com/services/T0/B0/secret?key=secret", "https://hooks.example.com"),
    ("http://ana:secret@example.com:8080/a@b", "http://example.com:8080"),
    ("https://secret@example.com", "https://example.com"),
    ("https://example.com/a@secret", "https://example.com"),
  ]) func printsWithoutSecrets(_ url: String, _ expected: String) throws {
    let target = try WebhookTarget(parsing: url)
    var dumped = ""
    dump(target, to: &dumped)
    #expect(target.description == expected)
    #expect(!dumped.contains("secret") && !String(reflecting: target).contains("secret"))
  }

  @Test(arguments: [
    "", "example.com", "ftp://example.com", "https://", "http://a%zz:b@example.com",
  ])
  func refuses(_ url: String) {
    #expect(throws: TextFormat.Problem.self) { try WebhookTarget(parsing: url) }
  }
}
