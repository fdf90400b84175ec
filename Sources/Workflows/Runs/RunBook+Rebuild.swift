import Resources

extension RunBook {
  /// Builds the book of `executions`, as they were stored, with all of their runs.
  ///
  /// Executions that have ended are left out, as are runs of no execution. The first event to
  /// apply is `.recovered`.
  package init(executions: [Execution], runs: [Run]) {
    self.init()
    var last: [ExecutionID: [String: Run]] = [:]
    for execution in executions where !execution.state.isTerminal { last[execution.id] = [:] }
    for run in runs {
      let attempt = last[run.id.execution]?[run.id.probe]?.id.attempt ?? 0
      if run.id.attempt > attempt { last[run.id.execution]?[run.id.probe] = run }
    }
    for execution in executions {
      guard let found = last.removeValue(forKey: execution.id) else { continue }
      let runs = execution.probes.compactMap { found[$0] }
      if runs.count == execution.probes.count, execution.hasSoundWaves {
        restore(execution, runs)
      } else {
        damaged.append(execution.id)
      }
    }
    pruneTimers()
  }

  private mutating func restore(_ execution: Execution, _ runs: [Run]) {
    let slot = insert(execution, runs, isNew: false)
    for position in runs.indices {
      let ref = RunRef(slot: slot, position: position)
      if runs[position].isInFlight { hold(ref) }
      take(ref)
    }
    if let time = execution.skipsAt { setTimer(time, slot, -1) }
    if let time = execution.waveStartsAt { setTimer(time, slot, -1) }
  }
}

extension Execution {
  /// Whether the waves go up to the last probe, and the current one is among them.
  fileprivate var hasSoundWaves: Bool {
    waves.indices.contains(wave) && waves.last?.end == probes.count
      && zip(waves, waves.dropFirst()).allSatisfy { $0.end < $1.end }
      && (waves.first?.end ?? 0 >= min(1, probes.count)) && Set(probes).count == probes.count
  }
}

extension RunBook: Equatable {
  /// Whether both would do the same with every event; costs as much as both hold.
  package static func == (a: RunBook, b: RunBook) -> Bool {
    a.content == b.content && a.tables == b.tables && a.alarms == b.alarms
  }

  private struct Entry: Equatable {
    var execution: Execution
    var runs: [Run]
    var counts: [Int]
    var ready: Set<Int>
    var forAdmission: Set<Int>
  }

  private var content: [ExecutionID: Entry] {
    slots.mapValues { slot in
      let fanOut = fanOuts[slot]
      let ready = fanOut.ready.elements.filter { position in
        let run = fanOut.cells[position].run
        return run.state == .queued && run.reason == .wave
      }
      return Entry(
        execution: fanOut.execution, runs: fanOut.cells.map(\.run),
        counts: [fanOut.unsettled, fanOut.waveUnsettled, fanOut.inFlight, fanOut.queued],
        ready: Set(ready), forAdmission: fanOut.forAdmission)
    }
  }

  /// The tables by what they are about, with runs for places.
  private var tables: [String: Set<RunID>] {
    var tables: [String: Set<RunID>] = [:]
    func add(_ table: String, _ refs: some Sequence<RunRef>) {
      tables[table] = Set(refs.map { fanOuts[$0.slot].cells[$0.position].run.id })
    }
    for (place, refs) in holders { add("holder \(place.job) \(place.probe)", refs) }
    for (place, refs) in successors { add("successor \(place.job) \(place.probe)", refs) }
    for (probe, refs) in active { add("active \(probe)", refs) }
    for (probe, refs) in disconnected { add("disconnected \(probe)", refs) }
    for (probe, crowd) in crowds {
      let waiting = crowd.elements.filter { place in
        run(place.ref).map { $0.id == place.run && $0.reason == .capacity } ?? false
      }
      if !waiting.isEmpty { add("crowd \(probe)", waiting.map(\.ref)) }
    }
    for (job, slots) in slotsByJob {
      let some = slots.filter { !fanOuts[$0].cells.isEmpty }
      add("job \(job)", some.map { RunRef(slot: $0, position: 0) })
    }
    return tables
  }

  private struct Alarm: Hashable {
    var time: Timestamp
    var execution: ExecutionID
    var position: Int
  }

  private var alarms: Set<Alarm> {
    Set(
      timers.elements.filter(isValid).map { timer in
        Alarm(
          time: timer.time, execution: fanOuts[timer.slot].execution.id,
          position: timer.position)
      })
  }
}
