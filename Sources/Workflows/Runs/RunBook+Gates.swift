import Actions
import Resources

/// What stands between a run that waits and its start.
///
/// In this order, and the first that says no decides: the approval of the execution; its wave and
/// its failure budget; the version of the job (skip code 124); its revocation (126); the deadline
/// (125); the staleness of the probe (127); the connection to the probe; admission; room on the
/// probe; the place of the job on it. `unchecked` staleness leaves out the version; the revocation
/// counts always.
extension RunBook {
  /// Judges a run whose wave has begun and whose time has come: it starts, waits, or ends.
  mutating func judge(_ ref: RunRef, _ turn: inout RunTurn) {
    guard let run = run(ref), run.state == .queued, fanOuts[ref.slot].isWaveBegun else { return }
    if run.id.attempt == 1, !fanOuts[ref.slot].hasPlace { return park(ref, .wave, &turn) }
    let execution = fanOuts[ref.slot].execution
    if let skip = skip(execution, turn) { return end(ref, skip, &turn) }
    // Without the job, the execution would have been skipped.
    guard let job = turn.world.job(execution.job) else { return }
    let probe = run.id.probe
    if !turn.world.isConnected(probe) {
      return waitForProbe(ref, job.staleness, &turn)
    }
    switch turn.world.admission(job, run.id) {
    case .allow: break
    case .queue(let reason): return park(ref, .admission, message: reason, &turn)
    case .deny(let reason): return end(ref, .denied, .policy, reason, &turn)
    }
    if !hasRoom(probe, turn) {
      return park(ref, .capacity, message: "\(probe) has as many runs as it may", &turn)
    }
    guard takePlace(ref, run, job, &turn) else { return }
    send(ref, job, &turn)
  }

  /// Why nothing of an execution starts any more; nil where it may.
  func skip(_ execution: Execution, _ turn: RunTurn) -> Skip? {
    guard let job = turn.world.job(execution.job) else {
      return Skip(
        reason: .versionChanged, code: SkipCode.version,
        message: "the job \(execution.job) is not there any more")
    }
    if job.digest != execution.jobDigest, job.staleness != .unchecked {
      return Skip(
        reason: .versionChanged, code: SkipCode.version,
        message: "the job \(execution.job) is \(job.digest.abbreviated) now, "
          + "and \(execution.jobDigest.abbreviated) was asked for")
    }
    if turn.world.isRevoked(execution.job) { return .revoked(execution.job) }
    if let deadline = execution.deadline, turn.now > deadline {
      return Skip(
        reason: .deadline, code: SkipCode.deadline,
        message: "it was to start at \(deadline) at the latest")
    }
    return nil
  }

  /// Skips a run whose probe has not been heard of for too long, or has it wait.
  private mutating func waitForProbe(
    _ ref: RunRef, _ staleness: JobDefinition.Staleness, _ turn: inout RunTurn,
  ) {
    let probe = fanOuts[ref.slot].cells[ref.position].run.id.probe
    var limit: Timestamp?
    if case .strict(let age) = staleness {
      let heard = turn.world.lastHeard(probe)
      let last = heard?.later(by: age)
      guard age > .zero, let last, turn.now <= last else {
        let since = heard.map { "was heard of last at \($0)" } ?? "was never heard of"
        let skip = Skip(
          reason: .stale, code: SkipCode.staleness,
          message: "\(probe) \(since), and may be silent for \(age) at most")
        return end(ref, skip, &turn)
      }
      limit = last.later(by: TimeSpan(nanoseconds: 1))
    }
    park(ref, .disconnected, until: limit, message: "\(probe) is not connected", &turn)
  }

  /// Whether a run has the place of its job on its probe; else it waits or has ended.
  private mutating func takePlace(
    _ ref: RunRef, _ run: Run, _ job: JobDefinition, _ turn: inout RunTurn,
  ) -> Bool {
    let place = RunPlace(job: run.job, probe: run.id.probe)
    switch job.concurrency {
    case .allow: return true
    case .forbid:
      guard let other = others(than: ref, at: place).first else { return true }
      end(
        ref, .skipped, .busy, "\(other.1.id) has not ended: one at a time is allowed", &turn)
      return false
    case .replace:
      let stop = Stop(
        mode: .cancel, actor: fanOuts[ref.slot].execution.actor, reason: .replaced)
      for other in successors[place] ?? [] where other != ref { self.stop(other, stop, &turn) }
      for (other, _) in others(than: ref, at: place) { self.stop(other, stop, &turn) }
      guard let other = others(than: ref, at: place).first else { return true }
      park(ref, .concurrency, message: "\(other.1.id) is asked to stop first", &turn)
      return false
    }
  }

  /// Who else has a place, in the order of their names.
  private func others(than ref: RunRef, at place: RunPlace) -> [(RunRef, Run)] {
    guard let refs = holders[place] else { return [] }
    let others = refs.compactMap { other in
      other == ref ? nil : run(other).map { (other, $0) }
    }
    return others.count > 1 ? others.sorted { $0.1.id < $1.1.id } : others
  }

  private mutating func send(_ ref: RunRef, _ job: JobDefinition, _ turn: inout RunTurn) {
    if fanOuts[ref.slot].cells[ref.position].run.id.attempt == 1 {
      fanOuts[ref.slot].inFlight += 1
      hold(ref)
    }
    move(ref, to: .pending, nil, &turn) { $0.notBefore = nil }
    note(.runSent, ref, &turn)
    turn.step.effects.append(.send(fanOuts[ref.slot].cells[ref.position].run, job))
  }

  /// Judges again what waits in executions whose job, policies or deadline may have changed.
  mutating func judgeAgain(_ slots: [Int], _ turn: inout RunTurn) {
    for slot in slots where fanOuts[slot].queued > 0 {
      if let skip = skip(fanOuts[slot].execution, turn) {
        forEachQueued(slot) { book, ref in book.end(ref, skip, &turn) }
      } else {
        for position in waitingForAdmission(slot) {
          judge(RunRef(slot: slot, position: position), &turn)
        }
      }
    }
  }

  /// Where in an execution runs wait for admission, in order.
  func waitingForAdmission(_ slot: Int) -> [Int] {
    let positions = fanOuts[slot].forAdmission
    return positions.isEmpty ? [] : positions.sorted()
  }

  /// Starts what waited for a probe, and repeats what it may not have heard.
  mutating func connect(_ probe: String, _ turn: inout RunTurn) {
    repeatStops(on: probe, &turn)
    for ref in ordered(disconnected[probe] ?? []) { judge(ref, &turn) }
  }

  /// Calls `body` for each run of an execution that waits, in the order of its probes.
  mutating func forEachQueued(_ slot: Int, _ body: (inout RunBook, RunRef) -> Void) {
    for position in fanOuts[slot].cells.indices {
      if fanOuts[slot].queued == 0 { return }
      let ref = RunRef(slot: slot, position: position)
      if run(ref)?.state == .queued { body(&self, ref) }
    }
  }
}

/// Why a run is skipped.
struct Skip {
  var reason: Run.Reason
  var code: Int32
  var message: String

  static func revoked(_ job: String) -> Skip {
    Skip(
      reason: .revoked, code: SkipCode.revoked,
      message: "the job \(job) is revoked: `writ unrevoke \(job)` lets it start again")
  }
}
