package import Resources

/// Decides what schedules start: pure, so that a decision which was lost is made again just so.
///
/// Call ``decide(_:_:_:now:zoneDataVersion:)`` when `nextDue` of the cursor has come, when an
/// execution of the schedule ends, and when its pause, its hold or the time zone data change. Write
/// all of the decision in one transaction, or none of it. Then, whatever crashes, and whatever the
/// clock does:
///
/// - Each nominal occurrence after the beginning gets one verdict, and no second one.
/// - At most one execution starts for it, with an identifier that depends on nothing else.
/// - Nothing fires for the time before a schedule was made or changed.
///
/// A clock that is set back fires nothing again: nothing happens until it comes to where it was. A
/// clock that is set forward, a machine that slept and a server that was down look the same: due
/// occurrences that nobody decided. Up to ``onTime`` after they were due, they count as on time.
/// Later they are missed: the schedule says how many of the latest still run, with the verdict
/// `late` and those included that are on time now, and the others are lost. What waited for an
/// execution to end is `late` too.
package enum ScheduleMachine {
  /// How long after it was due an occurrence may be decided without counting as missed.
  package static let onTime = TimeSpan.seconds(30)
  /// How many occurrences get rows of their own in one decision, the latest ones.
  ///
  /// Where more were missed, older ones share rows, one for each verdict. Besides those, a decision
  /// has rows for what waited in the buffer, and up to so many for times that clocks skip.
  package static let rowLimit = 1000
  /// How many occurrences share a row at most, and how far back missed ones are looked for.
  package static let foldLimit = 100_000

  /// How far the rows of a schedule go: the greatest value of each column.
  package struct LedgerEnd: Hashable, Sendable {
    package var instant: Int64
    package var nominal: Int64
    package var fold: Int

    package init(instant: Int64, nominal: Int64, fold: Int) {
      self.instant = instant
      self.nominal = nominal
      self.fold = fold
    }
  }

  /// Decides what is due at `now`.
  ///
  /// The definition changes only in what it remembers to be fast. Where its digest is not that of
  /// the cursor, the schedule begins anew at `now`; see
  /// ``begin(_:at:previous:ledger:zoneDataVersion:)``.
  package static func decide(
    _ definition: inout ScheduleDefinition, _ cursor: ScheduleCursor, _ activity: ScheduleActivity,
    now: Timestamp, zoneDataVersion: String,
  ) -> ScheduleDecision {
    guard cursor.digest == definition.digest else {
      return begin(&definition, at: now, previous: cursor, zoneDataVersion: zoneDataVersion)
    }
    var pass = SchedulePass(definition, cursor, activity, now)
    if cursor.zoneDataVersion != zoneDataVersion { pass.follow(zoneDataVersion) }
    pass.walk()
    pass.settle()
    pass.finish()
    definition.times = pass.times
    return pass.decision
  }

  /// Begins a schedule that is new, or whose content has changed, at `now`.
  ///
  /// It fires for nothing that was due until `now`. A changed schedule keeps its pause; what waited
  /// in its buffer gets its verdict and does not run. Where the content is the same, nothing
  /// changes. To have verdicts for what was due before a change, decide with the old content first.
  ///
  /// - Parameters:
  ///   - previous: Where it stood with other content; nil for a new one.
  ///   - ledger: How far the rows under this name go, those of ``end(_:at:reason:)`` included; only
  ///     for a new schedule, in case it was deleted and made again.
  package static func begin(
    _ definition: inout ScheduleDefinition, at now: Timestamp, previous: ScheduleCursor?,
    ledger: LedgerEnd? = nil, zoneDataVersion: String,
  ) -> ScheduleDecision {
    if let previous, previous.digest == definition.digest {
      return ScheduleDecision(cursor: previous)
    }
    let cursor = beginning(
      of: definition, at: now, previous: previous, ledger: ledger, zoneDataVersion)
    var pass = SchedulePass(definition, cursor, ScheduleActivity(), now)
    pass.walk()
    pass.finish()
    definition.times = pass.times
    var decision = pass.decision
    if let previous {
      decision.records += end(previous, at: now, reason: "the schedule changed while it waited")
    }
    return decision
  }

  /// The verdicts of what waits in the buffer of a schedule that is deleted or changed.
  package static func end(
    _ cursor: ScheduleCursor, at now: Timestamp,
    reason: String = "the schedule was deleted while it waited",
  ) -> [OccurrenceRecord] {
    cursor.buffer.map {
      OccurrenceRecord(
        schedule: cursor.schedule, nominal: $0.nominal, fold: $0.fold, instant: $0.instant,
        verdict: .skippedOverlap, reason: reason, decidedAt: now,
        zoneDataVersion: cursor.zoneDataVersion)
    }
  }
}
