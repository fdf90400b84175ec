internal import TimeZones

/// When a schedule fires, with all that holds it back except other runs.
package struct ScheduleTimes: Sendable {
  /// The times by clock and calendar alone.
  package private(set) var occurrences: Occurrences
  /// The first second at which it counts; nil where it always has.
  package var activeFrom: Int64?
  /// The first second at which it no longer counts; nil where it does for ever.
  package var activeUntil: Int64?
  /// Where there are any, it fires in one of them only, on the clocks of the zone.
  package var windows: [FireWindow] = []
  /// Days on which it does not fire, on the clocks of the zone; in days since 1970-01-01.
  package var skipDates: Set<Int> = []
  /// Whether it is held.
  package var isSuspended = false

  package init(_ occurrences: Occurrences) { self.occurrences = occurrences }

  /// Why a time does not fire.
  package enum Exclusion: String, Hashable, Sendable {
    case suspended, outsideActive, skipDate, outsideWindows
  }

  /// The first time by clock and calendar after `instant`, or, where inclusive, at it.
  package mutating func next(
    after instant: Int64, inclusive: Bool = false,
  ) -> (occurrence: Occurrence, exclusion: Exclusion?)? {
    occurrences.next(after: instant, inclusive: inclusive).map { ($0, exclusion(of: $0)) }
  }

  /// What keeps an occurrence from firing; where it is more than one thing, the first of them.
  ///
  /// Windows and dates are judged by what clocks show when it fires. So a time that a clock change
  /// moved to the next day belongs to that day.
  package func exclusion(of occurrence: Occurrence) -> Exclusion? {
    if isSuspended { return .suspended }
    let instant = occurrence.instant
    if activeFrom.map({ instant < $0 }) ?? false || activeUntil.map({ instant >= $0 }) ?? false {
      return .outsideActive
    }
    guard !skipDates.isEmpty || !windows.isEmpty else { return nil }
    let local = instant + Int64(occurrence.offset)
    if !skipDates.isEmpty, skipDates.contains(Civil.split(local).day) { return .skipDate }
    if !windows.isEmpty, !windows.contains(where: { $0.contains(local) }) { return .outsideWindows }
    return nil
  }

  /// What clock changes keep from firing; see ``Occurrences/suppressed(from:through:limit:)``.
  package mutating func suppressed(
    from first: Int64, through last: Int64, limit: Int,
  ) -> [SuppressedOccurrence] {
    occurrences.suppressed(from: first, through: last, limit: limit)
  }

  /// The occurrences that fire from `start` up to but without `end`.
  ///
  /// Stops after `limit` of them, and after looking at ten times as many; `until` says how far it
  /// came: all before it are there.
  package mutating func firing(
    from start: Int64, until end: Int64, limit: Int,
  ) -> (occurrences: [Occurrence], until: Int64) {
    let first = max(start, activeFrom ?? start)
    let end = max(start, min(end, Occurrences.instants.upperBound))
    let last = min(end, activeUntil ?? end)
    guard !isSuspended, first < last else { return ([], end) }
    var result: [Occurrence] = []
    var at = first
    var isInclusive = true
    for _ in 0..<min(limit, 10_000_000) * 10 {
      guard let next = occurrences.next(after: at, inclusive: isInclusive), next.instant < last
      else { return (result, end) }
      if exclusion(of: next) == nil {
        guard result.count < limit else { return (result, next.instant) }
        result.append(next)
      }
      at = next.instant
      isInclusive = false
    }
    return (result, at + 1)
  }
}
