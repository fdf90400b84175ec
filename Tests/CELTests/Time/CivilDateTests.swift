import CEL
import Testing

@Suite struct CivilDateTests {
  /// Counts days one by one and never asks the code under test for the next date.
  @Test(arguments: [1, 1600, 1890, 1970, 1996, 9990])
  func countsEveryDay(from first: Int) {
    var expected = CivilDate(year: first, month: 1, day: 1)
    var day = expected.daysSinceEpoch
    while expected.year < first + 10 {
      let found = CivilDate(daysSinceEpoch: day)
      #expect(found == expected)
      #expect(expected.daysSinceEpoch == day)
      day += 1
      expected.day += 1
      if expected.day > Self.length(of: expected.month, in: expected.year) {
        expected.day = 1
        expected.month += 1
      }
      if expected.month > 12 {
        expected.month = 1
        expected.year += 1
      }
    }
  }

  private static func length(of month: Int, in year: Int) -> Int {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
  }

  @Test(arguments: [
    (0, 1970, 1, 1, 4, 0), (-1, 1969, 12, 31, 3, 364), (11_016, 2000, 2, 29, 2, 59),
    (-719_162, 1, 1, 1, 1, 0), (2_932_896, 9999, 12, 31, 5, 364), (19_782, 2024, 2, 29, 4, 59),
    (-25_567, 1900, 1, 1, 1, 0),
  ])
  func knowsDays(
    day: Int, year: Int, month: Int, ofMonth: Int, ofWeek: Int, ofYear: Int
  ) {
    let date = CivilDate(daysSinceEpoch: day)
    #expect(date == CivilDate(year: year, month: month, day: ofMonth))
    #expect(date.daysSinceEpoch == day)
    #expect(date.dayOfWeek == ofWeek)
    #expect(date.dayOfYear == ofYear)
  }
}
