internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Logs each request once it is answered: neither headers nor the query, which may hold secrets.
struct RequestLog: RouterMiddleware {
  func handle(
    _ request: Request, context: Exchange,
    next: (Request, Exchange) async throws -> Response,
  ) async throws -> Response {
    let response = try await next(request, context)
    context.logger.debug(
      "request",
      metadata: [
        "method": .string(request.method.rawValue),
        "path": .string(String(request.uri.path.prefix(200))),
        "peer": .string(context.peerAddress ?? "unknown"),
        "status": .stringConvertible(response.status.code),
      ])
    return response
  }
}

/// Puts what went wrong into words and JSON.
struct RefusalAnswers: RouterMiddleware {
  func handle(
    _ request: Request, context: Exchange,
    next: (Request, Exchange) async throws -> Response,
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let refusal as Refusal {
      return refusal.response
    } catch let error as StoreError {
      return Refusal(
        .serviceUnavailable, code: "store-\(error.code.rawValue)", error.message, hint: error.hint
      ).response
    } catch let error as any HTTPResponseError where error.status == .notFound {
      return Refusal(
        .notFound, code: "not-found",
        "there is no \(request.method.rawValue) \(request.uri.path.prefix(200)) here",
        hint: "there are GET /healthz, GET /readyz, POST /hooks/git, GET /v1/status and "
          + "POST /v1/reconcile"
      ).response
    } catch let error as any HTTPResponseError {
      return Refusal(error.status, code: "refused", error.status.reasonPhrase).response
    }
  }
}

/// Ends the connection after an answer to a request whose body nobody read.
///
/// Otherwise Hummingbird would read such a body to its end, however long it is.
struct UnreadBodies: RouterMiddleware {
  func handle(
    _ request: Request, context: Exchange,
    next: (Request, Exchange) async throws -> Response,
  ) async throws -> Response {
    var response = try await next(request, context)
    let fields = request.headers
    let announcesBody =
      fields.contains(.transferEncoding) || fields[.contentLength].map { $0 != "0" } ?? false
    if announcesBody, !context.bodyProgress.isComplete { response.headers[.connection] = "close" }
    return response
  }
}

/// Lets nobody pass who does not show the server's token.
struct TokenCheck: RouterMiddleware {
  let token: AccessToken

  func handle(
    _ request: Request, context: Exchange,
    next: (Request, Exchange) async throws -> Response,
  ) async throws -> Response {
    let words = (request.headers[.authorization] ?? "").split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer", token.matches(words[1]) else {
      throw Refusal(
        .unauthorized, code: "unauthorized", "this needs the server's token",
        hint: "send Authorization: Bearer TOKEN; server.json in the data directory has the token",
        headers: [.wwwAuthenticate: "Bearer"])
    }
    return try await next(request, context)
  }
}
