package import TimeZones

/// One time at which a schedule fires.
package struct Occurrence: Hashable, Sendable {
  /// When it fires, in seconds since 1970-01-01T00:00:00Z.
  package let instant: Int64
  /// The local time that is meant, in seconds since 1970-01-01T00:00:00 on the zone's clocks.
  ///
  /// Differs from what clocks show at `instant` only where clocks never show it.
  package let nominal: Int64
  /// How far clocks are from UTC at `instant`, in seconds east of it.
  package let offset: Int
  /// Whether clocks had shown the local time before: 0 for the first time, 1 for a later one.
  package let fold: Int
  /// What a change of the clocks did to it; nil where none did.
  package let effect: ClockEffect?

  package init(instant: Int64, nominal: Int64, offset: Int, fold: Int, effect: ClockEffect?) {
    self.instant = instant
    self.nominal = nominal
    self.offset = offset
    self.fold = fold
    self.effect = effect
  }

  /// What calendar and clocks show when it fires.
  package var local: CivilTime { CivilTime(localSeconds: instant + Int64(offset)) }
  /// What it is meant for.
  package var nominalTime: CivilTime { CivilTime(localSeconds: nominal) }
}

/// What a change of the clocks did to a time that fires.
package enum ClockEffect: Hashable, Sendable {
  /// Clocks skip the time, so it fires right after the gap, and so many more with it.
  case gapShifted(merged: Int)
  /// So many times that clocks skip fire with this one, which comes right after the gap.
  case mergedGap(Int)
  /// Clocks show the time again, and it fires again.
  case repeatedFold
  /// Clocks will show the time again, but then it will not fire.
  case skippedFold
}

/// A time that a change of the clocks keeps from firing by itself.
package struct SuppressedOccurrence: Hashable, Sendable {
  package enum Verdict: String, Hashable, Sendable {
    /// Clocks skip it, and so it is lost.
    case skippedGap
    /// Clocks skip it, and it fires together with another one right after the gap.
    case mergedGap
    /// Clocks show it again, and it had already fired.
    case skippedFold
  }

  /// When clocks show it, or the end of the gap in which they do not.
  package let instant: Int64
  /// The local time that is meant, in seconds since 1970-01-01T00:00:00 on the zone's clocks.
  package let nominal: Int64
  /// 1 for a time that clocks show again, else 0.
  package let fold: Int
  package let verdict: Verdict
}
