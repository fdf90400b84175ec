internal import Cron
internal import Resources
internal import TimeZones

extension SchedulePass {
  typealias Verdict = (OccurrenceRecord.Verdict, String)

  // MARK: Refusals

  /// Why an occurrence does not run whatever else runs; nil where it may.
  func refusal(
    _ exclusion: ScheduleTimes.Exclusion?, _ due: Timestamp, _ age: TimeSpan,
  ) -> Verdict? {
    if exclusion == .suspended { return (.skippedSuspended, "the schedule is suspended") }
    if let held = held(due) { return held }
    switch exclusion {
    case nil, .suspended: break
    case .outsideActive: return (.excluded, "outside of its active time")
    case .skipDate: return (.excluded, "on a skip date")
    case .outsideWindows: return (.excluded, "outside of its windows")
    }
    return tooLate(age)
  }

  private func held(_ due: Timestamp) -> Verdict? {
    if let pause = cursor.pause {
      let isActive = pause.until.map { now < $0 } ?? true
      if isActive || due >= pause.since && due < pause.until ?? due {
        return (.skippedSuspended, "paused by \(pause.actor): \(pause.reason)")
      }
    }
    switch activity.hold {
    case nil: return nil
    case .all(let reason): return (.skippedSuspended, "all schedules are held: \(reason)")
    case .jobMissing: return (.skippedSuspended, "there is no job \(definition.job)")
    case .jobRevoked: return (.skippedSuspended, "the job \(definition.job) is revoked")
    }
  }

  private func tooLate(_ age: TimeSpan) -> Verdict? {
    guard let deadline = definition.startingDeadline, age > deadline else { return nil }
    return (.skippedDeadline, "it may start up to \(deadline) late, and is \(age) late")
  }

  // MARK: Overlap

  /// Decides which of those that wait start now.
  mutating func settle() {
    refuseBuffered()
    guard !waiting.isEmpty else { return }
    let armed = definition.armed(activity, at: now)
    guard armed != .nowhere else {
      for item in waiting { record(item, (.nothingToDo, Self.nothingToDo)) }
      return
    }
    var underway = definition.mode == .everyTick ? [] : activity.underway
    if waiting.count == 1, activity.active.isEmpty {
      return start(0, armed, &underway)
    }
    let policy = definition.overlap
    let pass = OverlapPass(
      count: waiting.count, isRunning: !activity.active.isEmpty,
      bufferLimit: ScheduleCursor.bufferLimit,
    ) { _ in policy }
    for dropped in pass.dropped {
      record(waiting[dropped.index], (.skippedOverlap, Self.words(dropped.reason)))
    }
    for index in pass.overlapping { start(index, armed, &underway) }
    if let index = pass.chosen { start(index, armed, &underway) }
    cursor.buffer = pass.buffer.map { waiting[$0] }
    if pass.needsKill || pass.needsCancel {
      decision.stop = ScheduleDecision.Stop(
        mode: pass.needsKill ? .kill : .cancel, executions: activity.active)
    }
  }

  private static let nothingToDo = "no probe is to run: each has had its success"

  /// Takes those out of the buffer that may no longer start.
  private mutating func refuseBuffered() {
    guard bufferedCount > 0 else { return }
    var kept: [ScheduleCursor.Buffered] = []
    kept.reserveCapacity(waiting.count)
    var keptBuffered = 0
    for (index, item) in waiting.enumerated() {
      let age = ScheduleClock.elapsed(from: item.due, to: now)
      if index < bufferedCount, let verdict = held(item.due) ?? tooLate(age) {
        record(item, verdict)
      } else {
        kept.append(item)
        if index < bufferedCount { keptBuffered += 1 }
      }
    }
    waiting = kept
    bufferedCount = keptBuffered
  }

  /// Starts one of those that wait, where anything is left for it to do.
  private mutating func start(
    _ index: Int, _ armed: ScheduleDefinition.Armed, _ underway: inout Set<String>,
  ) {
    let item = waiting[index]
    var probes: [String]?
    switch (armed, definition.mode) {
    case (.nowhere, _): return record(item, (.nothingToDo, Self.nothingToDo))
    case (.everywhere, .everyTick): break
    case (.everywhere, _):
      guard !activity.expected.contains(where: underway.contains) else {
        return record(item, (.nothingToDo, "it still runs for an earlier time"))
      }
      underway.formUnion(activity.expected)
    case (.on(let all), _):
      let rest = all.filter { !underway.contains($0) }
      guard !rest.isEmpty else {
        return record(item, (.nothingToDo, "it still runs for an earlier time on each probe"))
      }
      underway.formUnion(rest)
      probes = rest
    }
    let hasWaited = index < bufferedCount
    let isLate = hasWaited || item.isCatchUp
    let execution = ExecutionID(
      ofSchedule: definition.name, nominal: item.nominal, fold: item.fold)
    decision.starts.append(
      ScheduleDecision.Start(
        execution: execution, nominal: item.nominal, fold: item.fold, instant: item.instant,
        isCatchUp: item.isCatchUp, probes: probes, startAt: isLate ? now : item.due,
        deadline: definition.startingDeadline.map { ScheduleClock.sum(item.due, $0) }))
    let words =
      if !isLate {
        "on time"
      } else {
        (item.isCatchUp ? "missed and caught up, " : "it waited for others, ")
          + "\(ScheduleClock.elapsed(from: item.due, to: now)) after it was due"
      }
    record(item, (isLate ? .late : .ran, words), execution)
  }

  private static func words(_ reason: OverlapPass.Reason) -> String {
    switch reason {
    case .overlap: "an earlier execution still runs"
    case .buffered: "an earlier execution still runs, and another time waits for its end already"
    case .bufferFull: "\(ScheduleCursor.bufferLimit) earlier times wait already"
    case .replaced: "a later time took its place"
    case .canceled: "it would have been stopped at once, with the others"
    }
  }

  // MARK: Results

  mutating func record(
    _ nominal: Int64, _ fold: Int, _ instant: Int64, _ verdict: Verdict,
    _ execution: ExecutionID? = nil, count: Int = 1,
  ) {
    decision.records.append(
      OccurrenceRecord(
        schedule: definition.name, nominal: nominal, fold: fold, instant: instant,
        verdict: verdict.0, reason: verdict.1, decidedAt: now, execution: execution, count: count,
        zoneDataVersion: cursor.zoneDataVersion))
  }

  private mutating func record(
    _ item: ScheduleCursor.Buffered, _ verdict: Verdict, _ execution: ExecutionID? = nil,
  ) {
    record(item.nominal, item.fold, item.instant, verdict, execution)
  }

  /// Says when there is something to decide next.
  mutating func finish() {
    guard !decision.hasMore else {
      cursor.nextDue = now
      return
    }
    if let until = cursor.pause?.until, until <= now { cursor.pause = nil }
    var next = upcoming?.due
    if definition.timing == .wallClock, let upcoming {
      let last = min(upcoming.occurrence.instant, second + Self.skippedHorizon)
      let skipped = times.suppressed(
        from: max(suppressedFrom, second + 1), through: last, limit: 1
      ).first
      if let skipped { next = min(upcoming.due, ScheduleClock.time(skipped.instant)) }
    }
    if let deadline = definition.startingDeadline, let first = cursor.buffer.first {
      let expiry = ScheduleClock.sum(first.due, TimeSpan(nanoseconds: deadline.nanoseconds + 1))
      next = min(next ?? expiry, expiry)
    }
    cursor.nextDue = next
  }

  /// How far ahead times that clocks skip are looked for, so that they have their row at once.
  private static let skippedHorizon: Int64 = 400 * 86_400
}
