import Cron
import Testing
import TimeZones
import Workflows
import ZoneSupport

/// The rows of times that clocks skip or show twice.
struct ScheduleClockChangeTests {
  @Test(arguments: [
    (ClockRule.vixie, ["29T02:00:00 ran", "29T02:20:00 mergedGap", "29T02:40:00 mergedGap"]),
    (.go, ["29T02:00:00 skippedGap", "29T02:20:00 skippedGap", "29T02:40:00 skippedGap"]),
  ])
  func timesThatClocksSkipHaveRows(_ rule: ClockRule, _ expected: [String]) throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    var lab = try ScheduleLab(
      cron: "0,20,40 2 * * *", in: zone, rule: rule, from: "2026-03-28T12:00:00Z")
    // They are decided when the gap ends, not with the next run.
    #expect(lab.nextDue == "2026-03-29T01:00:00Z")
    #expect(try lab.decide("2026-03-29T01:00:00Z").sorted() == expected)
    #expect(lab.nextDue == "2026-03-30T00:00:00Z")
  }

  @Test(arguments: [
    (ClockRule.vixie, ["25T02:30:00 ran", "25T02:30:00/1 skippedFold"]),
    (.go, ["25T02:30:00 ran", "25T02:30:00/1 ran"]),
  ])
  func timesThatClocksShowTwiceHaveTwoRows(_ rule: ClockRule, _ expected: [String]) throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    var lab = try ScheduleLab(
      cron: "30 2 * * *", in: zone, rule: rule, from: "2026-10-24T12:00:00Z")
    lab.definition.overlap = .allowAll
    #expect(try lab.decide("2026-10-25T00:30:00Z") == [expected[0]])
    #expect(lab.nextDue == "2026-10-25T01:30:00Z")
    #expect(try lab.decide("2026-10-25T01:30:00Z") == [expected[1]])
  }

  @Test func aSkippedDayHasOneRowForEachTimeAndSharedOnesWhereThereAreMany() throws {
    let zone = try SystemZones.zone("Pacific/Apia")
    var lab = try ScheduleLab(
      cron: "* * * * * *", in: zone, rule: .go, from: "2011-12-30T09:59:58Z")
    lab.definition.overlap = .allowAll
    try lab.decide("2011-12-30T10:00:00Z")
    #expect(lab.records.count == 1003)
    #expect(lab.records.reduce(0) { $0 + $1.count } == 86_402)
    #expect(!lab.hasDoubles)
  }
}
