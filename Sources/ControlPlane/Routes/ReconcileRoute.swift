internal import Engine
internal import Hummingbird
internal import Logging
internal import Resources

/// `POST /v1/reconcile`: look now, and say what came of it where somebody waits.
struct ReconcileRoute: Sendable {
  let reconciler: Reconciler
  let bodies: BodyReader
  let patience: Patience

  func add(to group: RouterGroup<Exchange>) {
    group.post("/reconcile") { request, exchange in
      guard try Self.waits(try await bodies.read(request, exchange)) else {
        try reconciler.expectAccepting()
        reconciler.trigger()
        return Response.json(["accepted": true], status: .accepted)
      }
      exchange.logger.debug("waiting for a pass")
      return try await outcome()
    }
  }

  /// Answers once a pass that began after the call has come to an end.
  private func outcome() async throws -> Response {
    let shuttingDown = Refusal(
      .serviceUnavailable, code: "shutting-down", "the server is shutting down",
      hint: "the pass goes on when the server is back")
    switch await patience.wait(for: { await reconciler.reconcile() }) {
    case .value(.failed(reason: "Stopped", _)), .shuttingDown, .cancelled: throw shuttingDown
    case .value(let result):
      if case .failed(reason: "StoreFailed", _) = result { try reconciler.expectAccepting() }
      return .json(ReconcileAnswer.value(of: result))
    case .tooLong:
      throw Refusal(
        .gatewayTimeout, code: "timeout",
        "the pass did not end within \(patience.limit.components.seconds) seconds",
        hint: "it goes on; see how it ends with: writ status")
    }
  }

  /// What the body asks for; no body asks for nothing.
  static func waits(_ body: [UInt8]) throws(Refusal) -> Bool {
    if body.isEmpty { return false }
    let value: Value
    do throws(JSONError) {
      value = try JSONReader.read(body, maximumDepth: 4)
    } catch {
      throw Refusal(.badRequest, code: "not-json", "the body is not JSON: \(error)", hint: example)
    }
    guard let members = value.members else { throw wrongShape("it is not an object") }
    if let unknown = members.first(where: { $0.key != "wait" }) {
      throw wrongShape("\"\(unknown.key.prefix(40))\" is not known")
    }
    guard let wait = value["wait"] else { return false }
    guard let flag = wait.bool else { throw wrongShape("\"wait\" must be true or false") }
    return flag
  }

  private static func wrongShape(_ problem: String) -> Refusal {
    Refusal(.badRequest, code: "wrong-shape", "the body is not right: \(problem)", hint: example)
  }

  private static let example = #"send {"wait": true}, or nothing"#
}
