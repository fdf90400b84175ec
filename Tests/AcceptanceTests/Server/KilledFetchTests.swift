import Foundation
import Testing

/// A fetch that dies is a condition, and no more; deaths of everything else are in CrashSweepTests.
@Suite(.bounded) struct KilledFetchTests {
  @Test func aKilledFetchIsTriedAgain() async throws {
    try await Sandbox.with { box in
      _ = try await Upstream(box, files: Manifest.few)
      let remote = try await PythonServer.git(box)
      try box.write("", to: "hang")
      let server = try await RunningServer.start(
        box, repository: "http://127.0.0.1:\(remote.port)/upstream.git")
      let child = try await eventually("fetch child") {
        box.processes(running: "fetch-child").first
      }
      kill(child, SIGKILL)
      let seen = try await eventually("condition of a failed fetch") {
        let ready = try await server.condition("Ready")
        return ready["reason"].string == "FetchFailed" ? ready : nil
      }
      #expect(seen["status"].string == "False")
      try FileManager.default.removeItem(atPath: box.path + "/hang")
      try await eventually("live state") {
        try await server.status()["liveRevision"].string != nil ? true : nil
      }
      try await eventually("condition Ready") {
        try await server.condition("Ready")["status"].string == "True" ? true : nil
      }
      #expect(try await server.stop().code == 0)
    }
  }
}
