import Resources

extension RunBook {
  /// Makes an execution and the first attempt on each of its probes.
  mutating func start(_ new: NewExecution, _ turn: inout RunTurn) {
    if slots[new.id] != nil || turn.world.hasEnded(new.id) { return }
    let isHeld = new.job.approvers > 0 && !new.isApproved
    let probes = new.job.order(of: new.probes)
    let execution = Execution(
      id: new.id, job: new.job.name, jobDigest: new.job.digest, trigger: new.trigger,
      actor: new.actor, createdAt: turn.now, startAt: new.startAt, deadline: new.deadline,
      probes: probes, waves: new.job.waves(over: probes.count),
      failureBudget: new.job.failureBudget(over: probes.count),
      state: isHeld ? .awaitingApproval : .active, approvers: isHeld ? new.job.approvers : 0)
    let runs = probes.map { probe in
      Run(
        id: RunID(execution: new.id, probe: probe, attempt: 1), job: new.job.name,
        reason: isHeld ? .approval : .wave, createdAt: turn.now)
    }
    let slot = insert(execution, runs, isNew: true)
    turn.touchedSlots.append(slot)
    turn.step.notes.append(
      RunNote(isHeld ? .executionHeld : .executionStarted, new.id, actor: new.actor))
    for position in runs.indices {
      let ref = RunRef(slot: slot, position: position)
      turn.touched.append(ref)
      note(.runQueued, ref, &turn)
    }
    if let time = execution.skipsAt { setTimer(time, slot, -1) }
    if isHeld { turn.dirty.append(slot) } else { enterWave(0, slot, &turn) }
  }

  /// Gives an execution a slot, and enters it into the tables that do not depend on its runs.
  mutating func insert(_ execution: Execution, _ runs: [Run], isNew: Bool) -> Int {
    nextGeneration &+= 1
    let fanOut = FanOut(execution, runs: runs, isNew: isNew, generation: nextGeneration)
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      fanOuts[slot] = fanOut
    } else {
      slot = fanOuts.count
      fanOuts.append(fanOut)
    }
    slots[execution.id] = slot
    slotsByJob[execution.job, default: []].insert(slot)
    return slot
  }

  /// Counts an approval; with the last one that is needed, the execution begins.
  mutating func approve(_ id: ExecutionID, _ actor: String, _ turn: inout RunTurn) {
    guard let slot = slots[id] else { return }
    let execution = fanOuts[slot].execution
    guard execution.state == .awaitingApproval else { return judgeAgain([slot], &turn) }
    if execution.approvedBy.contains(actor) { return }
    changeExecution(slot, &turn) { $0.approvedBy.append(actor) }
    turn.step.notes.append(RunNote(.executionApproved, id, actor: actor))
    guard execution.approvedBy.count + 1 >= execution.approvers else { return }
    changeExecution(slot, &turn) { $0.state = .active }
    turn.step.notes.append(RunNote(.executionStarted, id, actor: execution.actor))
    for position in fanOuts[slot].cells.indices {
      let ref = RunRef(slot: slot, position: position)
      if run(ref)?.reason == .approval { change(ref, &turn) { $0.reason = .wave } }
    }
    enterWave(0, slot, &turn)
  }

  /// Denies what waits for approval, of the execution or by admission.
  mutating func reject(
    _ id: ExecutionID, _ actor: String, _ reason: String, _ turn: inout RunTurn,
  ) {
    guard let slot = slots[id] else { return }
    if fanOuts[slot].execution.state == .awaitingApproval {
      halt(slot, .rejected, actor: actor, &turn)
      withdraw(slot, .rejected, reason, actor: actor, &turn)
    } else {
      for position in waitingForAdmission(slot) {
        let ref = RunRef(slot: slot, position: position)
        end(ref, .denied, .rejected, reason, actor: actor, &turn)
      }
    }
  }

  /// Makes a wave the current one; it begins now, or when its delay has passed.
  mutating func enterWave(_ wave: Int, _ slot: Int, _ turn: inout RunTurn) {
    let delay = fanOuts[slot].execution.waves[wave].delay
    let start = (wave == 0 ? fanOuts[slot].execution.startAt : turn.now).later(by: delay)
    changeExecution(slot, &turn) { execution in
      execution.wave = wave
      execution.waveStartsAt = start
    }
    fanOuts[slot].countWave()
    if fanOuts[slot].waveUnsettled == 0 || start <= turn.now {
      beginWave(slot, &turn)
    } else {
      setTimer(start, slot, -1)
    }
  }

  /// Lets the runs of the current wave start, each when its jitter has passed.
  mutating func beginWave(_ slot: Int, _ turn: inout RunTurn) {
    changeExecution(slot, &turn) { $0.waveStartsAt = nil }
    let execution = fanOuts[slot].execution
    if execution.waves.count > 1 {
      turn.step.notes.append(
        RunNote(
          .executionWaveStarted, execution.id,
          message: "wave \(execution.wave + 1) of \(execution.waves.count)"))
    }
    let first = execution.wave == 0 ? 0 : execution.waves[execution.wave - 1].end
    let job = turn.world.job(execution.job)
    for position in first..<fanOuts[slot].waveEnd {
      let ref = RunRef(slot: slot, position: position)
      guard let run = run(ref), run.state == .queued else { continue }
      let jitter = job?.jitter(of: execution.id, on: run.id.probe) ?? .zero
      if jitter > .zero {
        park(ref, .jitter, until: turn.now.later(by: jitter), &turn)
      } else if execution.failureBudget == nil {
        judge(ref, &turn)
      } else {
        take(ref)
      }
    }
    turn.dirty.append(slot)
  }
}
