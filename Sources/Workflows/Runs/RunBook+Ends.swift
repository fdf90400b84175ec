import Actions
import Resources

/// How attempts begin and end, and what comes after.
extension RunBook {
  mutating func begin(_ id: RunID, _ time: Timestamp, _ turn: inout RunTurn) {
    guard let ref = find(id), let run = run(ref), run.id == id, run.state == .pending else {
      return
    }
    move(ref, to: .running, nil, &turn) { $0.startedAt = time }
    note(.runStarted, ref, &turn)
  }

  mutating func finish(
    _ id: RunID, _ result: ActionResult, _ isSuccess: Bool, _ turn: inout RunTurn,
  ) {
    guard let ref = find(id), let run = run(ref), run.id == id,
      run.state == .pending || run.state == .running
    else {
      turn.step.notes.append(
        RunNote(
          .runLateResult, id.execution, run: id, reason: result.ending.rawValue,
          message: result.message, exitCode: result.exitCode))
      return
    }
    let (state, reason) = run.ending(by: result, isSuccess: isSuccess)
    conclude(ref, state, reason, &turn) { run in
      run.message = result.message
      run.exitCode = result.exitCode
      run.signal = result.signal
      run.usage = result.usage
      run.stdoutBytes = result.stdoutBytes
      run.stderrBytes = result.stderrBytes
    }
  }

  mutating func lose(_ id: RunID, _ reason: Run.Reason, _ turn: inout RunTurn) {
    guard let ref = find(id), let run = run(ref), run.id == id else { return }
    lose(ref, reason, &turn)
  }

  /// Loses all that was sent to a probe and has not ended.
  mutating func loseAll(on probe: String, _ reason: Run.Reason, _ turn: inout RunTurn) {
    for ref in ordered(active[probe] ?? []) { lose(ref, reason, &turn) }
  }

  private mutating func lose(_ ref: RunRef, _ reason: Run.Reason, _ turn: inout RunTurn) {
    guard let run = run(ref), run.state == .pending || run.state == .running else { return }
    let cause = reason == .serverEnded ? "the server ended" : "\(run.id.probe) was lost"
    let job = turn.world.job(run.job)
    let hint: String
    switch job?.onLost {
    case .ask: hint = "; look, and start it again with `writ retry \(run.id)`"
    case .retry where job?.isIdempotent == false:
      hint = "; it is not started again, because the job does not say that it is idempotent"
    default: hint = ""
    }
    conclude(ref, .lost, reason, &turn) {
      $0.message = "\(cause) before it was known how the run ended\(hint)"
    }
  }

  /// Ends an attempt that was sent; another follows where the job asks for it.
  private mutating func conclude(
    _ ref: RunRef, _ state: RunState, _ reason: Run.Reason?, _ turn: inout RunTurn,
    _ body: (inout Run) -> Void,
  ) {
    move(ref, to: state, reason, &turn, body)
    if let kind = JournalEvent.Kind(ending: state) { note(kind, ref, &turn) }
    if let time = nextAttempt(ref, turn) {
      retry(ref, at: time, &turn)
    } else {
      settle(ref, wasInFlight: true, &turn)
    }
  }

  /// When a run that ended is tried again; nil for never.
  private func nextAttempt(_ ref: RunRef, _ turn: RunTurn) -> Timestamp? {
    let run = fanOuts[ref.slot].cells[ref.position].run
    let execution = fanOuts[ref.slot].execution
    guard run.countsAsFailed, run.stop == nil, execution.stopReason == nil,
      let job = turn.world.job(run.job), run.id.attempt < job.retry.attempts, job.retries(run),
      skip(execution, turn) == nil
    else { return nil }
    let time = turn.now.later(by: job.retry.delay(after: run.id.attempt))
    if let deadline = execution.deadline, time > deadline { return nil }
    return time
  }

  /// Puts the next attempt into the place of one that ended.
  private mutating func retry(_ ref: RunRef, at time: Timestamp, _ turn: inout RunTurn) {
    let old = fanOuts[ref.slot].cells[ref.position].run
    fanOuts[ref.slot].cells[ref.position].collect(into: &turn.step.runs)
    var id = old.id
    id.attempt += 1
    let run = Run(
      id: id, job: old.job, reason: .backoff, createdAt: turn.now, notBefore: time)
    fanOuts[ref.slot].cells[ref.position] = FanOut.Cell(run: run, isNew: true)
    fanOuts[ref.slot].queued += 1
    turn.touched.append(ref)
    take(ref)
    if let time = fanOuts[ref.slot].execution.skipsAt { setTimer(time, ref.slot, -1) }
    note(.runRetryScheduled, ref, &turn)
  }

