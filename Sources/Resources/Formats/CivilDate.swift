/// A day of the Gregorian calendar, without a time or a zone.
package struct CivilDate: Hashable, Comparable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int

  /// A date; nil where there is no such day.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else {
      return nil
    }
    self.year = year
    self.month = month
    self.day = day
  }

  package static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  /// How many days `month` has; months outside of 1 to 12 have none.
  package static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: 31
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    default: 0
    }
  }

  /// Days since 1970-01-01 (Howard Hinnant's days_from_civil).
  package var daysSinceEpoch: Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date that lies `days` after 1970-01-01 (Howard Hinnant's civil_from_days).
  package init(daysSinceEpoch days: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  package static func < (a: CivilDate, b: CivilDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }
}

extension CivilDate: CustomStringConvertible {
  package var description: String {
    String(decoding: Digits.padded(year, 4), as: UTF8.self) + "-"
      + String(decoding: Digits.padded(month, 2), as: UTF8.self) + "-"
      + String(decoding: Digits.padded(day, 2), as: UTF8.self)
  }

  /// The years that texts may name: all of them fit in 64-bit nanoseconds.
  package static let years = 1970...2199

  /// Reads `2026-12-25`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10 else { throw TextFormat.Problem("it must look like 2026-12-25") }
    self = try Self.parse(bytes[...])
  }

  /// Reads the first ten bytes.
  static func parse(_ bytes: ArraySlice<UInt8>) throws(TextFormat.Problem) -> CivilDate {
    let start = bytes.startIndex
    guard bytes.count >= 10, bytes[start + 4] == UInt8(ascii: "-"),
      bytes[start + 7] == UInt8(ascii: "-"), let year = Digits.number(bytes[start..<start + 4]),
      let month = Digits.number(bytes[start + 5..<start + 7]),
      let day = Digits.number(bytes[start + 8..<start + 10])
    else { throw TextFormat.Problem("it must begin like 2026-12-25") }
    guard years.contains(year) else {
      throw TextFormat.Problem(
        "the year must lie between \(years.lowerBound) and \(years.upperBound)")
    }
    guard let date = CivilDate(year: year, month: month, day: day) else {
      throw TextFormat.Problem("there is no such day in the calendar")
    }
    return date
  }

  /// Exactly the days that exist in `years`.
  static let pattern =
    "(?:(?:19[7-9][0-9]|2[01][0-9]{2})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    + "|(?:19(?:7[26]|8[048]|9[26])|20(?:[02468][048]|[13579][26])"
    + "|21(?:0[48]|[2468][048]|[13579][26]))-02-29)"
}

extension TextFormat {
  /// A day such as `2026-12-25`.
  package static let date = TextFormat(
    name: "a date", pattern: "^\(CivilDate.pattern)$", example: "2026-12-25",
  ) { text throws(Problem) in try CivilDate(parsing: text).description }
}
