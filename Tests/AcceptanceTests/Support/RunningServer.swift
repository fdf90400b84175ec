import Foundation
import Testing

/// A `writ serve` of a sandbox.
struct RunningServer: Sendable {
  let box: Sandbox
  let process: ChildProcess
  let port: UInt16
  let token: String

  static let hookSecret = "it is a secret of the hook"

  /// Starts a server on a free port and waits until it answers.
  ///
  /// It polls once an hour, so that whatever happens comes of a hook or a command.
  static func start(
    _ box: Sandbox, repository: String, arguments: [String] = [],
    environment: [String: String] = ["WRIT_HOOK_SECRET": hookSecret], interval: String = "1h",
    sourceLocation: SourceLocation = #_sourceLocation,
  ) async throws -> RunningServer {
    var variables = ["WRIT_DATA_DIR": box.data]
    variables.merge(environment) { _, new in new }
    let process = try box.start(
      [
        Program.writ, "serve", "--repo", repository, "--listen", "127.0.0.1:0", "--interval",
        interval,
      ] + arguments, environment: variables)
    let (port, token) = try await eventually("server.json of a server") {
      () -> (UInt16, String)? in
      try #require(
        process.isRunning, "the server ended: \(process.error)", sourceLocation: sourceLocation)
      guard let bytes = FileManager.default.contents(atPath: box.data + "/server.json"),
        let file = try? JSON(parsing: String(decoding: bytes, as: UTF8.self)),
        file["pid"].int == Int(process.id), let token = file["token"].string,
        let port = file["address"].string?.split(separator: ":").last.flatMap({ UInt16($0) })
      else { return nil }
      return (port, token)
    }
    return RunningServer(box: box, process: process, port: port, token: token)
  }

  func send(_ request: WebRequest, within limit: Duration = .seconds(30)) async throws
    -> WebRequest.Answer
  {
    try await request.send(port: port, within: limit)
  }

  /// What the server says of itself.
  func status() async throws -> JSON {
    try await send(WebRequest(path: "/v1/status", headers: ["Authorization": "Bearer \(token)"]))
      .json()
  }

  /// Waits until the first pass has come to an end.
  func ready() async throws {
    try await eventually("ready server") {
      try await send(WebRequest(path: "/readyz")).status == 200 ? true : nil
    }
  }

  func condition(_ type: String) async throws -> JSON {
    try await status()["conditions"].items.first { $0["type"].string == type } ?? .null
  }

  /// A hook as GitHub sends it.
  @discardableResult
  func hook(
    _ body: String = #"{"ref":"refs/heads/main"}"#, secret: String = hookSecret,
  ) async throws -> WebRequest.Answer {
    let signature = try await box.hmac(Data(body.utf8), key: secret)
    return try await send(
      WebRequest(
        method: "POST", path: "/hooks/git",
        headers: [
          "Content-Type": "application/json", "X-GitHub-Event": "push",
          "X-Hub-Signature-256": "sha256=\(signature)",
        ], body: Data(body.utf8)))
  }

  func live(_ revision: String) async throws {
    try await eventually("live revision \(revision)") {
      try await status()["liveRevision"].string == revision ? true : nil
    }
  }

  /// Ends it as an init system does.
  @discardableResult
  func stop(within limit: Duration = .seconds(40)) async throws -> Outcome {
    process.signal(SIGTERM)
    return try await process.wait(within: limit)
  }

  /// Pulls the plug.
  func crash() async throws {
    process.signal(SIGKILL)
    try await process.wait(within: .seconds(20))
  }
}

extension Sandbox {
  /// HMAC-SHA-256 in hexadecimal digits.
  func hmac(_ bytes: Data, key: String) async throws -> String {
    let file = "\(path)/tmp/\(UUID().uuidString)"
    try write(bytes, to: file)
    let output = try await shell("\(Program.openssl) dgst -sha256 -hmac '\(key)' -hex < '\(file)'")
    return String(output.split(separator: " ").last ?? "")
  }
}
