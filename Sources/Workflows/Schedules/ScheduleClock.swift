internal import Resources

/// Arithmetic on times that cannot overflow.
enum ScheduleClock {
  /// Occurrences are looked at between these seconds: what a timestamp can say, with a margin.
  static let seconds: ClosedRange<Int64> = -9_200_000_000...9_200_000_000

  /// An instant in whole seconds.
  static func time(_ seconds: Int64) -> Timestamp {
    let limits = Self.seconds
    let seconds = min(max(seconds, limits.lowerBound), limits.upperBound)
    return Timestamp(nanoseconds: seconds * 1_000_000_000)
  }

  /// The last whole second that is not after `time`.
  static func second(_ time: Timestamp) -> Int64 {
    let (quotient, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? quotient - 1 : quotient
  }

  static func sum(_ time: Timestamp, _ span: TimeSpan) -> Timestamp {
    let (sum, overflows) = time.nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflows ? (span.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// How long after `first` it is, in nanoseconds.
  static func elapsed(from first: Timestamp, to last: Timestamp) -> TimeSpan {
    let (span, overflows) = last.nanoseconds.subtractingReportingOverflow(first.nanoseconds)
    return TimeSpan(nanoseconds: overflows ? (last < first ? .min : .max) : span)
  }
}
