package import Cron
package import Resources

/// What the scheduler needs to know of a schedule: its spec, typed.
package struct ScheduleDefinition: Sendable {
  package var name: String
  /// Of the canonical resource; a change begins anew, and never fires for the past.
  package var digest: Digest
  package var job: String
  package var times: ScheduleTimes
  /// What names its occurrences: `wallClock` for cron expressions, `elapsedTime` for `every` and
  /// `at`.
  package var timing: Timing
  package var mode: Mode
  /// After a success so long until it runs again there; nil for never.
  package var cooldown: TimeSpan?
  package var startingDeadline: TimeSpan?
  package var catchUpWindow: TimeSpan
  package var catchUpMax: Int
  package var overlap: Overlap
  package var jitter: TimeSpan

  package enum Timing: String, Hashable, Sendable, CaseIterable {
    /// The nominal time is what clocks show. Where new time zone data moves it, it moves with it.
    case wallClock
    /// The nominal time is the instant, and the fold 0, whatever clocks show.
    case elapsedTime
  }

  package enum Mode: String, Hashable, Sendable, CaseIterable {
    case everyTick, oncePerProbe, oncePerTarget
  }

  /// Temporal's six ways.
  package enum Overlap: String, Hashable, Sendable, CaseIterable {
    case skip, bufferOne, bufferAll, cancelOther, killOther, allowAll
  }

  package init(
    name: String, digest: Digest, job: String, times: ScheduleTimes, timing: Timing = .wallClock,
    mode: Mode = .everyTick, cooldown: TimeSpan? = nil, startingDeadline: TimeSpan? = nil,
    catchUpWindow: TimeSpan = .days(1), catchUpMax: Int = 1, overlap: Overlap = .skip,
    jitter: TimeSpan = .zero,
  ) {
    self.name = name
    self.digest = digest
    self.job = job
    self.times = times
    self.timing = timing
    self.mode = mode
    self.cooldown = cooldown
    self.startingDeadline = startingDeadline
    self.catchUpWindow = catchUpWindow
    self.catchUpMax = catchUpMax
    self.overlap = overlap
    self.jitter = jitter
  }
}
