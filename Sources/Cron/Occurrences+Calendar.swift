internal import TimeZones

extension Occurrences {
  /// Makes the span around `instant` the one that is looked at.
  @inline(__always)
  mutating func enter(_ instant: Int64) {
    if !stretch.contains(instant) { look(at: instant) }
  }

  @inline(never)
  private mutating func look(at instant: Int64) {
    let span = zone.span(at: instant, &stretch.cursor)
    var new = ClockStretch()
    new.start = span.start
    new.end = span.end
    new.offset = span.offset
    new.localEnd = span.localEnd
    new.reachedLocal = span.reachedLocal
    new.from = repeatsFold ? span.localStart : max(span.localStart, span.reachedLocal)
    if span.end != .max {
      var cursor = stretch.cursor
      let next = zone.span(at: span.end, &cursor)
      if next.localStart < span.localEnd { new.repeatsFrom = next.localStart }
    }
    if shiftsGap, span.start != .min, span.reachedLocal < span.localStart, !neverFires,
      let first = search.next(from: span.reachedLocal), first < span.localStart
    {
      new.gapFirst = first
      new.gapCount = search.count(from: first, to: span.localStart)
    }
    new.cursor = stretch.cursor
    stretch = new
  }

  mutating func nextOnCalendar(_ instant: Int64) -> Occurrence? {
    enter(instant)
    var instant = instant
    var from = Int64.max
    var found = Int64.min
    while true {
      if stretch.gapCount > 0, instant == stretch.start { return afterGap() }
      let local = max(instant + stretch.offset, stretch.from)
      // Between `from` and `found` nothing fits, so another search would end there too.
      if local < from || local > found {
        guard let next = search.next(from: local) else { return nil }
        found = next
      }
      from = local
      if found < stretch.localEnd { return regular(found) }
      guard stretch.end <= Self.instants.upperBound else { return nil }
      instant = Self.resume(instant, stretch.end, found)
      enter(instant)
    }
  }

  /// Where to go on after a span without a time, when the next local time that fits is `found`.
  ///
  /// Offsets are at most 26 hours, so a span that begins more than 4 days after `instant` shows no
  /// local time of before it, and one that ends 4 days before `found` does not come so far.
  private static func resume(_ instant: Int64, _ end: Int64, _ found: Int64) -> Int64 {
    let margin: Int64 = 4 * 86_400
    return end - instant > margin ? max(end, found - margin) : end
  }

  mutating func previousOnCalendar(_ instant: Int64) -> Occurrence? {
    enter(instant)
    var instant = instant
    var from = Int64.min
    var found = Int64.max
    while true {
      let local = instant + stretch.offset
      if local > from || local < found {
        guard let previous = search.previous(from: local) else { return nil }
        found = previous
      }
      from = local
      if found >= stretch.from {
        let isGapEnd = stretch.gapCount > 0 && found - stretch.offset == stretch.start
        return isGapEnd ? afterGap() : regular(found)
      }
      if stretch.gapCount > 0 { return afterGap() }
      guard stretch.start > Self.instants.lowerBound else { return nil }
      instant = stretch.start - 1
      enter(instant)
    }
  }

  /// The time at the end of a gap for those in it.
  private mutating func afterGap() -> Occurrence {
    let local = stretch.start + stretch.offset
    let fitsItself = search.next(from: local) == local
    return Occurrence(
      instant: stretch.start, nominal: fitsItself ? local : stretch.gapFirst,
      offset: Int(stretch.offset), fold: 0,
      effect: fitsItself
        ? .mergedGap(stretch.gapCount) : .gapShifted(merged: stretch.gapCount - 1))
  }

  private func regular(_ local: Int64) -> Occurrence {
    let isRepeated = local < stretch.reachedLocal
    let willBeSkipped = local >= stretch.repeatsFrom && !repeatsFold
    return Occurrence(
      instant: local - stretch.offset, nominal: local, offset: Int(stretch.offset),
      fold: isRepeated ? 1 : 0,
      effect: isRepeated ? .repeatedFold : willBeSkipped ? .skippedFold : nil)
  }
}
