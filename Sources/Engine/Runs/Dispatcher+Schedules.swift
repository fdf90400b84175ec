import Cron
import Logging
import Planning
import Resources
import TimeZones
import Workflows

/// Schedules whose time has come.
extension Dispatcher {
  /// Decides those that are due, and those of which an execution ended; at most a batch.
  ///
  /// - Returns: whether there is more to decide at once.
  func decideSchedules(
    _ now: Timestamp, _ transaction: any RunTransaction, _ turn: inout DispatchTurn,
  ) throws(StoreError) -> Bool {
    let woken = awakened.sorted()
    awakened = []
    var hasMore = false
    for name in woken {
      guard let row = try transaction.schedule(name), row.cursor?.buffer.isEmpty == false else {
        continue
      }
      hasMore = try decide(row, now, transaction, &turn) || hasMore
    }
    let due = try transaction.dueSchedules(at: now, limit: settings.scheduleBatch)
    for row in due { hasMore = try decide(row, now, transaction, &turn) || hasMore }
    return hasMore || due.count == settings.scheduleBatch || !awakened.isEmpty
  }

  private func decide(
    _ row: ScheduleRow, _ now: Timestamp, _ transaction: any RunTransaction,
    _ turn: inout DispatchTurn,
  ) throws(StoreError) -> Bool {
    var definition: ScheduleDefinition
    let targets: Value?
    switch world.schedule(row.name, zones) {
    case .live(let live, let narrower): (definition, targets) = (live, narrower)
    case .gone:
      if let cursor = row.cursor {
        _ = try transaction.record(ScheduleMachine.end(cursor, at: now))
      }
      try transaction.dropSchedule(row.name)
      return false
    case .zoneMissing(let zone):
      try postpone(row, zone, now, transaction)
      return false
    case .unreadable: return false
    }
    defer { world.remember(definition) }
    var cursor: ScheduleCursor
    if let known = row.cursor, known.digest == definition.digest {
      cursor = known
    } else {
      let begun = ScheduleMachine.begin(
        &definition, at: row.changedAt, previous: row.cursor,
        ledger: row.cursor == nil ? try transaction.ledgerEnd(of: row.name) : nil,
        zoneDataVersion: zoneDataVersion)
      try write(begun, definition, transaction, now, &turn)
      cursor = begun.cursor
    }
    let activity = try activity(definition, targets, transaction)
    let decision = ScheduleMachine.decide(
      &definition, cursor, activity, now: now, zoneDataVersion: zoneDataVersion)
    try write(decision, definition, transaction, now, &turn, targets: targets)
    return decision.hasMore
  }

  /// Looks again later at a schedule in a zone that this machine does not have.
  private func postpone(
    _ row: ScheduleRow, _ zone: String, _ now: Timestamp, _ transaction: any RunTransaction,
  ) throws(StoreError) {
    logger.error(
      "a schedule cannot be decided: this machine has no time zone of that name",
      metadata: ["schedule": .string(row.name), "zone": .string(zone)])
    try transaction.postpone(
      row.name, until: Timestamp(nanoseconds: now.nanoseconds + 60_000_000_000))
  }

  private func activity(
    _ definition: ScheduleDefinition, _ targets: Value?, _ transaction: any RunTransaction,
  ) throws(StoreError) -> ScheduleActivity {
    var activity = ScheduleActivity(active: activeBySchedule[definition.name] ?? [])
    guard let job = world.liveJob(definition.job) else {
      activity.hold = .jobMissing
      return activity
    }
    if world.isRevoked(definition.job) { activity.hold = .jobRevoked }
    if definition.mode == .everyTick { return activity }
    activity.expected = world.fleet.resolve([job.targets] + (targets.map { [$0] } ?? []))
      .filter(world.isConnected)
    activity.successes = try transaction.successes(of: definition.name)
    for execution in activity.active {
      for run in book?.lastRuns(of: execution) ?? [] where !run.state.isTerminal {
        activity.underway.insert(run.id.probe)
      }
    }
    return activity
  }

