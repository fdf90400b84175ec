import Foundation
import Testing

/// Stopping runs, with all that they started.
@Suite(.bounded) struct RunStopTests {
  /// Processes that ignore SIGTERM, one below the other; `word` tells them from others.
  private static func stubborn(_ word: String) -> String {
    "trap '' TERM\nsh -c \"trap '' TERM; sleep \(word); :\" &\nsleep \(word)"
  }

  private static let files: RunBox.Files = [
    "stubborn": { $0.job("stubborn", stubborn("60017"), "  gracePeriod: 300ms") },
    "patient": { $0.job("patient", stubborn("60018"), "  gracePeriod: 1h") },
    "polite": { $0.job("polite", "echo begun; trap 'echo bye; exit 0' TERM; sleep 60019 & wait") },
    "other": { $0.job("other", "true") },
  ]

  private func waitForNone(_ word: String, _ here: RunBox) async throws {
    try await eventually("end of the processes running \(word)", within: .seconds(20)) {
      here.box.processes(running: word).isEmpty ? true : nil
    }
  }

  @Test func cancelReachesTheWholeGroupAlsoWhatIgnoresSIGTERM() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let execution = try await here.start("stubborn")
      try await here.waitFor(processRunning: "60017", count: 2)
      let canceled = try await here.writ("cancel", execution)
      #expect(canceled.code == 0, "\(canceled)")
      #expect(canceled.output.contains("asked to stop"), "\(canceled)")
      try await here.waitFor("canceled", of: execution)
      try await waitForNone("60017", here)
      let run = try await here.json("runs")["runs"][0]
      #expect(run["signal"].string == "KILL")
      #expect(run["state"].string == "canceled")
      let again = try await here.writ("cancel", execution)
      #expect(again.code == 4, "\(again)")
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func whatObeysEndsByItself() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let execution = try await here.start("polite")
      try await here.waitFor(processRunning: "60019")
      #expect(try await here.json("cancel", "--job", "polite")["runs"].int == 1)
      try await here.waitFor("canceled", of: execution)
      #expect(try await here.writ("logs", execution).output == "begun\nbye\n")
      try await waitForNone("60019", here)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func killDoesNotWaitForAGracePeriod() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let execution = try await here.start("patient")
      try await here.waitFor(processRunning: "60018", count: 2)
      // First asked politely, then not any more.
      #expect(try await here.writ("cancel", execution).code == 0)
      let killed = try await here.writ("kill", execution)
      #expect(killed.code == 0, "\(killed)")
      try await here.waitFor("canceled", of: execution)
      try await waitForNone("60018", here)
      #expect(try await here.json("runs")["runs"][0]["reason"].string == "killed")
      #expect(try await server.stop().code == 0)
    }
  }

  /// Ctrl-C at a run without a server.
  @Test(arguments: [SIGINT, SIGTERM])
  func aRunHereEndsWithItsCommand(_ signal: Int32) async throws {
    try await RunBox.with(Self.files) { here in
      let command = try here.box.start(
        [Program.writ, "run", "stubborn"], environment: ["WRIT_DATA_DIR": here.box.data])
      try await here.waitFor(processRunning: "60017", count: 2)
      command.signal(signal)
      let outcome = try await command.wait(within: .seconds(30))
      #expect(outcome.code != 0, "\(outcome)")
      try await waitForNone("60017", here)
      #expect(
        ["canceled", "lost"].contains(try await here.json("runs")["runs"][0]["state"].string))
    }
  }

  /// From another shell, without a server.
  @Test(arguments: ["cancel", "kill"])
  func anotherCommandStopsARunHere(_ verb: String) async throws {
    try await RunBox.with(Self.files) { here in
      let command = try here.box.start(
        [Program.writ, "run", "polite"], environment: ["WRIT_DATA_DIR": here.box.data])
      try await here.waitFor(processRunning: "60019")
      let stopped = try await here.writ(verb, "--job", "polite")
      #expect(stopped.code == 0, "\(stopped)")
      let outcome = try await command.wait(within: .seconds(30))
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.output.contains(": canceled after "), "\(outcome)")
      try await waitForNone("60019", here)
    }
  }

  /// The command is killed, so nobody ends what it started: the next one does.
  @Test func whatAKilledCommandLeftIsEndedByTheNext() async throws {
    try await RunBox.with(Self.files) { here in
      let command = try here.box.start(
        [Program.writ, "run", "stubborn"], environment: ["WRIT_DATA_DIR": here.box.data])
      try await here.waitFor(processRunning: "60017", count: 2)
      command.signal(SIGKILL)
      try await command.wait(within: .seconds(30))
      #expect(!here.box.processes(running: "60017").isEmpty)
      #expect(try await here.writ("run", "other").code == 0)
      #expect(here.box.processes(running: "60017").isEmpty)
      let runs = try await here.json("runs", "--job", "stubborn")["runs"]
      #expect(runs[0]["state"].string == "lost")
    }
  }

  @Test func deletingAJobEndsWhatRuns() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let execution = try await here.start("stubborn")
      try await here.waitFor(processRunning: "60017", count: 2)
      try here.upstream.delete("manifests/stubborn.yaml")
      let revision = try await here.upstream.push("no stubborn job")
      try await server.hook()
      try await server.live(revision)
      try await here.waitFor("canceled", of: execution)
      try await waitForNone("60017", here)
      #expect(try await here.json("runs")["runs"][0]["reason"].string == "jobDeleted")
      #expect(try await here.writ("run", "stubborn").code == 1)
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func aScheduledJobCannotBeDeletedAlone() async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", "true") }, "other": { $0.job("b", "true") },
      "schedules": { $0.schedule("s", job: "a") },
    ]) { here in
      try here.upstream.delete("manifests/jobs.yaml")
      try await here.upstream.push("no job a")
      let plan = try await here.writ("plan", "--repo", here.upstream.bare)
      #expect(plan.code == 1, "\(plan)")
      #expect(plan.everything.contains("manifests/schedules.yaml:"), "\(plan)")
    }
  }

  // MARK: The server ends

  @Test func aServerThatIsAskedToEndStopsItsRunsFirst() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      _ = try await here.start("stubborn")
      try await here.waitFor(processRunning: "60017", count: 2)
      #expect(try await server.stop().code == 0)
      #expect(here.box.processes(running: "60017").isEmpty)
      let run = try await here.json("runs")["runs"][0]
      #expect(run["state"].string == "canceled")
      #expect(run["reason"].string == "serverEnded")
    }
  }

  @Test func noProcessOutlivesTheStartAfterACrash() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let execution = try await here.start("stubborn")
      try await here.waitFor(processRunning: "60017", count: 2)
      try await here.waitFor("active", of: execution)
      try await server.crash()
      #expect(!here.box.processes(running: "60017").isEmpty)
      let next = try await here.serve()
      try await waitForNone("60017", here)
      try await here.waitFor("failed", of: execution)
      let runs = try await here.json("runs", "--job", "stubborn")["runs"].items
      // Nothing without declared idempotency is run again after an unknown outcome.
      #expect(runs.map { $0["state"].string } == ["lost"])
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await next.stop().code == 0)
    }
  }
}
