import Resources

/// An execution that has not ended, with the last attempt on each of its probes.
///
/// All but `generation` follows from the execution and the runs.
struct FanOut: Sendable {
  var execution: Execution
  /// The last attempt on each probe, in the order of `execution.probes`.
  var cells: [Cell]
  /// Where each probe is; empty where there are so few that looking is as fast.
  private var places: [String: Int]
  /// Tells it from others that had its slot before.
  let generation: UInt32
  /// Whether it is over, and its slot free.
  private(set) var isVacant = false
  /// How many probes have no attempt that goes on or waits.
  var unsettled = 0
  /// The same, among those of the waves up to the current one.
  var waveUnsettled = 0
  /// How many probes have been given an attempt, and are not settled.
  var inFlight = 0
  /// How many attempts wait.
  var queued = 0
  /// Probes of waves that have begun that wait for the failure budget; some may not any more.
  var ready = MinHeap<Int>()
  /// Probes that wait for admission.
  var forAdmission: Set<Int> = []
  /// The state that is stored; nil where it is not stored yet.
  var stored: Execution.State?
  var isChanged: Bool

  /// The last attempt on a probe.
  struct Cell: Sendable {
    var run: Run
    /// The state that is stored; nil where it is not stored yet.
    var stored: RunState?
    var isChanged: Bool

    init(run: Run, isNew: Bool) {
      self.run = run
      self.stored = isNew ? nil : run.state
      self.isChanged = isNew
    }

    /// Gives the change out, once.
    mutating func collect(into changes: inout [RunChange]) {
      guard isChanged else { return }
      changes.append(RunChange(before: stored, run: run))
      isChanged = false
      stored = run.state
    }
  }

  /// Gives the change of the execution out, once.
  mutating func collect(into changes: inout [ExecutionChange]) {
    guard isChanged else { return }
    changes.append(ExecutionChange(before: stored, execution: execution))
    isChanged = false
    stored = execution.state
  }

  /// Lets go of everything but what tells it from others.
  mutating func vacate() {
    isVacant = true
    cells = []
    places = [:]
    ready = MinHeap()
    forAdmission = []
  }

  init(_ execution: Execution, runs: [Run], isNew: Bool, generation: UInt32) {
    self.execution = execution
    self.generation = generation
    self.stored = isNew ? nil : execution.state
    self.isChanged = isNew
    cells = []
    cells.reserveCapacity(runs.count)
    var places: [String: Int] = [:]
    if runs.count > 8 { places.reserveCapacity(runs.count) }
    for (position, run) in runs.enumerated() {
      cells.append(Cell(run: run, isNew: isNew))
      if runs.count > 8 { places[run.id.probe] = position }
      if !run.state.isTerminal { unsettled += 1 }
      if run.state == .queued { queued += 1 }
      if run.isInFlight { inFlight += 1 }
    }
    self.places = places
    countWave()
  }

  /// Where the probe is; nil for a probe that takes no part.
  func position(of probe: String) -> Int? {
    if places.isEmpty { return cells.firstIndex { $0.run.id.probe == probe } }
    return places[probe]
  }

  /// The probes of the current wave and those before it are the first so many.
  var waveEnd: Int { execution.waves[execution.wave].end }

  /// Counts what is not settled up to the current wave.
  mutating func countWave() {
    let end = waveEnd
    if end == cells.count {
      waveUnsettled = unsettled
    } else {
      waveUnsettled = 0
      for position in 0..<end where !cells[position].run.state.isTerminal { waveUnsettled += 1 }
    }
  }

  /// Whether one more attempt may start without the chance of a failure too many after the breach.
  var hasPlace: Bool {
    guard let budget = execution.failureBudget else { return true }
    return inFlight + execution.failedCount <= budget
  }

  /// Whether the runs of the current wave may start.
  var isWaveBegun: Bool { execution.state == .active && execution.waveStartsAt == nil }
}

extension Run {
  /// Whether it has the place of its job on its probe: from the start of the first attempt on,
  /// through the waiting between attempts, to the end of the last.
  var isInFlight: Bool {
    state == .pending || state == .running || state == .queued && id.attempt > 1
  }

  /// Whether a probe whose last attempt this is has failed: a retry that did not succeed leaves
  /// the failure that it was for.
  package var countsAsFailed: Bool {
    switch state {
    case .failed, .timedOut, .lost: true
    case .canceled, .denied, .skipped: id.attempt > 1
    case .queued, .pending, .running, .success: false
    }
  }
}

/// Where a run is in the book.
struct RunRef: Hashable {
  var slot: Int
  var position: Int
}

/// Runs of a job on a probe keep out of each other's way.
struct RunPlace: Hashable {
  var job: String
  var probe: String
}

/// A moment at which something is judged again; -1 as position is the execution itself.
struct RunTimer: Comparable {
  var time: Timestamp
  var slot: Int
  var position: Int
  var generation: UInt32

  static func < (a: RunTimer, b: RunTimer) -> Bool { a.time < b.time }
}
