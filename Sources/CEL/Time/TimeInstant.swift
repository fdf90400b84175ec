/// A point in time from the year 1 to the year 9999, to the nanosecond.
package struct TimeInstant: Hashable, Comparable, Sendable {
  /// Whole seconds since 1970, rounded down.
  package let seconds: Int64
  /// Nanoseconds after `seconds`, 0 to 999,999,999.
  package let nanoseconds: Int32

  /// 0001-01-01T00:00:00Z.
  package static let firstSecond: Int64 = -62_135_596_800
  /// 9999-12-31T23:59:59Z.
  package static let lastSecond: Int64 = 253_402_300_799

  /// Makes an instant; nanoseconds must be 0 to 999,999,999.
  package init(seconds: Int64, nanoseconds: Int32 = 0) throws(TimeProblem) {
    guard (Self.firstSecond...Self.lastSecond).contains(seconds),
      (0..<1_000_000_000).contains(nanoseconds)
    else { throw .timestampRange }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Orders by time.
  package static func < (one: TimeInstant, other: TimeInstant) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }

  /// The instant `span` later.
  package func adding(_ span: TimeSpan) throws(TimeProblem) -> TimeInstant {
    let sum = Nanoseconds.sum((seconds, nanoseconds), (span.seconds, span.nanoseconds))
    return try TimeInstant(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
  }

  /// The instant `span` earlier.
  package func subtracting(_ span: TimeSpan) throws(TimeProblem) -> TimeInstant {
    let sum = Nanoseconds.sum((seconds, nanoseconds), (-span.seconds, -span.nanoseconds))
    return try TimeInstant(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
  }

  /// The time from `earlier` to this instant.
  ///
  /// CEL bounds it by the nanoseconds that an int can count, about 292 years.
  package func since(_ earlier: TimeInstant) throws(TimeProblem) -> TimeSpan {
    let sum = Nanoseconds.sum(
      (seconds, nanoseconds), (-earlier.seconds, -earlier.nanoseconds))
    let span = try TimeSpan(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
    guard span.totalNanoseconds != nil else {
      throw TimeProblem("duration out of range: the two timestamps lie more than 292 years apart")
    }
    return span
  }

  /// The text in UTC, with as many digits of the second as it needs.
  package var description: String {
    let clock = TimeClock(self, offset: 0)
    let date = clock.date
    var text = Digits.padded(date.year, to: 4)
    text += "-" + Digits.padded(date.month, to: 2) + "-" + Digits.padded(date.day, to: 2)
    text += "T" + Digits.padded(clock.hour, to: 2) + ":" + Digits.padded(clock.minute, to: 2)
    text += ":" + Digits.padded(clock.second, to: 2)
    return text + Digits.fraction(Int(nanoseconds)) + "Z"
  }
}

/// Sums of seconds and nanoseconds.
enum Nanoseconds {
  /// The sum with nanoseconds of 0 to 999,999,999.
  static func sum(
    _ one: (Int64, Int32), _ other: (Int64, Int32)
  ) -> (seconds: Int64, nanoseconds: Int32) {
    var seconds = one.0 + other.0
    var nanoseconds = one.1 + other.1
    if nanoseconds < 0 {
      nanoseconds += 1_000_000_000
      seconds -= 1
    } else if nanoseconds >= 1_000_000_000 {
      nanoseconds -= 1_000_000_000
      seconds += 1
    }
    return (seconds, nanoseconds)
  }
}

/// Decimal digits of a fixed number.
enum Digits {
  /// `number` with zeros before it up to `width` digits.
  static func padded(_ number: Int, to width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  /// A point and the nanoseconds without the zeros at the end; nothing for 0.
  static func fraction(_ nanoseconds: Int) -> String {
    guard nanoseconds > 0 else { return "" }
    var text = padded(nanoseconds, to: 9)
    while text.hasSuffix("0") { text.removeLast() }
    return "." + text
  }
}
