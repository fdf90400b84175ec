import Foundation
import Testing

/// Jobs that run while the disk is full, or the clock is wrong.
@Suite(.bounded) struct RunTroubleTests {
  @Test func whatARunWritesWhileTheDiskIsFullIsKeptAfterwards() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "a",
          """
          echo begun
          until [ -e '\($0.path)/more' ]; do sleep 0.05; done
          seq 1 1000
          echo over > '\($0.path)/written'
          """)
      }
    ]) { here in
      let box = here.box
      let library = try await FaultLibrary(box)
      let server = try await here.serve(environment: library.switched)
      let execution = try await here.start("a")
      try await eventually("a run that runs") {
        try await here.state(execution) == "running" ? true : nil
      }

      try library.set(ENOSPC, "write truncate openw")
      try box.write("", to: "more")
      // The job does not wait for the disk.
      try await eventually("end of the job") { box.exists("written") ? true : nil }
      try await eventually("a word about it") {
        server.process.error.contains("runs cannot be dispatched") ? true : nil
      }
      #expect(server.process.isRunning)
      #expect(try await here.state(execution) == "running", "nothing is made up")

      try library.set(nil)
      try await here.waitFor("success", of: execution)
      #expect(server.process.error.contains("runs are dispatched again"))
      let log = try await here.writ("logs", execution)
      #expect(log.output == "begun\n" + (1...1000).map { "\($0)\n" }.joined(), "\(log)")
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func aClockThatIsSetBackADayFiresNothingTwiceAndHoldsUpNoRun() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job("tick", "true", "  concurrency: allow")
          + $0.job("again", "exit 1", "  retry: {attempts: 2, backoff: {initial: 3s}}")
      },
      "schedules": {
        $0.schedule("tick", job: "tick", "  when: {every: 1s}\n  overlap: allowAll")
      },
    ]) { here in
      func ran() async throws -> Int {
        try await here.json("schedule", "history", "tick")["counts"]["ran"].int ?? 0
      }
      let library = try await FaultLibrary(here.box)
      let server = try await here.serve(environment: library.switched)
      try await eventually("two fires") { try await ran() >= 2 ? true : nil }
      let retried = try await here.start("again")
      try await eventually("a run that waits") {
        try await here.json("runs", "--execution", retried)["totals"]["queued"].int == 1
          ? true : nil
      }

      try library.setClock(seconds: -86_400)
      try await eventually("a word about it") {
        server.process.error.contains("the clock was set back") ? true : nil
      }
      let before = try await ran()
      // It would have waited for a day.
      try await here.waitFor("failed", of: retried)
      #expect(try await here.json("runs", "--execution", retried)["totals"]["failed"].int == 2)
      #expect(try await here.writ("run", "tick", "--wait").code == 0)
      #expect(try await ran() == before, "no time comes twice")

      try library.setClock(seconds: 0)
      try await eventually("more fires") { try await ran() > before ? true : nil }
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }
}
