/// What a change of a schedule does to its fire times in the near future.
package struct FireImpact: Hashable, Sendable {
  /// How often it would have fired, and how often it will now.
  package let oldCount: Int
  package let newCount: Int
  /// Times at which it fires now and would not have.
  package let gained: Int
  /// Times at which it would have fired and does not now.
  package let lost: Int
  /// How many times of both are the same on the clocks, only at another instant.
  ///
  /// Because of another zone, or another rule around a clock change. They count as gained and as
  /// lost too.
  package let moved: Int
  /// The first instant at which only one of the two fires; nil where there is none.
  package let firstDifference: Difference?
  /// Up to where both were looked at.
  ///
  /// Where that is before the horizon's end, the counts are "more than".
  package let comparedUntil: Int64
  /// Whether there are more times than were compared.
  package let isTruncated: Bool

  package struct Difference: Hashable, Sendable {
    package let occurrence: Occurrence
    /// Whether the new schedule fires then, else the old one.
    package let isGained: Bool
  }

  /// Seven days.
  package static let horizon: Int64 = 7 * 86_400
  /// How many times of a schedule are compared.
  package static let limit = 100_000

  /// Compares what fires after `instant` within `horizon` seconds; nil stands for no schedule.
  package init(
    from old: ScheduleTimes?, to new: ScheduleTimes?, after instant: Int64,
    horizon: Int64 = FireImpact.horizon, limit: Int = FireImpact.limit,
  ) {
    let limits = Occurrences.instants
    let start = min(max(instant, limits.lowerBound), limits.upperBound) + 1
    let end = start + min(max(horizon, 0), limits.upperBound)
    func times(_ schedule: ScheduleTimes?) -> (occurrences: [Occurrence], until: Int64) {
      var schedule = schedule
      return schedule?.firing(from: start, until: end, limit: max(limit, 0)) ?? ([], end)
    }
    let (before, after) = (times(old), times(new))
    let reached = min(before.until, after.until)
    let oldTimes = before.occurrences.prefix { $0.instant < reached }
    let newTimes = after.occurrences.prefix { $0.instant < reached }
    var lost: [Occurrence] = []
    var gained: [Occurrence] = []
    Self.compare(oldTimes, newTimes, { $0.instant }, { lost.append($0) }, { gained.append($0) })
    var lostForGood = 0
    Self.compare(
      lost.sorted { $0.nominal < $1.nominal }[...], gained.sorted { $0.nominal < $1.nominal }[...],
      { $0.nominal }, { _ in lostForGood += 1 }, { _ in })
    oldCount = oldTimes.count
    newCount = newTimes.count
    self.gained = gained.count
    self.lost = lost.count
    moved = lost.count - lostForGood
    let differences =
      lost.prefix(1).map { Difference(occurrence: $0, isGained: false) }
      + gained.prefix(1).map { Difference(occurrence: $0, isGained: true) }
    firstDifference = differences.min { $0.occurrence.instant < $1.occurrence.instant }
    comparedUntil = reached
    isTruncated = reached < min(end, limits.upperBound)
  }

  /// Walks two ascending lists, and tells what only the first and only the second has.
  private static func compare(
    _ a: ArraySlice<Occurrence>, _ b: ArraySlice<Occurrence>, _ key: (Occurrence) -> Int64,
    _ onlyFirst: (Occurrence) -> Void, _ onlySecond: (Occurrence) -> Void,
  ) {
    var (i, j) = (a.startIndex, b.startIndex)
    while i < a.endIndex || j < b.endIndex {
      let left = i < a.endIndex ? key(a[i]) : Int64.max
      let right = j < b.endIndex ? key(b[j]) : Int64.max
      if left < right { onlyFirst(a[i]) }
      if right < left { onlySecond(b[j]) }
      if left <= right { i += 1 }
      if right <= left { j += 1 }
    }
  }
}