  /// Ends a run that waits.
  mutating func end(
    _ ref: RunRef, _ state: RunState, _ reason: Run.Reason, _ message: String?,
    actor: String? = nil, code: Int32? = nil, _ turn: inout RunTurn,
  ) {
    let wasInFlight = fanOuts[ref.slot].cells[ref.position].run.isInFlight
    move(ref, to: state, reason, &turn) { run in
      run.message = message
      run.exitCode = code
    }
    if let kind = JournalEvent.Kind(ending: state) { note(kind, ref, actor: actor, &turn) }
    settle(ref, wasInFlight: wasInFlight, &turn)
  }

  /// Skips a run that waits.
  mutating func end(_ ref: RunRef, _ skip: Skip, _ turn: inout RunTurn) {
    end(ref, .skipped, skip.reason, skip.message, code: skip.code, &turn)
  }

  /// After runs were settled: keeps to the budget, fills free places, goes to the next wave, ends.
  mutating func advance(_ slot: Int, _ turn: inout RunTurn) {
    while !fanOuts[slot].isVacant, !fanOuts[slot].execution.state.isTerminal {
      let execution = fanOuts[slot].execution
      if fanOuts[slot].unsettled == 0 { return finishExecution(slot, &turn) }
      if execution.stopReason != nil || execution.state != .active { return }
      if let budget = execution.failureBudget, execution.failedCount > budget {
        halt(slot, .failureBudget, actor: nil, &turn)
        let failed = execution.failedCount == 1 ? "1 probe" : "\(execution.failedCount) probes"
        let message = "\(failed) failed, and \(budget == 0 ? "none" : "\(budget)") may"
        withdraw(slot, .failureBudget, message, actor: nil, &turn)
      } else if fanOuts[slot].waveUnsettled == 0 {
        enterWave(execution.wave + 1, slot, &turn)
      } else if fanOuts[slot].isWaveBegun, fanOuts[slot].hasPlace,
        let position = fanOuts[slot].ready.pop()
      {
        let ref = RunRef(slot: slot, position: position)
        if let run = run(ref), run.id.attempt == 1, run.reason == .wave { judge(ref, &turn) }
      } else {
        return
      }
    }
  }

  private mutating func finishExecution(_ slot: Int, _ turn: inout RunTurn) {
    let now = turn.now
    let state = Execution.outcome(of: fanOuts[slot].cells.lazy.map(\.run))
    changeExecution(slot, &turn) { execution in
      execution.state = state
      execution.waveStartsAt = nil
      execution.endedAt = now
    }
    let execution = fanOuts[slot].execution
    turn.step.notes.append(RunNote(.executionEnded, execution.id, reason: state.rawValue))
    turn.step.effects.append(.ended(execution))
  }
}

extension Run {
  /// What a result makes of a run that was sent.
  fileprivate func ending(
    by result: ActionResult, isSuccess: Bool,
  ) -> (RunState, Reason?) {
    switch result.ending {
    case .completed:
      if isSuccess { return (.success, nil) }
      if result.signal != nil { return (.failed, .signal) }
      return (.failed, result.exitCode ?? 0 != 0 ? .exitCode : .condition)
    case .timedOut: return (.timedOut, .timeout)
    case .canceled: return (.canceled, stop?.reason ?? .canceled)
    case .killed:
      let reason = stop?.reason ?? .killed
      return (.canceled, reason == .canceled ? .killed : reason)
    // What has begun cannot have been refused; then it failed.
    case .refused: return (state == .pending ? .denied : .failed, .policy)
    case .unstartable: return (.failed, .unstartable)
    }
  }
}

extension JobDefinition {
  /// Whether the job asks for another attempt after one that ended so.
  ///
  /// After one that was lost only where it may run again, and never where a person is to look.
  package func retries(_ run: Run) -> Bool {
    guard run.state == .lost else { return retry.covers(run) }
    return isIdempotent && onLost != .ask && (onLost == .retry || retry.on?.lost == true)
  }
}
