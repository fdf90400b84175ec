package import TimeZones

/// The times at which a schedule fires: from any moment on, forward and back.
///
/// Every answer depends on the question alone, never on an earlier one; what is remembered only
/// makes the next answer fast. So whoever starts later finds the same times. Between the years 1
/// and 9999; a time beyond is not found.
package struct Occurrences: Sendable {
  enum Timing: Sendable {
    case calendar
    case every(nanoseconds: Int64, anchor: Int64)
    case at(Int64)
  }

  package let zone: Zone
  let timing: Timing
  /// Whether no day of any year fits.
  package let neverFires: Bool
  let shiftsGap: Bool
  let repeatsFold: Bool
  var search: CronSearch
  var stretch: ClockStretch

  /// The times of a cron expression on the clocks of `zone`.
  ///
  /// Resolve `H` before, by ``CronExpression/hashed(by:)``; what is left of it here is resolved by
  /// an empty name. `@every` counts from 1970-01-01T00:00:00Z.
  package init(
    _ expression: CronExpression, in zone: Zone, clockRule: ClockRule = .vixie,
    days: CronDayRule = .or,
  ) {
    let expression = expression.hashed(by: "")
    switch expression.timing {
    case .every(let nanoseconds): self.init(everyNanoseconds: nanoseconds, in: zone)
    case .calendar(let calendar):
      self.init(
        .calendar, zone, neverFires: expression.neverFires(days: days),
        shiftsGap: clockRule.shiftsGap(calendar), repeatsFold: clockRule.repeatsFold(calendar),
        CronSearch(calendar, days))
    }
  }

  /// The times that are a multiple of an interval after `anchor`, forward and back.
  ///
  /// The anchor is in seconds since 1970-01-01T00:00:00Z. So `6h` is 00:00, 06:00, 12:00 and 18:00
  /// in UTC, on every machine and after every restart. Fractions of a second are cut off. An
  /// interval shorter than a second is taken for a second.
  package init(everyNanoseconds nanoseconds: Int64, anchor: Int64 = 0, in zone: Zone = .utc) {
    let limits = Self.instants
    self.init(
      .every(
        nanoseconds: max(nanoseconds, 1_000_000_000),
        anchor: min(max(anchor, limits.lowerBound), limits.upperBound)), zone)
  }

  /// One time.
  package init(at instant: Int64, in zone: Zone = .utc) { self.init(.at(instant), zone) }

  private init(
    _ timing: Timing, _ zone: Zone, neverFires: Bool = false, shiftsGap: Bool = false,
    repeatsFold: Bool = true, _ search: CronSearch = CronSearch(CronCalendar(), .or),
  ) {
    self.timing = timing
    self.zone = zone
    self.neverFires = neverFires
    self.shiftsGap = shiftsGap
    self.repeatsFold = repeatsFold
    self.search = search
    stretch = ClockStretch()
  }

  /// The times that are looked at: all that have a local time of the years 1 to 9999 in any zone.
  package static let instants: ClosedRange<Int64> = {
    let first = Civil.days(year: CronSearch.years.lowerBound, month: 1, day: 3)
    let last = Civil.days(year: CronSearch.years.upperBound, month: 12, day: 30)
    return Int64(first) * 86_400...Int64(last) * 86_400
  }()

  /// The first time after `instant`, or, where inclusive, at it; nil where there is none.
  package mutating func next(after instant: Int64, inclusive: Bool = false) -> Occurrence? {
    guard instant <= Self.instants.upperBound else { return nil }
    let from = max(inclusive ? instant : instant + 1, Self.instants.lowerBound)
    switch timing {
    case .calendar: return neverFires ? nil : nextOnCalendar(from)
    case .every(let nanoseconds, let anchor):
      return Self.nextMultiple(nanoseconds, anchor, from).map { plain($0) }
    case .at(let time): return time >= from ? plain(time) : nil
    }
  }

  /// The last time before `instant`, or, where inclusive, at it; nil where there is none.
  package mutating func previous(before instant: Int64, inclusive: Bool = false) -> Occurrence? {
    guard instant >= Self.instants.lowerBound else { return nil }
    let from = min(inclusive ? instant : instant - 1, Self.instants.upperBound)
    switch timing {
    case .calendar: return neverFires ? nil : previousOnCalendar(from)
    case .every(let nanoseconds, let anchor):
      return Self.previousMultiple(nanoseconds, anchor, from).map { plain($0) }
    case .at(let time): return time <= from ? plain(time) : nil
    }
  }

  /// A time that clocks do not decide.
  private mutating func plain(_ instant: Int64) -> Occurrence {
    enter(instant)
    let nominal = instant + stretch.offset
    return Occurrence(
      instant: instant, nominal: nominal, offset: Int(stretch.offset),
      fold: nominal < stretch.reachedLocal ? 1 : 0, effect: nil)
  }
}

// MARK: Intervals

extension Occurrences {
  private static func nextMultiple(
    _ nanoseconds: Int64, _ anchor: Int64, _ from: Int64,
  ) -> Int64? {
    // The least k with anchor + floor(k * interval) >= from, so k * interval >= from - anchor.
    let step = Int128(nanoseconds)
    let distance = Int128(from - anchor) * 1_000_000_000
    let (quotient, rest) = distance.quotientAndRemainder(dividingBy: step)
    let instant = Self.multiple(rest > 0 ? quotient + 1 : quotient, step, anchor)
    return instants.contains(instant) ? instant : nil
  }

  private static func previousMultiple(
    _ nanoseconds: Int64, _ anchor: Int64, _ from: Int64,
  ) -> Int64? {
    // The greatest k with floor(k * interval) <= from - anchor, so k * interval < that + 1 s.
    let step = Int128(nanoseconds)
    let distance = Int128(from - anchor + 1) * 1_000_000_000 - 1
    let (quotient, rest) = distance.quotientAndRemainder(dividingBy: step)
    let instant = Self.multiple(rest < 0 ? quotient - 1 : quotient, step, anchor)
    return instants.contains(instant) ? instant : nil
  }

  private static func multiple(_ count: Int128, _ step: Int128, _ anchor: Int64) -> Int64 {
    let (seconds, rest) = (count * step).quotientAndRemainder(dividingBy: 1_000_000_000)
    return anchor + Int64(seconds) - (rest < 0 ? 1 : 0)
  }
}
