import Foundation
import Testing

/// Schedules that fire.
@Suite(.bounded) struct RunScheduleTests {
  private static let files: RunBox.Files = [
    "jobs": { $0.job("tick", "true", "  concurrency: allow") },
    "schedules": { $0.schedule("tick", job: "tick", "  when: {every: 1s}\n  overlap: allowAll") },
  ]

  private func ran(_ here: RunBox) async throws -> Int {
    try await here.json("schedule", "history", "tick")["counts"]["ran"].int ?? 0
  }

  @Test func everySecondFiresPausesAndGoesOn() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      try await eventually("three fires") { try await ran(here) >= 3 ? true : nil }
      let history = try await here.json("schedule", "history", "tick")
      #expect(history.keys == ["counts", "formatVersion", "next", "occurrences"])
      let first = history["occurrences"][0]
      #expect(
        first.keys == [
          "count", "decidedAt", "due", "execution", "fold", "nominal", "reason", "verdict",
          "zoneData",
        ])
      let nominal = history["occurrences"].items.compactMap { $0["nominal"].string }
      #expect(Set(nominal).count == nominal.count)

      let paused = try await here.writ("schedule", "pause", "tick", "--reason", "too loud")
      #expect(paused.code == 0, "\(paused)")
      let list = try await here.json("schedule", "list")["schedules"][0]
      #expect(
        list.keys == ["held", "job", "name", "nextDue", "overlap", "waiting", "when"])
      #expect(list["held"].string?.hasSuffix(": too loud") == true)
      let before = try await ran(here)
      try await eventually("two skipped times") {
        let counts = try await here.json("schedule", "history", "tick")["counts"]
        return (counts["skippedSuspended"].int ?? 0) >= 2 ? true : nil
      }
      #expect(try await ran(here) == before)
      let resumed = try await here.writ("schedule", "resume", "tick")
      #expect(resumed.output.contains("goes on"), "\(resumed)")
      try await eventually("more fires") { try await ran(here) > before ? true : nil }
      #expect(try await here.json("schedule", "list")["schedules"][0]["held"].isNull)
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }

  /// At 80 columns the reason is there, and no line is longer.
  @Test(arguments: ["80", "200"])
  func historyFitsTheTerminal(_ columns: String) async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      try await eventually("a fire") { try await ran(here) >= 1 ? true : nil }
      #expect(try await server.stop().code == 0)
      let outcome = try await here.writ(
        "schedule", "history", "tick", environment: ["COLUMNS": columns])
      #expect(outcome.output.contains("on time"), "\(outcome)")
      #expect(!outcome.output.contains("DUE"), "it is the same: \(outcome)")
      #expect(outcome.lines.allSatisfy { $0.count <= Int(columns) ?? 0 }, "\(outcome)")
    }
  }

  @Test func backfillRunsWhatLiesInThePastOnce() async throws {
    try await RunBox.with([
      "jobs": { $0.job("tick", "true", "  concurrency: allow") },
      "schedules": {
        $0.schedule("hourly", job: "tick", "  when: {cron: \"0 * * * *\"}\n  overlap: allowAll")
      },
    ]) { here in
      let server = try await here.serve()
      let (from, to) = ("2026-01-05T00:00:00Z", "2026-01-05T04:30:00Z")
      func fill() async throws {
        let outcome = try await here.writ("backfill", "hourly", "--from", from, "--to", to)
        #expect(outcome.code == 0, "\(outcome)")
      }
      try await fill()
      try await eventually("five runs") {
        try await here.json("runs")["totals"]["success"].int == 5 ? true : nil
      }
      let history = try await here.json("schedule", "history", "hourly", "--limit", "5")
      #expect(
        history["occurrences"].items.map { $0["nominal"].string }
          == (0...4).reversed().map { "2026-01-05T0\($0):00:00" })
      try await fill()
      #expect(try await here.writ("run", "tick", "--wait").code == 0)
      #expect(try await here.json("runs")["totals"]["all"].int == 6)
      let future = try await here.writ(
        "backfill", "hourly", "--from", "1h", "--to", "2199-01-01T00:00:00Z")
      #expect(future.code == 64, "\(future)")
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func withoutAServerAScheduleCanBeHeldBeforeItsFirstDecision() async throws {
    try await RunBox.with(Self.files) { here in
      let paused = try await here.writ("schedule", "pause", "tick", "--reason", "not yet")
      #expect(paused.code == 0, "\(paused)")
      #expect(paused.output.hasPrefix("Schedule/tick is paused\n"), "\(paused)")
      let server = try await here.serve()
      try await eventually("a skipped time") {
        let counts = try await here.json("schedule", "history", "tick")["counts"]
        return (counts["skippedSuspended"].int ?? 0) >= 1 ? true : nil
      }
      #expect(try await ran(here) == 0)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func withoutAServerABackfillSaysThatItWaitsForOne() async throws {
    try await RunBox.with(Self.files) { here in
      let outcome = try await here.writ("backfill", "tick", "--from", "10s")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("writ serve"), "\(outcome)")
    }
  }
}
