internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads the body of a request, up to a size and within a time.
struct BodyReader: Sendable {
  var sizeLimit: Int
  var timeLimit: Duration
  var clock: any Clock<Duration>

  /// The whole body; a `Refusal` is thrown as soon as it is clear that it is too long.
  func read(_ request: Request, _ exchange: Exchange) async throws -> [UInt8] {
    if let text = request.headers[.contentLength], let length = Int(text), length > sizeLimit {
      throw tooLong
    }
    let body = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask { try await collect(request.body) }
      group.addTask {
        try await clock.sleep(for: timeLimit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let body else {
      throw Refusal(
        .requestTimeout, code: "timeout",
        "the body did not arrive within \(timeLimit.components.seconds) seconds")
    }
    exchange.bodyProgress.complete()
    return body
  }

  private func collect(_ body: RequestBody) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await buffer in body {
      guard bytes.count + buffer.readableBytes <= sizeLimit else { throw tooLong }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
    return bytes
  }

  private var tooLong: Refusal {
    Refusal(.contentTooLarge, code: "too-large", "the body is longer than \(sizeLimit) bytes")
  }
}
