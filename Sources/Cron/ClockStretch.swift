internal import TimeZones

/// A span of a zone, with what it means to a cron expression.
struct ClockStretch: Sendable {
  var cursor = ZoneCursor()
  /// The first second in UTC, and the first one after it.
  var start: Int64 = 0
  var end: Int64 = 0
  /// Seconds east of UTC.
  var offset: Int64 = 0
  /// The first local time that may fire.
  var from: Int64 = 0
  /// The first local time after it.
  var localEnd: Int64 = 0
  /// Local times before this one are shown again.
  var reachedLocal: Int64 = .min
  /// Local times from this one on will be shown again.
  var repeatsFrom: Int64 = .max
  /// The first time that fits in the gap before it, and how many there are; 0 where none fires.
  var gapFirst: Int64 = 0
  var gapCount = 0

  func contains(_ instant: Int64) -> Bool { instant >= start && instant < end }
}
