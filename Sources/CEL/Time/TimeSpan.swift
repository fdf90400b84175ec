/// A length of time, to the nanosecond, of up to about 10,000 years either way.
package struct TimeSpan: Hashable, Comparable, Sendable {
  /// Whole seconds, rounded down.
  package let seconds: Int64
  /// Nanoseconds after `seconds`, 0 to 999,999,999.
  package let nanoseconds: Int32

  /// The most whole seconds of a span.
  package static let secondsLimit: Int64 = 315_576_000_000

  /// Makes a span of seconds and nanoseconds, which may both be negative.
  package init(seconds: Int64, nanoseconds: Int32 = 0) throws(TimeProblem) {
    guard (-Self.secondsLimit...Self.secondsLimit).contains(seconds),
      (-999_999_999...999_999_999).contains(nanoseconds)
    else { throw .durationRange }
    let sum = Nanoseconds.sum((seconds, nanoseconds), (0, 0))
    guard sum.seconds > -Self.secondsLimit || sum.seconds == -Self.secondsLimit,
      sum.seconds < Self.secondsLimit || sum.nanoseconds == 0
    else { throw .durationRange }
    self.seconds = sum.seconds
    self.nanoseconds = sum.nanoseconds
  }

  /// Orders by length, the negative ones first.
  package static func < (one: TimeSpan, other: TimeSpan) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }

  /// Both spans one after the other.
  package func adding(_ other: TimeSpan) throws(TimeProblem) -> TimeSpan {
    let sum = Nanoseconds.sum((seconds, nanoseconds), (other.seconds, other.nanoseconds))
    return try TimeSpan(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
  }

  /// This span without the other.
  package func subtracting(_ other: TimeSpan) throws(TimeProblem) -> TimeSpan {
    try adding(other.negated())
  }

  /// The span of the same length in the other direction.
  package func negated() throws(TimeProblem) -> TimeSpan {
    let sum = Nanoseconds.sum((-seconds, -nanoseconds), (0, 0))
    return try TimeSpan(seconds: sum.seconds, nanoseconds: sum.nanoseconds)
  }

  /// The span in nanoseconds; nil where an int cannot count them.
  package var totalNanoseconds: Int64? {
    let (product, overflow) = (seconds < 0 ? seconds + 1 : seconds)
      .multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return nil }
    let rest = Int64(nanoseconds) - (seconds < 0 ? 1_000_000_000 : 0)
    let (sum, overflows) = product.addingReportingOverflow(rest)
    return overflows ? nil : sum
  }

  /// The whole seconds, rounded towards zero.
  package var wholeSeconds: Int64 { seconds < 0 && nanoseconds > 0 ? seconds + 1 : seconds }

  /// The nanoseconds beside `wholeSeconds`, with the sign of the span.
  package var remainingNanoseconds: Int32 {
    seconds < 0 && nanoseconds > 0 ? nanoseconds - 1_000_000_000 : nanoseconds
  }

  /// The whole hours, rounded towards zero.
  package var hours: Int64 { wholeSeconds / 3_600 }

  /// The whole minutes, rounded towards zero.
  package var minutes: Int64 { wholeSeconds / 60 }

  /// The milliseconds of the last second, with the sign of the span.
  package var milliseconds: Int64 { Int64(remainingNanoseconds / 1_000_000) }

  /// The span as seconds, with as many decimal digits as it needs.
  package var description: String {
    let sign = seconds < 0 ? "-" : ""
    return sign + String(abs(wholeSeconds)) + Digits.fraction(Int(abs(remainingNanoseconds))) + "s"
  }
}
