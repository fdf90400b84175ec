internal import CProcess
internal import Glibc

/// A reading of the clock that nobody sets and that stands still while the machine sleeps.
struct MonotonicTime: Comparable, Hashable, Sendable {
  var nanoseconds: UInt64

  static var now: Self {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Self(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

  /// A time after this one; no more than about a hundred years after it.
  static func + (time: Self, duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    let bounded = UInt64(min(max(seconds, 0), 3_000_000_000))
    let part = seconds < 0 ? 0 : UInt64(max(attoseconds, 0)) / 1_000_000_000
    return Self(nanoseconds: time.nanoseconds + bounded * 1_000_000_000 + part)
  }

  static func - (a: Self, b: Self) -> Duration {
    a < b
      ? .nanoseconds(-Int64(clamping: b.nanoseconds - a.nanoseconds))
      : .nanoseconds(Int64(clamping: a.nanoseconds - b.nanoseconds))
  }
}
