import Engine
import HTTPTypes
import Hummingbird
import Integrations
import NIOCore
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What a web address answers, against a real server.
@Suite(.timeLimit(.minutes(5))) struct HTTPHealthCheckTests {
  private static let subject = HealthSubject(
    record: HealthRecord(
      sequence: 1, root: StateTree.emptyRoot, revision: "abc", planDigest: StateTree.emptyRoot,
      good: nil, began: Timestamp(nanoseconds: 0),
      watch: HealthWatch(deadline: Timestamp(nanoseconds: 0), checks: []), state: .watching),
    sources: ["settings"])

  private func observe(
    _ url: String, _ more: [Value.Member] = [], clock: any Clock<Duration> = ManualClock(),
    meanwhile: @escaping @Sendable () async -> Void = {},
  ) async -> HealthObservation {
    let check = HTTPHealthCheck(clock: clock)
    let definition = CheckDefinition(
      kind: "http",
      parameters: .sorted([.init("url", .string(url)), .init("timeout", "5s")] + more))
    async let other: Void = meanwhile()
    let result = await check.observe(definition, Self.subject, at: Timestamp(nanoseconds: 0))
    await other
    await check.shutDown()
    return result
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var status: Int
    var expected: Int64?
    var reason: String?
    var testDescription: String { "\(status), expected \(expected.map { "\($0)" } ?? "2xx")" }
  }

  @Test(arguments: [
    Case(status: 200), Case(status: 204), Case(status: 299),
    Case(status: 500, reason: "it answered 500"), Case(status: 404, reason: "it answered 404"),
    Case(status: 302, reason: "it answered 302, and redirects are not followed"),
    Case(status: 401, expected: 401), Case(status: 302, expected: 302),
    Case(status: 200, expected: 204, reason: "it answered 200 instead of 204"),
  ])
  func theStatusDecides(_ test: Case) async throws {
    let script: Sink.Script = { request in
      guard request.path == "/healthz?a=b" else { return Response(status: .ok) }
      return Response(status: .init(code: test.status), headers: [.location: "/elsewhere"])
    }
    try await Sink.with(script) { sink, port in
      let more = test.expected.map { [Value.Member("expectStatus", .integer($0))] } ?? []
      let seen = await observe("http://127.0.0.1:\(port)/healthz?a=b", more)
      #expect(seen == test.reason.map { .failing(reason: $0) } ?? .healthy)
      #expect(sink.received.map(\.path) == ["/healthz?a=b"], "one request, and no redirect")
      #expect(sink.received.first?.body == [])
    }
  }

  @Test func anAnswerThatDoesNotComeIsAFailure() async throws {
    let (begun, end, clock) = (Gate(), Gate(), ManualClock())
    let script: Sink.Script = { _ in
      begun.open()
      await end.wait()
      return Response(status: .ok)
    }
    try await Sink.with(script) { _, port in
      let seen = await observe(
        "http://127.0.0.1:\(port)/", clock: clock,
        meanwhile: {
          await begun.wait()
          await clock.sleeper(for: .seconds(5))
          clock.advance(by: .seconds(5))
        })
      end.open()
      #expect(seen == .failing(reason: "no answer within 5s"))
    }
  }

  /// The status is there long before the last of a gigabyte.
  @Test func aBodyWithoutEndIsNotWaitedFor() async throws {
    let script: Sink.Script = { _ in
      let chunk = ByteBuffer(repeating: 0x61, count: 64 << 10)
      let body = ResponseBody { writer in
        for _ in 0..<16_384 { try await writer.write(chunk) }
        try await writer.finish(nil)
      }
      return Response(status: .ok, body: body)
    }
    try await Sink.with(script) { _, port in
      #expect(await observe("http://127.0.0.1:\(port)/") == .healthy)
    }
  }

  @Test func nobodyThereIsAFailure() async throws {
    // A port that only root could listen on, and nobody does.
    guard case .failing(let reason) = await observe("http://127.0.0.1:1/secret") else {
      Issue.record("somebody answered")
      return
    }
    #expect(reason.lowercased().contains("refused"))
    #expect(!reason.contains("secret"))
  }

  @Test func aNameThatIsNotKnownIsAFailure() async throws {
    guard case .failing = await observe("http://no-such-host.invalid/") else {
      Issue.record("somebody answered")
      return
    }
  }

  @Test func aURLThatCannotBeReadIsUnknown() async throws {
    #expect(await observe("ftp://a") == .unknown(reason: "its URL cannot be read"))
  }
}
