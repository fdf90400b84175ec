import Cron
import Resources
import TimeZones
import Workflows
import ZoneSupport

extension ScheduleWorld {
  /// Lives until there are so many rows.
  mutating func live(rows: Int) throws {
    var steps = 0
    while rowCount < rows, steps < rows * 40 {
      steps += 1
      try step()
    }
    try finishEpoch()
    guard rowCount > 0 else { throw failure("nothing was decided in \(steps) steps") }
  }

  /// The next thing that happens.
  private mutating func step() throws {
    switch generator.next() % 1200 {
    case 0: try change(isNew: false)
    case 1: try change(isNew: true)
    case 2:
      let length = Int64.random(in: 1...86_400 * 2, using: &generator)
      jump(min(length, sample.interval * 2000))
    case 5: jump(-Int64.random(in: 1...86_400, using: &generator))
    case 3, 4, 6...11: jump(Int64.random(in: 1...sample.interval * 20, using: &generator))
    case 12, 13: pause()
    case 14: activity.hold = chance(2) ? .all(reason: "freeze") : .jobRevoked
    case 16: activity.expected = chance(4) ? [] : chance(2) ? ["a", "c"] : ["a", "b", "c"]
    case 17, 18: try updateZoneData()
    case 19:
      definition.overlap =
        ScheduleDefinition.Overlap.allCases.randomElement(using: &generator)
        ?? .skip
    case 20, 21: jumpToClockChange()
    default:
      if chance(30) { release() }
      wait()
    }
    try tick()
  }

  private mutating func jump(_ seconds: Int64) {
    now.nanoseconds += seconds * 1_000_000_000
    endExecutions()
  }

  /// Goes on shortly before clocks change.
  private mutating func jumpToClockChange() {
    // Half a year of a denser one would be mostly an outage.
    guard sample.interval >= 1200 else { return }
    var cursor = ZoneCursor()
    let zone = definition.times.occurrences.zone
    guard let change = zone.nextTransition(after: second, &cursor) else { return }
    jump(max(0, change.instant - second - 2 * sample.interval))
  }

  /// Waits until something is due or an execution ends; at times a little longer, or less long.
  private mutating func wait() {
    var next = cursor.nextDue
    if let end = ends.map(\.time).min() { next = min(next ?? end, end) }
    guard let next, !chance(20) else {
      return jump(Int64.random(in: 0...sample.interval, using: &generator))
    }
    now = max(now, next)
    if chance(4) { now.nanoseconds += Int64.random(in: 0...20_000_000_000, using: &generator) }
    endExecutions()
  }

  private mutating func endExecutions() {
    guard ends.contains(where: { $0.time <= now }) else { return }
    for end in ends where end.time <= now {
      activity.active.removeAll { $0 == end.id }
      activity.underway.subtract(end.probes)
      if definition.mode != .everyTick, chance(2) {
        for probe in end.probes { activity.successes[probe] = now }
      }
    }
    ends.removeAll { $0.time <= now }
  }

  // MARK: People

  private mutating func change(isNew: Bool) throws {
    try finishEpoch()
    if isNew {
      for record in ScheduleMachine.end(cursor, at: now) { try account(record) }
    }
    sample = try schedules.next(definition.name, &generator)
    let decided = isNew ? ledger.instant : cursor.decidedThrough
    definition = sample.definition
    let begun = ScheduleMachine.begin(
      &definition, at: now, previous: isNew ? nil : cursor, ledger: isNew ? ledger : nil,
      zoneDataVersion: "v\(version)")
    guard begun.starts.isEmpty else { throw failure("a change starts something") }
    for record in begun.records { try account(record) }
    cursor = begun.cursor
    activity.underway = []
    for end in ends { activity.underway.formUnion(end.probes) }
    epoch = Epoch(start: max(second, decided))
    if sabotage == .beginsInThePast {
      cursor.decidedThrough -= sample.interval * 10
      cursor.nominalThrough -= sample.interval * 10
    }
  }

  /// Writes a row of an earlier epoch.
  private mutating func account(_ record: OccurrenceRecord) throws {
    guard names.insert(OccurrenceName(record)).inserted else {
      throw failure("it is decided twice: \(record)")
    }
    guard record.execution == nil else { throw failure("a change starts something: \(record)") }
    count(record)
  }

  private mutating func pause() {
    let until = Timestamp(
      nanoseconds: now.nanoseconds + Int64.random(in: 1...sample.interval * 9, using: &generator)
        * 1_000_000_000)
    cursor.pause(by: "ana", reason: "audit", at: now, until: chance(2) ? until : nil)
  }

  private mutating func release() {
    if cursor.pause != nil { cursor.resume(at: now) }
    activity.hold = nil
  }

  private mutating func updateZoneData() throws {
    guard let expression = sample.expression else { return }
    version += 1
    let zone = schedules.versions.randomElement(using: &generator)
    guard let zone else { return }
    let times = try ScheduleLab.definition(
      cron: expression.text, in: zone, rule: expression.rule
    ).times
    var held = times
    held.windows = definition.times.windows
    held.isSuspended = definition.times.isSuspended
    definition.times = held
    epoch.isExact = false
  }

  // MARK: Checks

  /// Each time since the content changed has its row or waits, and nothing else has one.
  mutating func finishEpoch() throws {
    guard epoch.isExact else { return }
    var times = definition.times
    let isByClock = definition.timing == .wallClock
    var expected: Set<OccurrenceName> = []
    var at = epoch.start
    while let next = times.next(after: at)?.occurrence, next.instant <= cursor.decidedThrough {
      at = next.instant
      expected.insert(
        isByClock
          ? OccurrenceName(nominal: next.nominal, fold: next.fold)
          : OccurrenceName(nominal: at, fold: 0))
    }
    let skipped = times.suppressed(
      from: epoch.start + 1, through: cursor.decidedThrough, limit: 10_000_000)
    for time in skipped {
      expected.insert(OccurrenceName(nominal: time.nominal, fold: time.fold))
    }
    for name in epoch.names {
      guard expected.contains(OccurrenceName(nominal: name.nominal, fold: name.fold & 1)) else {
        throw failure("there is a row for no time: \(name)")
      }
    }
    let count = epoch.count + cursor.buffer.count
    guard expected.count == count else {
      throw failure("\(expected.count) times since \(epoch.start), but rows for \(count)")
    }
  }
}
