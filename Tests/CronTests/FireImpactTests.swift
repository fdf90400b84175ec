import Cron
import Testing
import TimeZones
import ZoneSupport

struct FireImpactTests {
  /// Monday 2026-01-05T00:00:00Z.
  private static let monday: Int64 = 1_767_571_200

  private static func times(_ text: String, _ zone: Zone = .utc) throws -> ScheduleTimes {
    ScheduleTimes(Occurrences(try CronExpression(parsing: text), in: zone))
  }

  private static func fires(
    _ schedule: ScheduleTimes, days: Int64 = 7, limit: Int = 1000,
  ) -> [String] {
    var schedule = schedule
    return schedule.firing(from: monday, until: monday + days * 86_400, limit: limit).occurrences
      .map { $0.local.description }
  }

  @Test func windowsMaySpanMidnight() throws {
    var schedule = try Self.times("0 */3 * * *")
    // Monday and Tuesday night, from 22:00 to 04:00.
    schedule.windows = [FireWindow(weekdays: 0b110, from: 79_200, to: 14_400)]
    #expect(
      Self.fires(schedule) == [
        "2026-01-06T00:00:00", "2026-01-06T03:00:00", "2026-01-07T00:00:00", "2026-01-07T03:00:00",
      ])
    schedule.windows = [FireWindow(weekdays: 0b111_1111, from: 0, to: 86_400)]
    #expect(Self.fires(schedule).count == 56)
    schedule.windows = [
      FireWindow(weekdays: 0b10, from: 0, to: 3600),
      FireWindow(weekdays: 1, from: 7200, to: 11_000),
    ]
    #expect(Self.fires(schedule) == ["2026-01-05T00:00:00", "2026-01-11T03:00:00"])
  }

  @Test func skipDatesAreDaysOfTheZone() throws {
    var schedule = try Self.times("0 0 * * *", try SystemZones.zone("Asia/Tokyo"))
    let sixth = Civil.days(year: 2026, month: 1, day: 6)
    schedule.skipDates = [sixth]
    #expect(Self.fires(schedule, days: 2) == ["2026-01-07T00:00:00"])
    let first = schedule.next(after: Self.monday)
    #expect(first?.exclusion == .skipDate)
    #expect(first?.occurrence.local.description == "2026-01-06T00:00:00")
  }

  @Test func onlyTheActiveTimeCounts() throws {
    var schedule = try Self.times("0 12 * * *")
    schedule.activeFrom = Self.monday + 43_200
    schedule.activeUntil = Self.monday + 43_200 + 2 * 86_400
    #expect(Self.fires(schedule) == ["2026-01-05T12:00:00", "2026-01-06T12:00:00"])
    schedule.isSuspended = true
    #expect(Self.fires(schedule) == [])
    #expect(schedule.next(after: Self.monday)?.exclusion == .suspended)
    schedule.isSuspended = false
    #expect(schedule.next(after: Self.monday - 86_400)?.exclusion == .outsideActive)
  }

  @Test func aNewScheduleOnlyGains() throws {
    let impact = FireImpact(from: nil, to: try Self.times("0 2 * * *"), after: Self.monday)
    #expect((impact.oldCount, impact.newCount, impact.gained, impact.lost) == (0, 7, 7, 0))
    #expect(impact.firstDifference?.occurrence.instant == Self.monday + 7200)
    #expect(impact.firstDifference?.isGained == true)
    #expect(!impact.isTruncated)
    let back = FireImpact(from: try Self.times("0 2 * * *"), to: nil, after: Self.monday)
    #expect((back.oldCount, back.newCount, back.gained, back.lost) == (7, 0, 0, 7))
    #expect(back.firstDifference?.isGained == false)
  }

  @Test func whatStaysIsNoDifference() throws {
    let impact = FireImpact(
      from: try Self.times("0 */6 * * *"), to: try Self.times("0 */4 * * *"), after: Self.monday - 1
    )
    // 0, 6, 12, 18 became 0, 4, 8, 12, 16, 20.
    #expect((impact.oldCount, impact.newCount, impact.gained, impact.lost) == (28, 42, 28, 14))
    #expect(impact.moved == 0)
    #expect(impact.firstDifference?.occurrence.instant == Self.monday + 4 * 3600)
    let same = FireImpact(
      from: try Self.times("0 0 * * *"), to: try Self.times("@daily"), after: Self.monday)
    #expect((same.gained, same.lost, same.firstDifference) == (0, 0, nil))
  }

  @Test func anotherZoneMovesTimes() throws {
    let impact = FireImpact(
      from: try Self.times("0 2 * * *"),
      to: try Self.times("0 2 * * *", try SystemZones.zone("Europe/Berlin")), after: Self.monday)
    #expect((impact.gained, impact.lost, impact.moved) == (7, 7, 7))
    #expect(impact.firstDifference?.occurrence.instant == Self.monday + 3600)
  }

  @Test func comparesNoMoreThanItsLimit() throws {
    let impact = FireImpact(
      from: try Self.times("* * * * * *"), to: try Self.times("0 2 * * *"), after: Self.monday,
      limit: 100)
    #expect(impact.isTruncated)
    #expect((impact.oldCount, impact.newCount) == (100, 0))
    #expect(impact.comparedUntil == Self.monday + 101)
    var rare = try Self.times("* * * * * *")
    rare.windows = [FireWindow(weekdays: 1, from: 0, to: 10)]
    let hidden = FireImpact(from: rare, to: nil, after: Self.monday, limit: 100)
    #expect(hidden.isTruncated)
    #expect(hidden.oldCount == 0)
  }

  @Test(arguments: [Int64.min, .max, 0])
  func anyMomentAndHorizonWillDo(_ instant: Int64) throws {
    for horizon in [Int64.min, -1, 0, 1, .max] {
      let impact = FireImpact(
        from: try Self.times("0 0 1 1 *"), to: nil, after: instant, horizon: horizon, limit: 50)
      #expect(impact.lost <= 50)
    }
  }
}
