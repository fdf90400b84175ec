import Testing
import TimeZones
import ZoneSupport

struct CivilTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00", 0), ("1969-12-31T23:59:59", -1), ("2000-02-29T12:00:00", 951_825_600),
    ("2026-11-21T15:17:32", 1_795_274_252), ("0001-01-01T00:00:00", -62_135_596_800),
    ("9999-12-31T23:59:59", 253_402_300_799), ("1900-03-01T00:00:00", -2_203_891_200),
  ])
  func goesThereAndBack(_ text: String, _ seconds: Int64) {
    let time = CivilTime(localSeconds: seconds)
    #expect(time.description == text)
    #expect(time.localSeconds == seconds)
  }

  @Test func everyDayOfACycleFollowsTheOneBefore() {
    var (year, month, day) = (1999, 12, 31)
    var weekday = 5
    let first = Civil.days(year: 2000, month: 1, day: 1)
    for days in first..<first + 146_097 {
      day += 1
      weekday = (weekday + 1) % 7
      if day > Civil.length(ofMonth: month, in: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
      guard Civil.date(days: days) == (year, month, day),
        Civil.days(year: year, month: month, day: day) == days,
        Civil.weekday(days: days) == weekday
      else {
        Issue.record("\(days) is not \(year)-\(month)-\(day)")
        return
      }
    }
    #expect((year, month, day) == (2399, 12, 31))
    #expect(weekday == 5)
  }

  @Test(arguments: [
    (2026, 2, 29, 0, 0, 0), (2026, 13, 1, 0, 0, 0), (0, 1, 1, 0, 0, 0), (10_000, 1, 1, 0, 0, 0),
    (2026, 1, 1, 24, 0, 0), (2026, 1, 1, 0, 60, 0), (2026, 1, 1, 0, 0, 60), (2026, 4, 31, 0, 0, 0),
    (2026, 0, 1, 0, 0, 0), (2026, 1, 0, 0, 0, 0), (1900, 2, 29, 0, 0, 0),
  ])
  func refusesWhatNoCalendarHas(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int,
  ) {
    let time = CivilTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    #expect(time == nil)
  }

  @Test func ordersAndNamesWeekdays() throws {
    let earlier = try #require(CivilTime(year: 2026, month: 11, day: 21, hour: 23))
    let later = try #require(CivilTime(year: 2026, month: 11, day: 22))
    #expect(earlier < later)
    #expect(earlier.weekday == 6)
    #expect(later.weekday == 0)
  }

  @Test(arguments: [
    (0, "Z"), (7200, "+02:00"), (-12_600, "-03:30"), (3208, "+00:53:28"), (-36_000, "-10:00"),
  ])
  func writesOffsets(_ seconds: Int, _ text: String) {
    #expect(ZoneOffset.text(seconds: seconds) == text)
  }
}
