/// A point in time: seconds since 1970 in UTC, and nanoseconds in `0..<1_000_000_000`.
package struct CELTimestamp: Sendable, Hashable, Comparable {
  /// Whole seconds since 1970-01-01T00:00:00Z.
  package let seconds: Int64
  /// The nanoseconds after `seconds`.
  package let nanos: Int32

  /// The first second of the year 1.
  package static let firstSecond: Int64 = -62_135_596_800
  /// The last second of the year 9999.
  package static let lastSecond: Int64 = 253_402_300_799

  /// Nil outside of the years 1 to 9999.
  package init?(seconds: Int64, nanos: Int32 = 0) {
    guard (Self.firstSecond...Self.lastSecond).contains(seconds) else { return nil }
    guard (0..<1_000_000_000).contains(nanos) else { return nil }
    self.seconds = seconds
    self.nanos = nanos
  }

  /// The order of time.
  package static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
    left.seconds == right.seconds ? left.nanos < right.nanos : left.seconds < right.seconds
  }

  /// This plus `duration`, or nil outside of the years 1 to 9999.
  package func adding(_ duration: CELDuration) -> CELTimestamp? {
    moved(seconds: duration.seconds, nanos: Int64(duration.nanos))
  }

  /// This minus `duration`, or nil outside of the years 1 to 9999.
  package func subtracting(_ duration: CELDuration) -> CELTimestamp? {
    moved(seconds: -duration.seconds, nanos: -Int64(duration.nanos))
  }

  private func moved(seconds: Int64, nanos: Int64) -> CELTimestamp? {
    var (sum, total) = (self.seconds + seconds, Int64(self.nanos) + nanos)
    if total < 0 { (sum, total) = (sum - 1, total + 1_000_000_000) }
    if total >= 1_000_000_000 { (sum, total) = (sum + 1, total - 1_000_000_000) }
    return CELTimestamp(seconds: sum, nanos: Int32(total))
  }

  /// The time from `other` to this, or nil when it is out of range.
  package func since(_ other: CELTimestamp) -> CELDuration? {
    CELDuration(seconds: seconds - other.seconds, nanos: Int64(nanos) - Int64(other.nanos))
  }
}

/// A length of time; seconds and nanoseconds have the same sign.
package struct CELDuration: Sendable, Hashable, Comparable {
  /// Whole seconds, towards zero.
  package let seconds: Int64
  /// The rest, in `-999_999_999...999_999_999`.
  package let nanos: Int32

  /// Durations fit into 64 bits of nanoseconds: about 292 years.
  package static let secondsLimit: Int64 = Int64.max / 1_000_000_000

  /// The sum of `seconds` and `nanos`, or nil when it is out of range.
  package init?(seconds: Int64, nanos: Int64 = 0) {
    let (carried, overflow) = seconds.addingReportingOverflow(nanos / 1_000_000_000)
    guard !overflow else { return nil }
    var (whole, rest) = (carried, nanos % 1_000_000_000)
    if whole > 0, rest < 0 { (whole, rest) = (whole - 1, rest + 1_000_000_000) }
    if whole < 0, rest > 0 { (whole, rest) = (whole + 1, rest - 1_000_000_000) }
    let (scaled, tooLong) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    guard !tooLong, !scaled.addingReportingOverflow(rest).overflow else { return nil }
    self.seconds = whole
    self.nanos = Int32(rest)
  }

  /// The order of length.
  package static func < (left: CELDuration, right: CELDuration) -> Bool {
    left.seconds == right.seconds ? left.nanos < right.nanos : left.seconds < right.seconds
  }

  /// The sum, or nil when it is out of range.
  package func adding(_ other: CELDuration) -> CELDuration? {
    CELDuration(seconds: seconds + other.seconds, nanos: Int64(nanos) + Int64(other.nanos))
  }

  /// The difference, or nil when it is out of range.
  package func subtracting(_ other: CELDuration) -> CELDuration? {
    CELDuration(seconds: seconds - other.seconds, nanos: Int64(nanos) - Int64(other.nanos))
  }

  /// The same length in the other direction, or nil when it is out of range.
  package var negated: CELDuration? { CELDuration(seconds: -seconds, nanos: -Int64(nanos)) }
}
