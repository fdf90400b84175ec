internal import Cron
internal import Resources
internal import TimeZones

extension ScheduleMachine {
  /// Where a schedule stands when it begins.
  static func beginning(
    of definition: ScheduleDefinition, at now: Timestamp, previous: ScheduleCursor?,
    ledger: LedgerEnd?, _ zoneDataVersion: String,
  ) -> ScheduleCursor {
    var start = ScheduleClock.second(now)
    if let previous { start = max(start, previous.decidedThrough) }
    if let ledger { start = max(start, ledger.instant) }
    let reached = Reached(definition, at: start)
    var cursor = ScheduleCursor(
      schedule: definition.name, digest: definition.digest, decidedThrough: start,
      nominalThrough: reached.first, repeatedThrough: reached.again,
      zoneDataVersion: zoneDataVersion, pause: previous?.pause)
    let older = previous.map { Older($0) } ?? ledger.map { Older($0) }
    if let older {
      cursor.repetition = older.repetition(after: reached)
      // Without a repetition only keys like these could come twice.
      if cursor.repetition == older.repetition {
        cursor.repeatedThrough = max(cursor.repeatedThrough, older.again)
      }
    }
    return cursor
  }

  /// The nominal times that clocks have come to, at some instant.
  private struct Reached {
    /// The latest one.
    var first: Int64
    /// The latest of those that are shown for the second time; `Int64.min` for none now.
    var again = Int64.min

    init(_ definition: ScheduleDefinition, at instant: Int64) {
      guard definition.timing == .wallClock else {
        first = instant
        return
      }
      var cursor = ZoneCursor()
      let span = definition.times.occurrences.zone.span(at: instant, &cursor)
      let local = instant + span.offset
      first = local
      if local < span.reachedLocal {
        again = local
        first = span.reachedLocal - 1
      }
    }
  }

  /// What was decided with other content.
  private struct Older {
    /// How far clocks of one zone are behind those of another at most.
    private static let reach = Int64(2 * ZoneOffset.limit)

    var first: Int64
    var again: Int64
    var repetition: ScheduleCursor.Repetition?

    init(_ cursor: ScheduleCursor) {
      first = cursor.nominalThrough
      again = cursor.repeatedThrough
      repetition = cursor.repetition
    }

    init(_ ledger: LedgerEnd) {
      first = ledger.nominal
      again = ledger.fold > 0 ? ledger.nominal : .min
      if ledger.fold > 1 {
        repetition = ScheduleCursor.Repetition(
          fold: ledger.fold / 2 * 2, through: ledger.nominal)
      }
    }

    /// What keeps rows apart where clocks that have come to `reached` will show older times again.
    func repetition(after reached: Reached) -> ScheduleCursor.Repetition? {
      let limit = reached.again == .min ? reached.first : reached.again
      // Rows of a repetition that is over stay, and clocks further west could show their times.
      let still = repetition.flatMap { $0.through > limit - Self.reach ? $0 : nil }
      guard first > reached.first || again > limit else { return still }
      return ScheduleCursor.Repetition(
        fold: (still?.fold ?? 0) + 2, through: max(first, again, still?.through ?? .min))
    }
  }
}