  private func write(
    _ decision: ScheduleDecision, _ definition: ScheduleDefinition,
    _ transaction: any RunTransaction, _ now: Timestamp, _ turn: inout DispatchTurn,
    targets: Value? = nil,
  ) throws(StoreError) {
    let fresh = try transaction.record(decision.records)
    try journal(fresh, definition.name, transaction)
    try transaction.save(decision.cursor)
    if let stop = decision.stop {
      for execution in stop.executions {
        apply(
          .stop(
            .execution(execution), stop.mode, by: "schedule:\(definition.name)", reason: .replaced),
          now, &turn)
      }
    }
    let recorded = Set(fresh.compactMap(\.execution))
    for start in decision.starts where recorded.contains(start.execution) {
      guard let job = world.liveJob(definition.job) else { continue }
      let probes =
        start.probes ?? world.fleet.resolve([job.targets] + (targets.map { [$0] } ?? []))
      apply(
        .start(
          NewExecution(
            id: start.execution, job: job.definition,
            trigger: start.trigger(ofSchedule: definition.name),
            actor: "schedule:\(definition.name)", probes: probes, startAt: start.startAt,
            deadline: start.deadline)), now, &turn)
    }
  }

  /// One event for all that does not run, because a schedule may miss thousands at a time.
  private func journal(
    _ records: [OccurrenceRecord], _ schedule: String, _ transaction: any RunTransaction,
  ) throws(StoreError) {
    let skipped = records.filter { $0.execution == nil }
    guard let first = skipped.first, let last = skipped.last else { return }
    var counts: [String: Int64] = [:]
    for record in skipped { counts[record.verdict.rawValue, default: 0] += Int64(record.count) }
    try transaction.append(
      [
        NewEvent(
          .occurrencesSkipped, subject: "Schedule/\(schedule)",
          payload: [
            "counts": .sorted(counts.map { Value.Member($0.key, .integer($0.value)) }),
            "first": .integer(first.instant), "last": .integer(last.instant),
            "reason": .string(last.reason),
          ])
      ], actor: "dispatcher")
  }

  // MARK: Backfill

  /// Runs the next time of a backfill, where nothing of the schedule runs; one after the other.
  ///
  /// - Returns: whether it is done.
  func backfill(
    _ request: RunRequest, _ now: Timestamp, _ transaction: any RunTransaction,
    _ turn: inout DispatchTurn,
  ) throws(StoreError) -> Bool {
    guard case .backfill(let name, let from, let through) = request.action else { return true }
    if activeBySchedule[name]?.isEmpty == false { return false }
    guard case .live(var definition, let targets) = world.schedule(name, zones),
      let job = world.liveJob(definition.job)
    else { return world.failure == nil }
    defer { world.remember(definition) }
    var at = from
    for _ in 0..<Self.backfillBatch {
      guard let next = definition.times.next(after: at, inclusive: true),
        next.occurrence.instant <= through
      else { return true }
      at = next.occurrence.instant + 1
      let occurrence = next.occurrence
      let nominal =
        definition.timing == .wallClock ? occurrence.nominal : occurrence.instant
      let fold = definition.timing == .wallClock ? occurrence.fold : 0
      let id = ExecutionID(ofSchedule: name, nominal: nominal, fold: fold)
      if try transaction.hasExecution(id) { continue }
      _ = try transaction.record([
        OccurrenceRecord(
          schedule: name, nominal: nominal, fold: fold, instant: occurrence.instant,
          verdict: .late, reason: "\(request.actor) asked for it", decidedAt: now, execution: id,
          zoneDataVersion: zoneDataVersion)
      ])
      let probes = world.fleet.resolve([job.targets] + (targets.map { [$0] } ?? []))
      apply(
        .start(
          NewExecution(
            id: id, job: job.definition,
            trigger: .catchUp(name: name, nominal: nominal, fold: fold), actor: request.actor,
            probes: probes, startAt: now)), now, &turn)
      try transaction.advance(request, to: .backfill(schedule: name, from: at, through: through))
      return false
    }
    try transaction.advance(request, to: .backfill(schedule: name, from: at, through: through))
    return false
  }

  private static let backfillBatch = 1000
}
