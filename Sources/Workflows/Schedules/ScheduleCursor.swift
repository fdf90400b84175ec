package import Resources

/// How far a schedule has been decided: all that must survive a restart.
///
/// With the rows of the ledger it is the whole state of ``ScheduleMachine``. Write it in the same
/// transaction as the rows that come with it.
package struct ScheduleCursor: Hashable, Sendable {
  package var schedule: String
  /// The content that it was decided for.
  package var digest: Digest
  /// Every occurrence up to and with this instant has its verdict or is in `buffer`; in seconds
  /// since 1970-01-01T00:00:00Z.
  package var decidedThrough: Int64
  /// The latest nominal time that has been decided, of those that clocks show for the first time.
  ///
  /// With new time zone data an occurrence may move to another instant. It is known by its nominal
  /// time, and so neither decided twice nor forgotten.
  package var nominalThrough: Int64
  /// As `nominalThrough`, of those that clocks show again.
  package var repeatedThrough: Int64
  /// Set where clocks of another zone show nominal times again that have been decided before, or
  /// could do so after one more change.
  package var repetition: Repetition?
  /// The version of the time zone data that it was decided with.
  package var zoneDataVersion: String
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
    /// When it should have started, jitter included.
    package var due: Timestamp
    /// Whether it was missed, and is being caught up.
    package var isCatchUp: Bool

    package init(nominal: Int64, fold: Int, instant: Int64, due: Timestamp, isCatchUp: Bool) {
      self.nominal = nominal
      self.fold = fold
      self.instant = instant
      self.due = due
      self.isCatchUp = isCatchUp
    }
  }

  /// What is added to the folds of nominal times that earlier content may have decided.
  ///
  /// After a change from Tokyo to New York, 09:00 of the same day comes again: another instant, and
  /// so another row. Its fold is 2 or 3 instead of 0 or 1.
  package struct Repetition: Hashable, Sendable {
    /// Even.
    package var fold: Int
    /// The latest nominal time that it concerns.
    package var through: Int64

    package init(fold: Int, through: Int64) {
      self.fold = fold
      self.through = through
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
    schedule: String, digest: Digest, decidedThrough: Int64, nominalThrough: Int64,
    repeatedThrough: Int64 = .min, repetition: Repetition? = nil, zoneDataVersion: String = "",
    buffer: [Buffered] = [], pause: Pause? = nil, nextDue: Timestamp? = nil,
  ) {
    self.schedule = schedule
    self.digest = digest
    self.decidedThrough = decidedThrough
    self.nominalThrough = nominalThrough
    self.repeatedThrough = repeatedThrough
    self.repetition = repetition
    self.zoneDataVersion = zoneDataVersion
    self.buffer = buffer
    self.pause = pause
    self.nextDue = nextDue
  }
}

// MARK: Pausing

extension ScheduleCursor {
  /// Holds it from now on, or until `until`; a pause that holds it already only changes its end.
  ///
  /// What is decided meanwhile is skipped and not caught up; what waits in the buffer too.
  package mutating func pause(
    by actor: String, reason: String, at now: Timestamp, until: Timestamp? = nil,
  ) {
    let since = min(pause?.since ?? now, now)
    pause = Pause(actor: actor, reason: reason, since: since, until: until)
  }

  /// Ends a pause: what is due from `now` on runs, what was due before is skipped.
  ///
  /// The pause stays as an ended one until all that was due in it has its verdict.
  package mutating func resume(at now: Timestamp) {
    guard let end = pause?.until, end <= now else {
      pause?.until = now
      return
    }
  }
}
