internal import Engine
internal import Hummingbird
internal import Resources

/// `GET /healthz` and `GET /readyz`: for whoever watches the process.
struct HealthRoutes: Sendable {
  let reconciler: Reconciler
  let desk: StoreDesk
  let patience: Patience

  func add(to router: Router<Exchange>) {
    router.get("/healthz") { _, _ in Response.text("ok\n") }
    router.get("/readyz") { _, _ in await ready() }
  }

  /// 200 once the store answers and a pass has come to an end, whatever its outcome; and while the
  /// store can keep what is asked of it.
  private func ready() async -> Response {
    let check = await patience.wait { await problem() }
    switch check {
    case .value(nil): return .text("ok\n")
    case .value(let problem?): return .text("not ready: \(problem)\n", status: .serviceUnavailable)
    case .tooLong:
      return .text(
        "not ready: the store or the first pass is busy\n", status: .serviceUnavailable)
    case .shuttingDown, .cancelled:
      return .text("not ready: the server is shutting down\n", status: .serviceUnavailable)
    }
  }

  private func problem() async -> String? {
    do throws(StoreError) {
      _ = try await desk.status()
    } catch {
      return "the store does not answer: \(error.message)"
    }
    if let reason = reconciler.intake.refusal { return "the store fails: \(reason)" }
    return await reconciler.hasObserved
      ? nil : "no pass has come to an end since the server started"
  }
}

extension Response {
  /// A line for a person or a load balancer.
  fileprivate static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status,
      headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
