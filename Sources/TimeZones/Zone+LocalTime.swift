extension Zone {
  /// What a local time is in UTC.
  package enum LocalTime: Hashable, Sendable {
    /// Clocks show it once, at this instant.
    case unique(Int64)
    /// Clocks never show it: at `transition` they skip it, going on from the offset `before`, in
    /// seconds, to `after`.
    case gap(before: Int, after: Int, transition: Int64)
    /// Clocks show it twice, or, where changes are hours apart, more often: the first and the last.
    case fold(earlier: Int64, later: Int64)
  }

  /// When clocks show `local`, in seconds since 1970-01-01T00:00:00 on the same clock.
  package func instants(ofLocal local: Int64) -> LocalTime {
    var cursor = ZoneCursor()
    return instants(ofLocal: local, &cursor)
  }

  /// When clocks show `local`, faster where `cursor` comes from a lookup near it.
  package func instants(ofLocal local: Int64, _ cursor: inout ZoneCursor) -> LocalTime {
    let margin = Int64(2 * ZoneOffset.limit)
    let limits = Self.instants.lowerBound + margin...Self.instants.upperBound - margin
    let local = min(max(local, limits.lowerBound), limits.upperBound)
    var span = span(at: local - offsetRange.upperBound, &cursor)
    var earlier: Int64?
    var later: Int64?
    var gap: LocalTime?
    while true {
      if local >= span.localStart, local < span.localEnd {
        earlier = earlier ?? local - span.offset
        later = local - span.offset
      }
      guard span.end <= local - offsetRange.lowerBound else { break }
      let next = self.span(at: span.end, &cursor)
      if local >= span.localEnd, local < next.localStart {
        gap = .gap(before: Int(span.offset), after: Int(next.offset), transition: span.end)
      }
      span = next
    }
    guard let earlier, let later else { return gap ?? .unique(local - span.offset) }
    return earlier == later ? .unique(earlier) : .fold(earlier: earlier, later: later)
  }
}
