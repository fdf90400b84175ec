package import Resources

/// How far a schedule has been decided: all that must survive a restart.
package struct ScheduleCursor: Hashable, Sendable {
  package var schedule: String
  /// The content that it was decided for.
  package var digest: Digest
  /// Every occurrence up to and with this instant has its verdict or is in `buffer`; in seconds
  /// since 1970-01-01T00:00:00Z.
  package var decidedThrough: Int64
  /// Due occurrences that wait for an execution to end, in order; at most
  /// ``ScheduleCursor/bufferLimit``.
  package var buffer: [Buffered]
  /// Somebody holds it beside git; nil where nobody does.
  package var pause: Pause?
  /// When there is something to decide next, jitter included; nil for never.
  package var nextDue: Timestamp?

  /// As many as Temporal has.
  package static let bufferLimit = 1000

  package struct Buffered: Hashable, Sendable {
    package var nominal: Int64
    package var fold: Int
    package var instant: Int64
    /// Whether it was missed, and is being caught up.
    package var isCatchUp: Bool

    package init(nominal: Int64, fold: Int, instant: Int64, isCatchUp: Bool) {
      self.nominal = nominal
      self.fold = fold
      self.instant = instant
      self.isCatchUp = isCatchUp
    }
  }

  package struct Pause: Hashable, Sendable {
    package var actor: String
    package var reason: String
    package var since: Timestamp
    /// When it ends by itself; nil for never.
    package var until: Timestamp?

    package init(actor: String, reason: String, since: Timestamp, until: Timestamp? = nil) {
      self.actor = actor
      self.reason = reason
      self.since = since
      self.until = until
    }
  }

  package init(
    schedule: String, digest: Digest, decidedThrough: Int64, buffer: [Buffered] = [],
    pause: Pause? = nil, nextDue: Timestamp? = nil,
  ) {
    self.schedule = schedule
    self.digest = digest
    self.decidedThrough = decidedThrough
    self.buffer = buffer
    self.pause = pause
    self.nextDue = nextDue
  }
}
