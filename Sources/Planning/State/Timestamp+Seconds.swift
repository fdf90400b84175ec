package import Resources

extension Timestamp {
  /// A time in whole seconds; one that does not fit is the nearest that does.
  package init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    self.init(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  /// Whole seconds, rounded down.
  package var seconds: Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The time `duration` later; one that does not fit is the nearest that does.
  package func advanced(by duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return Timestamp(nanoseconds: seconds < 0 ? .min : .max) }
    let (sum, isTooLarge) = nanoseconds.addingReportingOverflow(
      whole + attoseconds / 1_000_000_000)
    return Timestamp(nanoseconds: isTooLarge ? (seconds < 0 ? .min : .max) : sum)
  }
}
