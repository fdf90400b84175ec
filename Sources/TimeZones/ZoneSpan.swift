/// A time during which a zone's clocks run on without a change.
package struct ZoneSpan: Hashable, Sendable {
  /// Its first second in UTC; `Int64.min` where it has always been so.
  package let start: Int64
  /// The first second in UTC after it; `Int64.max` where it stays so.
  package let end: Int64
  /// Seconds east of UTC.
  package let offset: Int64
  /// The local time that clocks had reached before: the end of an earlier span, in local seconds.
  ///
  /// Local times of this span before it are shown for the second time, and where it lies before
  /// the span's first local time, those between never are. `Int64.min` in the first span.
  package let reachedLocal: Int64

  /// The first local time, in local seconds.
  package var localStart: Int64 { start == .min ? .min : start + offset }
  /// The local time at which the clocks change, in local seconds.
  package var localEnd: Int64 { end == .max ? .max : end + offset }
}

/// Where in a zone the last lookup ended: makes the next one near it fast.
///
/// Only a hint: any cursor is right for any zone and time.
package struct ZoneCursor: Sendable {
  var index = 0

  package init() {}
}
