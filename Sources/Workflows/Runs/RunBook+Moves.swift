import Resources

/// The only ways in which runs and executions change: they keep the book's tables true.
extension RunBook {
  /// Reads a run; nil where its execution is over.
  func run(_ ref: RunRef) -> Run? {
    fanOuts[ref.slot].isVacant ? nil : fanOuts[ref.slot].cells[ref.position].run
  }

  /// Finds the last attempt on a probe.
  func find(_ id: RunID) -> RunRef? {
    guard let slot = slots[id.execution], let position = fanOuts[slot].position(of: id.probe)
    else { return nil }
    return RunRef(slot: slot, position: position)
  }

  /// Changes a run within its state.
  mutating func change(_ ref: RunRef, _ turn: inout RunTurn, _ body: (inout Run) -> Void) {
    touch(ref, &turn)
    body(&fanOuts[ref.slot].cells[ref.position].run)
  }

  /// Changes an execution.
  mutating func changeExecution(
    _ slot: Int, _ turn: inout RunTurn, _ body: (inout Execution) -> Void,
  ) {
    if !fanOuts[slot].isChanged {
      fanOuts[slot].isChanged = true
      turn.touchedSlots.append(slot)
    }
    body(&fanOuts[slot].execution)
  }

  private mutating func touch(_ ref: RunRef, _ turn: inout RunTurn) {
    if fanOuts[ref.slot].cells[ref.position].isChanged { return }
    fanOuts[ref.slot].cells[ref.position].isChanged = true
    turn.touched.append(ref)
  }

  /// Has a queued run wait for `reason`, by itself until `time`.
  mutating func park(
    _ ref: RunRef, _ reason: Run.Reason, until time: Timestamp? = nil,
    message: String? = nil, _ turn: inout RunTurn,
  ) {
    let old = fanOuts[ref.slot].cells[ref.position].run
    if old.reason != reason || old.notBefore != time || old.message != message {
      leave(ref, old)
      change(ref, &turn) { run in
        run.reason = reason
        run.notBefore = time
        run.message = message
      }
    }
    take(ref)
  }

  /// Enters a run into the tables that its state and reason ask for.
  mutating func take(_ ref: RunRef) {
    let run = fanOuts[ref.slot].cells[ref.position].run
    switch run.state {
    case .pending, .running: active[run.id.probe, default: []].insert(ref)
    case .queued:
      switch run.reason {
      case .disconnected: disconnected[run.id.probe, default: []].insert(ref)
      case .capacity: queue(ref, run)
      case .admission:
        fanOuts[ref.slot].forAdmission.insert(ref.position)
        slotsForAdmission.insert(ref.slot)
      case .concurrency:
        let place = RunPlace(job: run.job, probe: run.id.probe)
        if successors[place]?.contains(ref) != true { successors[place, default: []].append(ref) }
      case .wave:
        if fanOuts[ref.slot].isWaveBegun, ref.position < fanOuts[ref.slot].waveEnd {
          fanOuts[ref.slot].ready.push(ref.position)
        }
      default: break
      }
      if let time = run.wakesAt { setTimer(time, ref.slot, ref.position) }
    default: break
    }
  }

  /// Takes a run out of the tables that it is in by what it was.
  private mutating func leave(_ ref: RunRef, _ old: Run) {
    switch old.state {
    case .pending, .running: active.remove(ref, at: old.id.probe)
    case .queued:
      switch old.reason {
      case .disconnected: disconnected.remove(ref, at: old.id.probe)
      case .admission:
        fanOuts[ref.slot].forAdmission.remove(ref.position)
        if fanOuts[ref.slot].forAdmission.isEmpty { slotsForAdmission.remove(ref.slot) }
      case .concurrency:
        successors.remove(ref, at: RunPlace(job: old.job, probe: old.id.probe))
      default: break
      }
    default: break
    }
  }

  /// Brings a run to its next state; `body` says what else changes.
  mutating func move(
    _ ref: RunRef, to state: RunState, _ reason: Run.Reason?, _ turn: inout RunTurn,
    _ body: (inout Run) -> Void = { _ in },
  ) {
    let old = fanOuts[ref.slot].cells[ref.position].run
    precondition(old.state.canBecome(state), "\(old.id) is \(old.state), and becomes \(state)")
    leave(ref, old)
    if old.state != .queued, state.isTerminal, crowds[old.id.probe] != nil {
      turn.freed.append(old.id.probe)
    }
    if old.state == .queued { fanOuts[ref.slot].queued -= 1 }
    let now = turn.now
    change(ref, &turn) { run in
      run.state = state
      run.reason = reason
      run.message = nil
      if state.isTerminal { run.endedAt = now }
      body(&run)
    }
    take(ref)
  }

  /// Writes what became of a run into the journal.
  func note(
    _ kind: JournalEvent.Kind, _ ref: RunRef, actor: String? = nil, _ turn: inout RunTurn,
  ) {
    let run = fanOuts[ref.slot].cells[ref.position].run
    turn.step.notes.append(
      RunNote(
        kind, run.id.execution, run: run.id, actor: actor, reason: run.reason?.rawValue,
        message: run.message, exitCode: run.exitCode,
        until: run.state == .queued ? run.notBefore : nil))
  }

  /// Gives the place of its job on its probe to a run.
  mutating func hold(_ ref: RunRef) {
    let run = fanOuts[ref.slot].cells[ref.position].run
    holders[RunPlace(job: run.job, probe: run.id.probe), default: []].insert(ref)
  }

  /// Counts a probe as served: its last attempt has ended, and none comes after it.
  mutating func settle(_ ref: RunRef, wasInFlight: Bool, _ turn: inout RunTurn) {
    let run = fanOuts[ref.slot].cells[ref.position].run
    fanOuts[ref.slot].unsettled -= 1
    if ref.position < fanOuts[ref.slot].waveEnd { fanOuts[ref.slot].waveUnsettled -= 1 }
    if run.countsAsFailed { changeExecution(ref.slot, &turn) { $0.failedCount += 1 } }
    if wasInFlight {
      fanOuts[ref.slot].inFlight -= 1
      let place = RunPlace(job: run.job, probe: run.id.probe)
      holders.remove(ref, at: place)
      if let next = successors[place] { turn.wakes += next }
    }
    if turn.dirty.last != ref.slot { turn.dirty.append(ref.slot) }
  }
}

extension Run {
  /// When a run that waits is judged again by itself.
  var wakesAt: Timestamp? {
    guard state == .queued else { return nil }
    switch reason {
    case .jitter, .backoff, .disconnected: return notBefore
    default: return nil
    }
  }
}

extension Dictionary where Value == Set<RunRef> {
  fileprivate mutating func remove(_ ref: RunRef, at key: Key) {
    self[key]?.remove(ref)
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}

extension Dictionary where Value == [RunRef] {
  fileprivate mutating func remove(_ ref: RunRef, at key: Key) {
    self[key]?.removeAll { $0 == ref }
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
