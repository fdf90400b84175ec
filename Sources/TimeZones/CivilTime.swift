/// A date and a time of day as calendar and clock show it, without saying where.
package struct CivilTime: Hashable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int
  package let hour: Int
  package let minute: Int
  package let second: Int

  /// The time that is `localSeconds` after 1970-01-01T00:00:00 on the same clock.
  package init(localSeconds: Int64) {
    let (days, rest) = Civil.split(localSeconds)
    (year, month, day) = Civil.date(days: days)
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
  }

  /// A time; nil where there is no such date or time of day in the years 1 to 9999.
  package init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
  ) {
    guard (1...9999).contains(year), (1...12).contains(month), (0..<24).contains(hour),
      (1...Civil.length(ofMonth: month, in: year)).contains(day), (0..<60).contains(minute),
      (0..<60).contains(second)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// The seconds from 1970-01-01T00:00:00 on the same clock.
  package var localSeconds: Int64 {
    let days = Int64(Civil.days(year: year, month: month, day: day))
    return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// The weekday, 0 for Sunday.
  package var weekday: Int {
    Civil.weekday(days: Civil.days(year: year, month: month, day: day))
  }
}

extension CivilTime: Comparable {
  package static func < (a: CivilTime, b: CivilTime) -> Bool { a.localSeconds < b.localSeconds }
}

extension CivilTime: CustomStringConvertible {
  /// As in RFC 3339, but without an offset: `2026-03-08T02:30:00`.
  package var description: String {
    var text = Self.padded(year, 4)
    for (separator, part) in zip(["-", "-", "T", ":", ":"], [month, day, hour, minute, second]) {
      text += separator + Self.padded(part, 2)
    }
    return text
  }

  static func padded(_ value: Int, _ count: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: max(0, count - digits.utf8.count))
    return "\(value < 0 ? "-" : "")\(zeros)\(digits)"
  }
}
