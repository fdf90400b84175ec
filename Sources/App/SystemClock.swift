import Engine
import Foundation
import Glibc
package import Resources

/// The time of day of this machine.
package struct SystemClock: WallClock {
  package init() {}

  package func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}

/// Offsets of time zones, from the system's tzdata.
package enum ZoneOffsets {
  /// Seconds east of UTC; 0 for a zone that this machine does not have.
  @Sendable package static func offset(_ zone: String, _ seconds: Int64) -> Int {
    if zone == "UTC" { return 0 }
    return TimeZone(identifier: zone)?
      .secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) ?? 0
  }

  /// Seconds east of UTC; nil for a zone that this machine does not have.
  @Sendable package static func known(_ zone: String, _ seconds: Int64) -> Int? {
    TimeZone(identifier: zone) == nil ? nil : offset(zone, seconds)
  }
}
