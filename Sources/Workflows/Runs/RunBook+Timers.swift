import Resources

extension RunBook {
  /// Has a run judged at `time`, or an execution where the position is -1.
  mutating func setTimer(_ time: Timestamp, _ slot: Int, _ position: Int) {
    timers.push(
      RunTimer(
        time: time, slot: slot, position: position, generation: fanOuts[slot].generation))
  }

  /// Whether there still is a reason for a timer: those of the past are not looked for.
  func isValid(_ timer: RunTimer) -> Bool {
    let fanOut = fanOuts[timer.slot]
    if fanOut.isVacant || fanOut.generation != timer.generation { return false }
    if timer.position >= 0 { return fanOut.cells[timer.position].run.wakesAt == timer.time }
    return fanOut.queued > 0
      && (fanOut.execution.waveStartsAt == timer.time && fanOut.execution.state == .active
        || fanOut.execution.skipsAt == timer.time)
  }

  /// Forgets timers without a reason: those that are next, and all where they are too many.
  mutating func pruneTimers() {
    while let first = timers.first, !isValid(first) { _ = timers.pop() }
    if timers.count > timerLimit { compactTimers() }
  }

  private mutating func compactTimers() {
    let book = self
    timers.filter(book.isValid)
    timerLimit = max(1024, 2 * timers.count)
  }

  /// Judges everything whose time has come.
  mutating func tick(_ turn: inout RunTurn) {
    var due: [RunTimer] = []
    while let timer = timers.first, timer.time <= turn.now {
      _ = timers.pop()
      due.append(timer)
    }
    for timer in ordered(due) where isValid(timer) {
      if timer.position >= 0 {
        judge(RunRef(slot: timer.slot, position: timer.position), &turn)
      } else if fanOuts[timer.slot].execution.skipsAt == timer.time {
        judgeAgain([timer.slot], &turn)
      } else {
        beginWave(timer.slot, &turn)
      }
    }
  }

  /// Moves whatever waits for a time: waves, back-off, jitter.
  mutating func setTimersEarlier(by span: TimeSpan, _ turn: inout RunTurn) {
    let back = TimeSpan(nanoseconds: -span.nanoseconds)
    for slot in ordered(slots.values) {
      if let time = fanOuts[slot].execution.waveStartsAt?.later(by: back) {
        changeExecution(slot, &turn) { $0.waveStartsAt = time }
        setTimer(time, slot, -1)
      }
      forEachQueued(slot) { book, ref in
        guard let run = book.run(ref), let reason = run.reason, let time = run.wakesAt else {
          return
        }
        book.park(ref, reason, until: time.later(by: back), message: run.message, &turn)
      }
    }
  }

  /// By time, and then so that it is the same in a book that was read back.
  private func ordered(_ timers: [RunTimer]) -> [RunTimer] {
    if timers.count <= 1 { return timers }
    let keys = timers.map { timer in
      let execution = fanOuts[timer.slot].execution
      return (timer.time, execution.createdAt, execution.id, timer.position, timer)
    }
    return keys.sorted { ($0.0, $0.1, $0.2, $0.3) < ($1.0, $1.1, $1.2, $1.3) }.map { $0.4 }
  }
}

extension Execution {
  /// When what has not started is skipped: just after the deadline.
  var skipsAt: Timestamp? { deadline?.later(by: TimeSpan(nanoseconds: 1)) }
}
