import Foundation
import Testing

/// What a killed process leaves is what an uncrashed one would have left.
@Suite(.bounded) struct CrashTests {
  @Test func aServerThatIsKilledAgainAndAgainConverges() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      var newest = ""
      for round in 1...6 {
        let server = try await RunningServer.start(box, repository: upstream.bare)
        for name in ["alpha", "beta", "gamma"] {
          try upstream.write(
            Manifest.job(name, timeout: "\(round)0m"), to: "manifests/\(name).yaml")
        }
        newest = try await upstream.push("round \(round)")
        try await server.hook()
        // Each round a little later in the pass, without waiting for anything.
        try await Task.sleep(for: .milliseconds(round * 15))
        try await server.crash()
        if box.exists("data/writ.db") {
          let verify = try await box.writ("journal", "verify")
          #expect(verify.code == 0, "round \(round): \(verify)")
        }
      }
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.live(newest)
      #expect(try await box.writ("journal", "verify").code == 0)
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 0)
      // The same state, come to without a crash.
      let clean = box.path + "/clean"
      try await box.writ("apply", "--repo", upstream.bare, "--data-dir", clean)
      let expected = try await box.writ("status", "-o", "json", "--data-dir", clean).json()
      #expect(try await box.liveState().root == expected["stateRoot"].string)
      #expect(try await server.stop().code == 0)
    }
  }

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

  @Test func anApplyThatIsKilledIsThereOrNotThere() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      for round in 1...8 {
        let process = try box.start(
          [Program.writ, "apply", "--yes", "--repo", upstream.bare],
          environment: ["WRIT_DATA_DIR": box.data])
        try await Task.sleep(for: .milliseconds(round * 12))
        process.signal(SIGKILL)
        try await process.wait()
        guard box.exists("data/writ.db") else { continue }
        let events = try await box.writ("journal", "verify", "-o", "json")
        // The file may be there before its schema is.
        guard events.code == 0 else {
          #expect(!events.error.contains("damaged"), "\(events)")
          continue
        }
        let count = try events.json()["events"].int
        #expect(count == 0 || count == 41, "all or nothing: \(count ?? -1)")
      }
      #expect(try await box.writ("apply", "--yes", "--repo", upstream.bare).code == 0)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }
}
