internal import TimeZones

/// A stretch of the day that comes again on some days of the week, on a zone's clocks.
package struct FireWindow: Hashable, Sendable {
  /// The days on which it begins; bit 0 for Sunday.
  package let weekdays: UInt8
  /// When it begins, in seconds of the day.
  package let from: Int
  /// The first second after it; one that is not later than `from` is on the next day.
  package let to: Int

  package init(weekdays: UInt8, from: Int, to: Int) {
    self.weekdays = weekdays
    self.from = from
    self.to = to
  }

  /// Whether clocks that show `local`, in local seconds, are within it.
  package func contains(_ local: Int64) -> Bool {
    let (day, second) = Civil.split(local)
    func begins(_ day: Int) -> Bool { weekdays >> UInt8(Civil.weekday(days: day)) & 1 == 1 }
    guard to <= from else { return begins(day) && second >= from && second < to }
    return begins(day) && second >= from || begins(day - 1) && second < to
  }
}
