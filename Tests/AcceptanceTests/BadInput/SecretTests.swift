import Foundation
import Testing

/// No secret is in an output, a log, an argument list, a child's environment or the data directory.
@Suite(.bounded) struct SecretTests {
  static let secrets = [
    "WRIT_GIT_TOKEN": "token-5b1f6c0e", "WRIT_HOOK_SECRET": "hook-94d7a2b3",
    "WRIT_NOTIFY_SECRET": "notify-0c8e71fd", "WRIT_GIT_SSH_PASSPHRASE": "phrase-7a3e55c1",
  ]

  private func expectNone(
    in text: String, _ place: String, sourceLocation: SourceLocation = #_sourceLocation,
  ) {
    for secret in Self.secrets.values {
      #expect(!text.contains(secret), "\(place)", sourceLocation: sourceLocation)
    }
  }

  @Test func noneIsEverWritten() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let remote = try await PythonServer.git(box, token: "token-5b1f6c0e")
      let sink = try await PythonServer.sink(box)
      let url = "http://127.0.0.1:\(remote.port)/upstream.git"
      var environment = Self.secrets
      environment["WRIT_NOTIFY_URL"] = "http://127.0.0.1:\(sink.port)/"
      let server = try await RunningServer.start(
        box, repository: url, arguments: ["--log-level", "trace", "--log-format", "json"],
        environment: environment)
      try await server.ready()
      try await server.hook(secret: "hook-94d7a2b3")
      try await server.hook(secret: "wrong")
      try upstream.write("kind: [", to: "manifests/bad.yaml")
      try await upstream.push("bad")
      // While the remote keeps quiet, the child is there to be looked at.
      try box.write("", to: "hang")
      try await server.hook(secret: "hook-94d7a2b3")
      let child = try await eventually("fetch child") {
        box.processes(running: "fetch-child").first
      }
      for (id, file) in [(child, "cmdline"), (child, "environ"), (server.process.id, "cmdline")] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(id)/\(file)") ?? Data()
        expectNone(in: String(decoding: bytes, as: UTF8.self), "\(file) of process \(id)")
      }
      try FileManager.default.removeItem(atPath: box.path + "/hang")
      try await eventually("bad revision") {
        try await server.condition("Ready")["reason"].string == "InvalidManifests" ? true : nil
      }
      for words in [
        ["status", "-o", "json"], ["journal", "-o", "json"], ["plan"], ["get", "-o", "json"],
        ["plan", "--repo", "http://127.0.0.1:1/x.git", "-v"], ["serve", "--listen", "127.0.0.1:0"],
      ] {
        let more = words.contains("--repo") ? [] : ["--repo", url]
        let takesSource = ["status", "plan", "serve"].contains(words[0])
        let outcome = try await box.writ(
          words + (takesSource ? more : []), environment: environment)
        expectNone(in: outcome.everything, "\(words)")
      }
      expectNone(in: server.process.output + server.process.error, "the log")
      try await eventually("announcement") { try sink.posts().isEmpty ? nil : true }
      try await server.stop()
      let pattern = Self.secrets.values.map { "-e \($0)" }.joined(separator: " ")
      let found = try await box.run(["/bin/sh", "-c", "grep -rlaF \(pattern) '\(box.data)'"])
      #expect(found.code == 1, "in the data directory: \(found)")
    }
  }
}
