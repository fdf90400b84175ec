/// Where a run is on its way.
package enum RunState: String, Hashable, Sendable, CaseIterable {
  /// Waits: for approval, admission, its wave, its place, its time.
  case queued
  /// Was given to the probe; it may have started.
  case pending
  /// Has started.
  case running
  case success, failed, canceled, denied, timedOut
  /// Nobody knows what became of it.
  case lost
  /// Did not start, and will not; the reason says why.
  case skipped

  /// Whether nothing changes it any more.
  package var isTerminal: Bool { self != .queued && self != .pending && self != .running }

  /// Whether a run may go from here to `next`; a state in which it ended is for ever.
  package func canBecome(_ next: RunState) -> Bool {
    switch self {
    case .queued: next == .pending || next == .canceled || next == .denied || next == .skipped
    case .pending: next != .queued && next != .pending
    case .running:
      next == .success || next == .failed || next == .canceled || next == .timedOut || next == .lost
    case .success, .failed, .canceled, .denied, .timedOut, .lost, .skipped: false
    }
  }
}

/// The exit codes of runs that were skipped, as the probes of kanade have them.
package enum SkipCode {
  /// Another version of the job is live than the one that was asked for.
  package static let version: Int32 = 124
  /// It is too late to start.
  package static let deadline: Int32 = 125
  /// The job is revoked.
  package static let revoked: Int32 = 126
  /// The probe has not heard of the server for too long.
  package static let staleness: Int32 = 127
}
