import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A web server that keeps what it is sent and answers as it is told.
final class Sink: Sendable {
  struct Received: Sendable {
    var path: String
    var headers: HTTPFields
    var body: [UInt8]

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
  }

  typealias Script = @Sendable (Received) async -> Response

  private let requests = Mutex<[Received]>([])
  private let script: Script

  var received: [Received] { requests.withLock(\.self) }

  private init(_ script: @escaping Script) { self.script = script }

  private func answer(_ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: 1 << 20)
    let received = Received(
      path: request.uri.string, headers: request.headers, body: Array(buffer: body))
    requests.withLock { $0.append(received) }
    return await script(received)
  }

  /// Runs a sink around `body`; returns the port it had.
  @discardableResult
  static func with(
    _ script: @escaping Script, body: (Sink, _ port: Int) async throws -> Void,
  ) async throws -> Int {
    let sink = Sink(script)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "sink")
    logger.logLevel = .critical
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        try await sink.answer(request)
      },
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        if let port = channel.localAddress?.port { listening.yield(port) }
        listening.finish()
      }, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { listening.finish() }
        try await application.run()
      }
      guard let port = await ports.first(where: { _ in true }) else {
        try await group.waitForAll()
        return 0
      }
      try await body(sink, port)
      group.cancelAll()
      return port
    }
  }
}
