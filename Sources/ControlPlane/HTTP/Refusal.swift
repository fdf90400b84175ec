internal import HTTPTypes
internal import Hummingbird
internal import Resources

/// Why a request is not answered as asked, in words.
struct Refusal: Error, Sendable {
  var status: HTTPResponse.Status
  /// A stable word in kebab case, for scripts.
  var code: String
  var message: String
  var hint: String?
  var headers: HTTPFields

  init(
    _ status: HTTPResponse.Status, code: String, _ message: String, hint: String? = nil,
    headers: HTTPFields = [:],
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.hint = hint
    self.headers = headers
  }

  var response: Response {
    let hint: Value = hint.map { .string($0) } ?? .null
    let error: Value = ["code": .string(code), "hint": hint, "message": .string(message)]
    return .json(["error": error], status: status, headers: headers)
  }
}

extension Response {
  /// An answer that nobody may keep.
  static func json(
    _ value: Value, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
  ) -> Response {
    var headers = headers
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-store"
    let bytes = CanonicalJSON.bytes(of: value) + [UInt8(ascii: "\n")]
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
