internal import TimeZones

extension Occurrences {
  /// The times that clock changes keep from firing, from `first` to `last`, both inclusive.
  ///
  /// In order of the instants; at most `limit` of them.
  package mutating func suppressed(
    from first: Int64, through last: Int64, limit: Int,
  ) -> [SuppressedOccurrence] {
    guard case .calendar = timing, !neverFires else { return [] }
    var instant = max(first, Self.instants.lowerBound)
    let last = min(last, Self.instants.upperBound)
    var result: [SuppressedOccurrence] = []
    while instant <= last, result.count < limit {
      enter(instant)
      if stretch.start >= first { appendGap(limit, &result) }
      if !repeatsFold { appendFold(first, last, limit, &result) }
      guard stretch.end <= last else { break }
      instant = stretch.end
    }
    return result
  }

  /// The times in the gap before the current span, without the one that stands for them.
  private mutating func appendGap(_ limit: Int, _ result: inout [SuppressedOccurrence]) {
    let end = stretch.start + stretch.offset
    var local = stretch.reachedLocal
    guard local != .min, local < end else { return }
    if shiftsGap, stretch.gapCount > 0, search.next(from: end) != end {
      local = stretch.gapFirst + 1
    }
    while result.count < limit, let next = search.next(from: local), next < end {
      result.append(
        SuppressedOccurrence(
          instant: stretch.start, nominal: next, fold: 0,
          verdict: shiftsGap ? .mergedGap : .skippedGap))
      local = next + 1
    }
  }

  /// The times that clocks show again in the current span.
  private mutating func appendFold(
    _ first: Int64, _ last: Int64, _ limit: Int, _ result: inout [SuppressedOccurrence],
  ) {
    guard stretch.start != .min else { return }
    var local = max(stretch.start, first) + stretch.offset
    let end = min(min(stretch.from, stretch.localEnd), last + stretch.offset + 1)
    while result.count < limit, let next = search.next(from: local), next < end {
      result.append(
        SuppressedOccurrence(
          instant: next - stretch.offset, nominal: next, fold: 1, verdict: .skippedFold))
      local = next + 1
    }
  }
}
