internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
package import Resources

/// Talks to the running server of a data directory.
///
/// `shutDown` must be called once.
package struct ServerClient: Sendable {
  private let address: String
  private let token: String
  private let dataDirectory: String
  private let clock: any Clock<Duration>
  private let client: HTTPClient

  /// For everything that does not wait for a pass.
  package static let timeLimit: Duration = .seconds(30)
  /// For a pass; longer than the server itself waits.
  package static let waitLimit: Duration = .seconds(960)
  package static let answerLimit = 16 << 20

  /// A client of the server at `address`, such as `http://127.0.0.1:4711`.
  ///
  /// - Parameter dataDirectory: what to call the server by in errors.
  package init(
    address: String, token: String, dataDirectory: String, clock: any Clock<Duration>,
  ) {
    self.address = address
    self.token = token
    self.dataDirectory = dataDirectory
    self.clock = clock
    client = .direct(connectTimeout: .seconds(5))
  }

  /// Ends the connections; the client is of no use afterwards.
  package func shutDown() async { try? await client.shutdown() }

  /// Makes the server look now.
  ///
  /// With `wait` the answer is what came of a pass that began after the call.
  package func reconcile(wait: Bool) async throws(ServerClientError) -> Value {
    var request = request(.POST, "/v1/reconcile")
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: CanonicalJSON.bytes(of: ["wait": .bool(wait)])))
    return try await value(of: request, within: wait ? Self.waitLimit : Self.timeLimit)
  }

  /// Makes the server look at what was asked for about runs.
  package func dispatch() async throws(ServerClientError) {
    _ = try await value(of: request(.POST, "/v1/dispatch"), within: Self.timeLimit)
  }

  package func status() async throws(ServerClientError) -> Value {
    try await value(of: request(.GET, "/v1/status"), within: Self.timeLimit)
  }

  // MARK: Requests

  private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    request.headers.add(name: "Authorization", value: "Bearer \(token)")
    request.headers.add(name: "User-Agent", value: "writ")
    return request
  }

  private func value(
    of request: HTTPClientRequest, within limit: Duration,
  ) async throws(ServerClientError) -> Value {
    let answer: (status: HTTPResponseStatus, body: [UInt8])?
    do {
      answer = try await self.answer(to: request, within: limit)
    } catch {
      if HTTPFailure.isRefusal(error) { throw .notRunning(dataDirectory: dataDirectory) }
      throw ServerClientError(
        .unreachable,
        "the server of \(dataDirectory) cannot be talked to: \(HTTPFailure.words(for: error))",
        hint: "see its log")
    }
    guard let answer else {
      throw ServerClientError(
        .timeout,
        "the server of \(dataDirectory) did not answer within \(limit.components.seconds) seconds",
        hint: "see its log")
    }
    return try value(of: answer.status, answer.body)
  }

  private func answer(
    to request: HTTPClientRequest, within limit: Duration,
  ) async throws -> (status: HTTPResponseStatus, body: [UInt8])? {
    try await withThrowingTaskGroup(of: (HTTPResponseStatus, [UInt8])?.self) { group in
      group.addTask {
        let response = try await client.execute(request, deadline: .distantFuture)
        let body = try await response.body.collect(upTo: Self.answerLimit)
        return (response.status, Array(buffer: body))
      }
      group.addTask {
        try await clock.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  private func value(
    of status: HTTPResponseStatus, _ body: [UInt8],
  ) throws(ServerClientError) -> Value {
    let value = try? JSONReader.read(body)
    if (200..<300).contains(status.code), let value { return value }
    let message = value?["error"]?["message"]?.string
    let hint = value?["error"]?["hint"]?.string
    if status == .unauthorized {
      throw ServerClientError(
        .unauthorized, "the server of \(dataDirectory) does not take the token",
        hint: "it may have restarted just now; try again")
    }
    throw ServerClientError(
      .refused, "the server of \(dataDirectory) answered: \(message ?? "\(status)")", hint: hint)
  }
}

/// Why the server did not do what it was asked for.
package struct ServerClientError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notRunning = "not-running"
    case unreachable
    case timeout
    case unauthorized
    case refused
  }

  package var code: Code
  package var message: String
  package var hint: String?

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  package static func notRunning(dataDirectory: String) -> ServerClientError {
    ServerClientError(
      .notRunning, "no server is running for \(dataDirectory)",
      hint: "start one with: writ serve --data-dir \(dataDirectory)")
  }

  package var description: String { message }
}
