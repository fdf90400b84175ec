internal import AsyncHTTPClient
package import Engine
internal import NIOCore
internal import NIOHTTP1
package import Resources
package import Workflows

/// Asks a web address, which must answer with the right status in time.
///
/// It follows no redirects, uses no proxy, and tries once; of the body it reads a little, so that
/// the connection ends well, and looks at nothing. `shutDown` must be called once.
package struct HTTPHealthCheck: HealthCheck {
  package let kind = "http"

  private let clock: any Clock<Duration>
  private let client: HTTPClient

  /// So much of an answer is read at most; the rest is not waited for.
  package static let answerLimit = 64 << 10
  /// Where the definition says none.
  package static let defaultTimeout = TimeSpan.seconds(5)

  package init(clock: any Clock<Duration>) {
    self.clock = clock
    client = .direct(connectTimeout: .seconds(60))
  }

  /// Ends the connections; the check is of no use afterwards.
  package func shutDown() async { try? await client.shutdown() }

  package func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation {
    guard let text = definition.parameters["url"]?.string,
      let address = try? WebAddress(parsing: text)
    else { return .unknown(reason: "its URL cannot be read") }
    let timeout =
      definition.parameters["timeout"]?.string.flatMap { try? TimeSpan(parsing: $0) }
      ?? Self.defaultTimeout
    let expected = definition.parameters["expectStatus"]?.integer
    do {
      guard let status = try await status(of: address, within: timeout) else {
        return .failing(reason: "no answer within \(timeout)")
      }
      let isRight = expected.map { $0 == status } ?? (200..<300).contains(status)
      return isRight ? .healthy : .failing(reason: Self.words(status, expected))
    } catch is CancellationError {
      return .unknown(reason: "the program is shutting down")
    } catch {
      return .failing(reason: HTTPFailure.words(for: error))
    }
  }

  private static func words(_ status: Int64, _ expected: Int64?) -> String {
    if let expected { return "it answered \(status) instead of \(expected)" }
    if (300..<400).contains(status) {
      return "it answered \(status), and redirects are not followed"
    }
    return "it answered \(status)"
  }

  /// The status of the answer; nil where none came in time.
  private func status(of address: WebAddress, within limit: TimeSpan) async throws -> Int64? {
    var request = HTTPClientRequest(url: address.description)
    request.method = .GET
    request.headers.add(name: "Accept", value: "*/*")
    request.headers.add(name: "User-Agent", value: "writ")
    let sent = request
    return try await withThrowingTaskGroup(of: Int64?.self) { group in
      group.addTask {
        let response = try await client.execute(sent, deadline: .distantFuture)
        do {
          _ = try await response.body.collect(upTo: Self.answerLimit)
        } catch is NIOTooManyBytesError {
          // The status is all that counts.
        }
        return Int64(response.status.code)
      }
      group.addTask {
        try await clock.sleep(for: .nanoseconds(limit.nanoseconds))
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}
