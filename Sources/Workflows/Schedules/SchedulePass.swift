internal import Cron
internal import Resources
internal import TimeZones

/// One decision about one schedule, in the making.
struct SchedulePass {
  let definition: ScheduleDefinition
  let activity: ScheduleActivity
  let now: Timestamp
  let jitter: Jitter
  /// The last second that has begun.
  let second: Int64
  var times: ScheduleTimes
  var decision: ScheduleDecision
  /// What the overlap policy decides: first the buffer, then what is due now.
  var waiting: [ScheduleCursor.Buffered]
  /// How many of these have waited.
  var bufferedCount: Int
  /// The first instant at which times that clocks skip have no verdict yet.
  var suppressedFrom: Int64
  /// How many occurrences got their own rows or came to `waiting`.
  var taken = 0
  /// What happens to the missed ones; nil until there is one.
  var missed: MissedPlan?
  /// The rows that older ones share, while these are being looked at.
  var shared = SharedRows()
  /// The first occurrence that is not decided now, and when it is due.
  var upcoming: (occurrence: Occurrence, due: Timestamp)?

  typealias Found = (occurrence: Occurrence, exclusion: ScheduleTimes.Exclusion?)

  init(
    _ definition: ScheduleDefinition, _ cursor: ScheduleCursor, _ activity: ScheduleActivity,
    _ now: Timestamp,
  ) {
    self.definition = definition
    self.activity = activity
    self.now = now
    jitter = Jitter(definition)
    second = ScheduleClock.second(now)
    times = definition.times
    waiting = cursor.buffer
    bufferedCount = cursor.buffer.count
    suppressedFrom = cursor.decidedThrough + 1
    decision = ScheduleDecision(cursor: cursor)
    decision.cursor.buffer = []
  }

  var cursor: ScheduleCursor {
    get { decision.cursor }
    _modify { yield &decision.cursor }
  }

  /// Goes back to where clocks showed the last nominal time that was decided, by new zone data.
  ///
  /// What it has brought forward is decided now, what it has put off is not decided again. Where
  /// clocks turn out to have shown times again, those up to now are not made up for: something else
  /// was decided at their instants.
  mutating func follow(_ zoneDataVersion: String) {
    cursor.zoneDataVersion = zoneDataVersion
    guard definition.timing == .wallClock else { return }
    let instant: Int64 =
      switch times.occurrences.zone.instants(ofLocal: cursor.nominalThrough) {
      case .unique(let instant): instant
      case .fold(let earlier, _): earlier
      case .gap(_, _, let transition): transition - 1
      }
    cursor.decidedThrough = min(cursor.decidedThrough, instant)
    suppressedFrom = cursor.decidedThrough + 1
  }

  // MARK: What is due

  /// Gives each due occurrence its verdict, or puts it among those that wait.
  mutating func walk() {
    var next = next(after: cursor.decidedThrough)
    while let found = next {
      let instant = found.occurrence.instant
      guard instant <= second else {
        upcoming = (found.occurrence, due(found.occurrence))
        break
      }
      let following = self.next(after: instant)
      let due = due(found.occurrence, before: following?.occurrence.instant)
      guard due <= now else {
        upcoming = (found.occurrence, due)
        break
      }
      guard taken < ScheduleMachine.rowLimit, shared.count < ScheduleMachine.foldLimit else {
        decision.hasMore = true
        break
      }
      let age = ScheduleClock.elapsed(from: due, to: now)
      if age > ScheduleMachine.onTime, missed == nil { missed = planMissed() }
      takeSuppressed(upTo: found.occurrence)
      take(found, due, age)
      next = following
    }
    if !decision.hasMore {
      let end = min(second, (upcoming?.occurrence.instant ?? .max) - 1)
      takeSuppressed(through: end)
    }
    shareRows()
  }

  /// The first occurrence after `instant`; nil where there is none that a timestamp can say.
  mutating func next(after instant: Int64) -> Found? {
    guard let found = times.next(after: instant),
      ScheduleClock.seconds.contains(found.occurrence.instant)
    else { return nil }
    return found
  }

  private mutating func due(_ occurrence: Occurrence) -> Timestamp {
    if jitter.isNone { return ScheduleClock.time(occurrence.instant) }
    return due(occurrence, before: next(after: occurrence.instant)?.occurrence.instant)
  }

  func due(_ occurrence: Occurrence, before next: Int64?) -> Timestamp {
    let time = ScheduleClock.time(occurrence.instant)
    if jitter.isNone { return time }
    let (nominal, fold) = name(of: occurrence)
    return ScheduleClock.sum(
      time, jitter.delay(nominal: nominal, fold: fold, instant: occurrence.instant, next: next))
  }

