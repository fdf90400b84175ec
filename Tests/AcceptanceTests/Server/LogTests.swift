import Foundation
import Testing

@Suite(.bounded) struct LogTests {
  @Test func everyLineOfAJSONLogIsAnObject() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(
        box, repository: upstream.bare, arguments: ["--log-format", "json", "--log-level", "trace"])
      try await server.ready()
      try upstream.write("kind: [\n", to: "manifests/bad \u{E4}\".yaml")
      try await upstream.push("bad")
      try await server.hook()
      try await eventually("bad revision") {
        try await server.condition("Ready")["reason"].string == "InvalidManifests" ? true : nil
      }
      _ = try await server.send(WebRequest(path: "/%0a{%22level%22:%22x%22}"))
      let end = try await server.stop()
      #expect(end.output == "")
      #expect(end.error.split(separator: "\n").count >= 3)
      for line in end.error.split(separator: "\n") {
        let entry = try JSON(parsing: String(line))
        #expect(entry.keys.isSuperset(of: ["level", "message", "time"]), "\(line)")
      }
      let messages = try end.error.split(separator: "\n").map {
        try JSON(parsing: String($0))["message"].string
      }
      for message in ["listening", "applied", "invalid manifests", "stopped"] {
        #expect(messages.contains(message), "\(messages)")
      }
      #expect(!end.error.contains(RunningServer.hookSecret))
      #expect(!end.error.contains(server.token))
    }
  }

  @Test func aTextLogSaysWhatWasBlockedAndHowToClearIt() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      try await box.shell("rm -r manifests", directory: upstream.clone)
      try await upstream.push("Delete everything")
      try await server.hook()
      try await eventually("line of a blocked plan") {
        server.process.error.contains("writ ack ") ? true : nil
      }
    }
  }
}
