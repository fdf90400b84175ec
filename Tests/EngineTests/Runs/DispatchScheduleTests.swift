import Actions
import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import TimeZones
import Workflows

@Suite("Schedules that run")
struct DispatchScheduleTests {
  static let minutely = "  when: {cron: \"* * * * *\"}\n"

  private static func workshop(_ extra: String = minutely) throws -> RunWorkshop {
    try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"),
      "manifests/s.yaml": RunWorkshop.schedule("s", "a", extra),
    ])
  }

  private func verdicts(_ shop: RunWorkshop) throws -> [String] {
    try shop.world.store.occurrences(of: "s", before: nil, limit: 100).reversed()
      .map(\.verdict.rawValue)
  }

  @Test("a new schedule fires for nothing of the past, and then once for each time")
  func fires() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    #expect(shop.runner.started == [])
    for _ in 0..<3 {
      shop.world.wall.advance(seconds: 60)
      await shop.turn()
      shop.runner.finishAll()
      await shop.turn()
    }
    #expect(try verdicts(shop) == ["ran", "ran", "ran"])
    #expect(try shop.states() == Array(repeating: "a.local.1 success", count: 3))
    let ids = Set(shop.runner.started)
    #expect(ids.count == 3)
  }

  @Test("a decision that was lost with the server is made again, with the same execution")
  func sameDecision() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    shop.restart()
    await shop.turn()
    #expect(shop.runner.started.count == 1)
    #expect(try verdicts(shop) == ["ran"])
    #expect(try shop.states() == ["a.local.1 lost serverEnded"])
  }

  @Test("a changed schedule begins anew at the change")
  func changed() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    shop.world.wall.advance(seconds: 600)
    try shop.world.apply([
      "manifests/s.yaml": RunWorkshop.schedule("s", "a", "  when: {cron: \"*/2 * * * *\"}\n")
    ])
    await shop.turn()
    #expect(shop.runner.started == [], "what was due before the change is not for the new content")
    shop.world.wall.advance(seconds: 120)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
  }

  @Test("after an outage the latest missed time runs, the others are on record as lost")
  func outage() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    shop.world.wall.advance(seconds: 645)
    shop.restart()
    await shop.turn()
    #expect(shop.runner.started.count == 1)
    let counts = try shop.world.store.verdictCounts(of: "s")
    #expect(counts == [.late: 1, .lostOutage: 9])
    let event = try #require(
      try shop.world.store.events(JournalQuery(limit: 10_000))
        .last { $0.kind == .occurrencesSkipped })
    #expect(event.subject == "Schedule/s")
    #expect(String(decoding: event.payload, as: UTF8.self).contains(#""counts":{"lostOutage":9}"#))
  }

  @Test("one that is paused misses its times, and resumed it goes on")
  func paused() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    #expect(try shop.service.setPaused(true, "s", reason: "maintenance"))
    #expect(try !shop.service.setPaused(true, "s", reason: "again"))
    shop.world.wall.advance(seconds: 120)
    await shop.turn()
    #expect(try verdicts(shop) == ["skippedSuspended", "skippedSuspended"])
    #expect(try shop.service.setPaused(false, "s", reason: ""))
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(try verdicts(shop).last == "ran")
  }

  @Test("one that is paused before anybody decides on it never starts")
  func pausedFirst() async throws {
    let shop = try Self.workshop()
    #expect(try shop.service.setPaused(true, "s", reason: "not yet"))
    shop.world.wall.advance(seconds: 120)
    await shop.turn()
    #expect(try verdicts(shop) == ["skippedSuspended", "skippedSuspended"])
    #expect(shop.runner.started == [])
    #expect(try shop.service.setPaused(false, "s", reason: ""))
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
  }

  @Test("while an execution goes on, overlap decides: skip skips, cancelOther makes place")
  func overlap() async throws {
    for (word, verdict) in [("skip", "skippedOverlap"), ("cancelOther", "late")] {
      let shop = try Self.workshop(Self.minutely + "  overlap: \(word)\n")
      await shop.turn()
      shop.world.wall.advance(seconds: 60)
      await shop.turn()
      let first = try #require(shop.runner.started.first)
      shop.world.wall.advance(seconds: 60)
      await shop.turn()
      if word == "cancelOther" {
        #expect(shop.runner.stopped == ["cancel \(first)"])
        shop.runner.report(first, .finished(ActionResult(.canceled, signal: 15)))
        await shop.turn()
        #expect(shop.runner.started.count == 2)
      }
      #expect(try verdicts(shop) == ["ran", verdict])
    }
  }

  @Test("oncePerProbe runs on each probe until it succeeded there")
  func oncePerProbe() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a", "  targets: {all: true}\n"),
      "manifests/p.yaml": RunWorkshop.probe("p"),
      "manifests/s.yaml": RunWorkshop.schedule(
        "s", "a", Self.minutely + "  mode: oncePerProbe\n"),
    ])
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(shop.runner.waiting.count == 2)
    for run in shop.runner.waiting {
      shop.runner.finish(run, exitCode: run.contains(".p.") ? 1 : 0)
    }
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(shop.runner.waiting.map { $0.contains(".p.") } == [true])
    shop.runner.finishAll()
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(shop.runner.started.count == 3)
    #expect(try verdicts(shop) == ["ran", "ran", "nothingToDo"])
  }

  @Test(
    "a backfill runs past times one after the other, goes on after a restart, and repeats nothing")
  func backfill() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    shop.world.wall.advance(seconds: 30)
    let now = shop.world.wall.now()
    try shop.service.backfill(
      "s", from: Timestamp(nanoseconds: now.nanoseconds - 180_000_000_000), through: now)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
    shop.runner.finishAll()
    await shop.turn()
    #expect(shop.runner.started.count == 2, "the next one begins when the one before has ended")
    shop.restart()
    for _ in 0..<10 {
      await shop.turn()
      shop.runner.finishAll()
    }
    await shop.turn()
    #expect(shop.runner.started.count == 3)
    #expect(Set(shop.runner.started).count == 3)
  }

  @Test("a schedule in a zone that this machine lacks is told of, and holds up nothing else")
  func zoneMissing() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"), "manifests/b.yaml": RunWorkshop.job("b"),
      "manifests/r.yaml": RunWorkshop.schedule(
        "r", "b", "  when: {cron: \"* * * * *\", timeZone: Europe/Berlin}\n"),
      "manifests/s.yaml": RunWorkshop.schedule("s", "a", Self.minutely),
    ])
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 pending"])
    let told = shop.log.lines.filter { $0.contains("Europe/Berlin") }
    #expect(told.first?.hasPrefix("error a schedule cannot be decided") == true, "\(told)")
    #expect(told.count == 2, "once a minute")
  }

  @Test("a clock that is set back a day fires nothing again")
  func clockSetBack() async throws {
    let shop = try Self.workshop()
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    shop.runner.finishAll()
    await shop.turn()
    shop.world.wall.advance(seconds: -86_400)
    for _ in 0..<5 {
      shop.world.wall.advance(seconds: 60)
      await shop.turn()
    }
    #expect(shop.runner.started.count == 1)
    shop.world.wall.advance(seconds: 86_400 - 300)
    await shop.turn()
    #expect(shop.runner.started.count == 1, "it is as late as it was")
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    #expect(shop.runner.started.count == 2, "and then it goes on")
  }

  @Test("with new time zone data what is still to come moves, and nothing runs twice")
  func newZoneData() async throws {
    let berlin = "  when: {cron: \"30 14 * * *\", timeZone: Europe/Berlin}\n"
    func zoneData(_ version: String, east hours: Int) throws -> RunWorkshop.ZoneData {
      RunWorkshop.ZoneData(
        version: version,
        zones: ["Europe/Berlin": try #require(Zone(secondsEast: hours * 3600))])
    }
    let shop = try Self.workshop(berlin)
    shop.restart(with: try zoneData("a", east: 1))
    await shop.turn()
    // It is 12:00 in UTC: with the old data 14:30 there is at 13:30, with the new data at 12:30.
    shop.restart(with: try zoneData("b", east: 2))
    await shop.turn()
    shop.world.wall.advance(seconds: 29 * 60)
    await shop.turn()
    #expect(shop.runner.started == [])
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    shop.runner.finishAll()
    #expect(shop.runner.started.count == 1)
    shop.restart(with: try zoneData("a", east: 1))
    shop.world.wall.advance(seconds: 3600)
    await shop.turn()
    #expect(shop.runner.started.count == 1, "14:30 of this day has run")
    let record = try shop.world.store.occurrences(of: "s", before: nil, limit: 10)
    #expect(record.map(\.zoneDataVersion) == ["b"])
  }
}
