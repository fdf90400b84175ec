import Resources

/// How people and changes stop runs.
extension RunBook {
  /// Stops what `scope` says; asked again, the probes are told again.
  mutating func stop(_ scope: StopScope, _ stop: Stop, _ turn: inout RunTurn) {
    switch scope {
    case .run(let id):
      guard let ref = find(id), run(ref)?.id == id else { return }
      self.stop(ref, stop, isRepeated: true, &turn)
    case .execution(let id):
      if let slot = slots[id] { self.stop(slot, stop, &turn) }
    case .job(let job):
      for slot in ordered(slotsByJob[job] ?? []) { self.stop(slot, stop, &turn) }
    }
  }

  private mutating func stop(_ slot: Int, _ stop: Stop, _ turn: inout RunTurn) {
    halt(slot, stop.reason, actor: stop.actor, &turn)
    for position in fanOuts[slot].cells.indices {
      self.stop(RunRef(slot: slot, position: position), stop, isRepeated: true, &turn)
    }
  }

  /// Cancels a run that waits, asks one that runs to stop, and leaves one that ended alone.
  mutating func stop(
    _ ref: RunRef, _ stop: Stop, isRepeated: Bool = false, _ turn: inout RunTurn,
  ) {
    guard let run = run(ref) else { return }
    switch run.state {
    case .queued:
      let reason = stop.reason == .killed ? .canceled : stop.reason
      end(ref, .canceled, reason, "by \(stop.actor)", actor: stop.actor, &turn)
    case .pending, .running:
      if run.stop == nil || run.stop?.mode == .cancel && stop.mode == .kill {
        let request = Run.StopRequest(
          mode: stop.mode, actor: stop.actor, reason: stop.reason, time: turn.now)
        change(ref, &turn) { $0.stop = request }
        turn.step.notes.append(
          RunNote(
            .runStopRequested, run.id.execution, run: run.id, actor: stop.actor,
            reason: stop.reason.rawValue, message: stop.mode.rawValue))
      } else if !isRepeated {
        return
      }
      repeatStop(ref, &turn)
    default: return
    }
  }

  private func repeatStop(_ ref: RunRef, _ turn: inout RunTurn) {
    guard let run = run(ref), let stop = run.stop else { return }
    turn.step.effects.append(.stop(run.id, kill: stop.mode == .kill))
  }

  /// Tells a probe again what is to stop, because it may not have heard of it.
  func repeatStops(on probe: String, _ turn: inout RunTurn) {
    for ref in ordered(active[probe] ?? []) { repeatStop(ref, &turn) }
  }

  /// Nothing of the execution starts any more; the first reason counts.
  mutating func halt(
    _ slot: Int, _ reason: Run.Reason, actor: String?, _ turn: inout RunTurn,
  ) {
    if fanOuts[slot].execution.stopReason != nil { return }
    changeExecution(slot, &turn) { $0.stopReason = reason.rawValue }
    turn.step.notes.append(
      RunNote(
        .executionStopped, fanOuts[slot].execution.id, actor: actor, reason: reason.rawValue))
  }

  /// Ends everything of an execution that waits.
  mutating func withdraw(
    _ slot: Int, _ reason: Run.Reason, _ message: String, actor: String?, _ turn: inout RunTurn,
  ) {
    let state: RunState = reason == .rejected ? .denied : .canceled
    forEachQueued(slot) { $0.end($1, state, reason, message, actor: actor, &turn) }
  }

  mutating func revoke(_ job: String, _ actor: String, _ turn: inout RunTurn) {
    for slot in ordered(slotsByJob[job] ?? []) {
      halt(slot, .revoked, actor: actor, &turn)
      forEachQueued(slot) { $0.end($1, .revoked(job), &turn) }
    }
  }

  /// After the server began: loses what ended with it, and repeats and judges all else.
  mutating func recover(builtIn probes: [String], _ turn: inout RunTurn) {
    for probe in Set(probes).sorted() { loseAll(on: probe, .serverEnded, &turn) }
    for probe in active.keys.sorted() { repeatStops(on: probe, &turn) }
    judgeAgain(ordered(slots.values), &turn)
    for probe in disconnected.keys.sorted() {
      for ref in ordered(disconnected[probe] ?? []) { judge(ref, &turn) }
    }
    for slot in ordered(slots.values) { turn.dirty.append(slot) }
    turn.freed += crowds.keys.sorted()
  }
}
