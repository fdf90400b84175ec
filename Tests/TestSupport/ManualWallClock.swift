import Engine
package import Resources
import Synchronization

/// A time of day that stands still until it is told to go on.
package final class ManualWallClock: WallClock {
  private let time: Mutex<Timestamp>

  /// Starts at 2026-01-05T12:00:00Z, a Monday.
  package init(_ time: Timestamp = Timestamp(nanoseconds: 1_767_614_400_000_000_000)) {
    self.time = Mutex(time)
  }

  package func now() -> Timestamp { time.withLock { $0 } }

  package func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    time.withLock { $0.nanoseconds += seconds * 1_000_000_000 + attoseconds / 1_000_000_000 }
  }

  package func advance(seconds: Int64) { advance(by: .seconds(seconds)) }
}
