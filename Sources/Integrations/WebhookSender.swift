internal import AsyncHTTPClient
internal import Crypto
package import Engine
internal import NIOCore
internal import NIOHTTP1
internal import Resources

/// Posts effects to a web address.
///
/// At least once: whoever receives one drops what it has seen under the same `Idempotency-Key`.
/// With a secret each request is signed, as GitHub signs its own. `shutDown` must be called once.
package struct WebhookSender: EffectSender {
  private let target: WebhookTarget
  private let secret: [UInt8]?
  private let clock: any Clock<Duration>
  private let client: HTTPClient

  /// From the start of an attempt to the end of the answer.
  package static let timeLimit: Duration = .seconds(10)
  /// An answer is read that far, so that its connection can be used again, and then dropped.
  package static let answerLimit = 64 << 10

  package init(target: WebhookTarget, secret: [UInt8]?, clock: any Clock<Duration>) {
    self.target = target
    self.secret = secret
    self.clock = clock
    client = .direct(connectTimeout: .seconds(5))
  }

  /// Ends the connections; the sender is of no use afterwards.
  package func shutDown() async { try? await client.shutdown() }

  package func send(_ effect: OutboxEffect) async throws(EffectError) {
    let status: HTTPResponseStatus?
    do {
      status = try await answer(to: request(for: effect))
    } catch {
      throw EffectError("cannot reach \(target): \(HTTPFailure.words(for: error))")
    }
    guard let status else {
      throw EffectError("\(target) did not answer within \(Self.timeLimit.components.seconds) s")
    }
    switch status.code {
    case 200..<300: return
    case 408, 425, 429, 500...: throw EffectError("\(target) answered \(status)")
    case 300..<400:
      throw EffectError(
        "\(target) answered \(status); redirects are not followed, so name the final URL",
        isFinal: true)
    default: throw EffectError("\(target) answered \(status)", isFinal: true)
    }
  }

  private func request(for effect: OutboxEffect) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: target.address.description)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Idempotency-Key", value: effect.idempotencyKey)
    request.headers.add(name: "User-Agent", value: "writ")
    request.headers.add(name: "X-Writ-Event", value: effect.kind)
    if let secret {
      let code = HMAC<SHA256>.authenticationCode(
        for: effect.payload, using: SymmetricKey(data: secret))
      request.headers.add(name: "X-Writ-Signature-256", value: "sha256=" + Hex.text(of: code))
    }
    if let credentials = target.credentials {
      request.setBasicAuth(username: credentials.user, password: credentials.password)
    }
    request.body = .bytes(ByteBuffer(bytes: effect.payload))
    return request
  }

  /// The status of the answer; nil where none came in time.
  private func answer(to request: HTTPClientRequest) async throws -> HTTPResponseStatus? {
    try await withThrowingTaskGroup(of: HTTPResponseStatus?.self) { group in
      group.addTask {
        let response = try await client.execute(request, deadline: .distantFuture)
        do {
          _ = try await response.body.collect(upTo: Self.answerLimit)
        } catch is NIOTooManyBytesError {
          // The status is all that counts.
        }
        return response.status
      }
      group.addTask {
        try await clock.sleep(for: Self.timeLimit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}

extension HTTPClient {
  /// A client that does what it is told once: no redirects, no proxies, no second tries.
  static func direct(connectTimeout: TimeAmount) -> HTTPClient {
    var settings = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: HTTPClient.Configuration.Timeout(connect: connectTimeout))
    settings.httpVersion = .http1Only
    settings.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
  }
}
