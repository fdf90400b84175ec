internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import Resources

/// `POST /hooks/git`: somebody says that there may be something new.
///
/// A hint, never data: nothing that the body says is looked at.
struct HookRoute: Sendable {
  let secret: HookSecret?
  let throttle: Throttle
  let bodies: BodyReader
  let reconciler: Reconciler

  func add(to router: Router<Exchange>) {
    router.post("/hooks/git") { request, exchange in try await answer(request, exchange) }
  }

  private func answer(_ request: Request, _ exchange: Exchange) async throws -> Response {
    // Before anything else, so that guessing a signature is slow.
    if case .refused(let wait) = await throttle.take() {
      throw Refusal(
        .tooManyRequests, code: "too-many-requests", "too many hooks at once",
        headers: [.retryAfter: String(max(1, Self.wholeSeconds(wait)))])
    }
    try await verify(request, exchange)
    if HTTPField.Name("X-GitHub-Event").flatMap({ request.headers[$0] }) == "ping" {
      return .json(["accepted": false, "message": "pong: the secret is right"])
    }
    try reconciler.expectAccepting()
    reconciler.trigger()
    return .json(["accepted": true], status: .accepted)
  }

  private func verify(_ request: Request, _ exchange: Exchange) async throws {
    guard let secret else {
      guard exchange.isLocal(request.headers) else {
        throw Refusal(
          .forbidden, code: "no-hook-secret",
          "hooks from other machines need a secret, and this server has none",
          hint: "set WRIT_HOOK_SECRET or --hook-secret-file, and the same secret at the git host")
      }
      _ = try await bodies.read(request, exchange)
      return
    }
    guard let proof = HookProof(request.headers) else {
      throw Refusal(
        .unauthorized, code: "unsigned", "the hook carries no signature",
        hint: "set the secret of WRIT_HOOK_SECRET or --hook-secret-file at the git host too")
    }
    guard proof.holds(for: try await bodies.read(request, exchange), with: secret) else {
      throw Refusal(
        .unauthorized, code: "wrong-signature", "\(proof.header) is not what the secret makes",
        hint: "the git host and this server must have the same secret")
    }
  }

  private static func wholeSeconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return attoseconds > 0 ? seconds + 1 : seconds
  }
}

/// A token bucket that requests share.
actor Throttle {
  private var bucket: TokenBucket
  private let wall: any WallClock

  init(_ bucket: TokenBucket, wall: any WallClock) {
    self.bucket = bucket
    self.wall = wall
  }

  func take() -> TokenBucket.Answer { bucket.take(at: wall.now()) }
}