  /// What an occurrence is known by, without what a change of the zone adds.
  func name(of occurrence: Occurrence) -> (nominal: Int64, fold: Int) {
    definition.timing == .wallClock
      ? (occurrence.nominal, occurrence.fold) : (occurrence.instant, 0)
  }

  /// Whether an occurrence has been decided, by its name.
  func isDecided(_ nominal: Int64, _ fold: Int) -> Bool {
    nominal <= (fold == 0 ? cursor.nominalThrough : cursor.repeatedThrough)
  }

  /// Moves the cursor to an occurrence; false where that has been decided, at another instant.
  private mutating func advance(_ nominal: Int64, _ fold: Int, _ instant: Int64) -> Bool {
    cursor.decidedThrough = max(cursor.decidedThrough, instant)
    if isDecided(nominal, fold) { return false }
    if fold == 0 { cursor.nominalThrough = nominal } else { cursor.repeatedThrough = nominal }
    return true
  }

  private mutating func take(_ found: Found, _ due: Timestamp, _ age: TimeSpan) {
    let occurrence = found.occurrence
    let (nominal, fold) = name(of: occurrence)
    guard advance(nominal, fold, occurrence.instant) else { return }
    let isMissed = age > ScheduleMachine.onTime
    if let verdict = refusal(found.exclusion, due, age) {
      return decide(nominal, fold, occurrence.instant, verdict)
    }
    if isMissed, let missed, occurrence.instant < missed.runsFrom {
      return decide(nominal, fold, occurrence.instant, (.lostOutage, missed.reason))
    }
    taken += 1
    waiting.append(
      ScheduleCursor.Buffered(
        nominal: nominal, fold: key(nominal, fold), instant: occurrence.instant, due: due,
        isCatchUp: isMissed))
  }

  /// Writes a row, or adds to a shared one.
  private mutating func decide(
    _ nominal: Int64, _ fold: Int, _ instant: Int64, _ verdict: Verdict,
  ) {
    if let missed, instant < missed.rowsFrom {
      shared.add(nominal, key(nominal, fold), instant, verdict)
      return
    }
    if shared.count > 0 { shareRows() }
    taken += 1
    record(nominal, key(nominal, fold), instant, verdict)
  }

  /// The fold of a row: the fold, and what a change of the zone adds.
  private func key(_ nominal: Int64, _ fold: Int) -> Int {
    guard let repetition = cursor.repetition, nominal <= repetition.through else { return fold }
    return fold + repetition.fold
  }

  // MARK: What clocks skip

  private mutating func takeSuppressed(upTo occurrence: Occurrence) {
    guard definition.timing == .wallClock, suppressedFrom <= occurrence.instant else { return }
    let found = suppressed(through: occurrence.instant)
    guard !found.isEmpty else { return }
    let later = found.firstIndex {
      ($0.instant, $0.nominal) > (occurrence.instant, occurrence.nominal)
    }
    take(found[..<(later ?? found.endIndex)])
    // Those of the same instant come after it.
    if later != nil { suppressedFrom = occurrence.instant }
  }

  private mutating func takeSuppressed(through last: Int64) {
    guard definition.timing == .wallClock, suppressedFrom <= last else { return }
    take(suppressed(through: last)[...])
  }

  private mutating func suppressed(through last: Int64) -> [SuppressedOccurrence] {
    let found = times.suppressed(
      from: suppressedFrom, through: last, limit: ScheduleMachine.foldLimit)
    suppressedFrom = last + 1
    return found
  }

  private mutating func take(_ suppressed: ArraySlice<SuppressedOccurrence>) {
    let own = suppressed.endIndex - ScheduleMachine.rowLimit
    for (index, time) in zip(suppressed.indices, suppressed) {
      guard advance(time.nominal, time.fold, time.instant) else { continue }
      let verdict: Verdict =
        switch time.verdict {
        case .skippedGap: (.skippedGap, "clocks skip it")
        case .mergedGap: (.mergedGap, "clocks skip it; it is one with the run right after the gap")
        case .skippedFold: (.skippedFold, "clocks show it again; it ran the first time")
        }
      let fold = key(time.nominal, time.fold)
      if index < own || time.instant < missed?.rowsFrom ?? .min {
        shared.add(time.nominal, fold, time.instant, verdict)
      } else {
        record(time.nominal, fold, time.instant, verdict)
      }
    }
  }
}
