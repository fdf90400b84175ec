import Hummingbird
import Integrations
import NIOCore
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServerClientErrorTests {
  private func failure(
    _ script: @escaping Sink.Script, clock: any Clock<Duration> = ManualClock(),
    meanwhile: @escaping @Sendable () async -> Void = {},
  ) async throws -> ServerClientError? {
    var failure: ServerClientError?
    try await Sink.with(script) { _, port in
      let client = ServerClient(
        address: "http://127.0.0.1:\(port)", token: "t", dataDirectory: "/data", clock: clock)
      async let other: Void = meanwhile()
      do throws(ServerClientError) { _ = try await client.status() } catch { failure = error }
      await other
      await client.shutDown()
    }
    return failure
  }

  @Test func theServersWordsAreKept() async throws {
    let error = try await failure { _ in
      Response(
        status: .serviceUnavailable,
        body: ResponseBody(
          byteBuffer: ByteBuffer(
            string: #"{"error":{"code":"busy","message":"it is busy","hint":"wait"}}"#)))
    }
    #expect(error?.code == .refused)
    #expect(error?.message == "the server of /data answered: it is busy")
    #expect(error?.hint == "wait")
  }

  @Test func anAnswerThatIsNotOursIsTold() async throws {
    let error = try await failure { _ in Response(status: .badGateway) }
    #expect(error?.message == "the server of /data answered: 502 Bad Gateway")
  }

  @Test func anAnswerThatDoesNotComeIsTold() async throws {
    let (begun, end, clock) = (Gate(), Gate(), ManualClock())
    let error = try await failure(
      { _ in
        begun.open()
        await end.wait()
        return Response(status: .ok)
      }, clock: clock,
      meanwhile: {
        await begun.wait()
        await clock.sleeper(for: ServerClient.timeLimit)
        clock.advance(by: ServerClient.timeLimit)
      })
    #expect(error?.code == .timeout)
    #expect(error?.message == "the server of /data did not answer within 30 seconds")
  }
}
