package import Resources

extension JobDefinition.RetryRule {
  /// How long to wait after the attempt `attempt`: initial · multiplier^(attempt - 1), capped.
  ///
  /// In whole nanoseconds, each step rounded down, with the multiplier in millionths: the same on
  /// every machine. Nothing overflows; a multiplier that is less than one, or no number, is one.
  package func delay(after attempt: Int) -> TimeSpan {
    let cap = UInt64(max(0, (longest ?? .longest).nanoseconds))
    var delay = min(cap, UInt64(max(0, initial.nanoseconds)))
    guard multiplier > 1, attempt > 1 else { return TimeSpan(nanoseconds: Int64(delay)) }
    let million: UInt64 = 1_000_000
    let factor = multiplier < 1_000_000 ? UInt64((multiplier * 1_000_000).rounded()) : 1 << 40
    for _ in 1..<attempt {
      let product = delay.multipliedFullWidth(by: factor)
      guard product.high < million else { return TimeSpan(nanoseconds: Int64(cap)) }
      let next = min(cap, million.dividingFullWidth(product).quotient)
      if next == delay { break }
      delay = next
    }
    return TimeSpan(nanoseconds: Int64(delay))
  }

  /// Whether a run that ended so is of a kind that is tried again; one that was lost never is by
  /// this alone.
  package func covers(_ run: Run) -> Bool {
    switch (run.state, run.reason) {
    case (.timedOut, _): on?.timeouts ?? true
    case (.failed, .signal): on?.signals ?? true
    case (.failed, .exitCode), (.failed, .condition):
      on.map { causes in
        run.exitCode.map { code in causes.exitCodes.contains { $0.contains(code) } } ?? false
      } ?? true
    case (.failed, .unstartable): on == nil
    default: false
    }
  }
}

extension Timestamp {
  /// The instant `span` later; the last one there is where that is later.
  func later(by span: TimeSpan) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflow ? (span < .zero ? .min : .max) : sum)
  }
}
