package import Resources

/// All executions that have not ended, and the machine that moves them: a pure function from an
/// event to what changes.
///
/// Everything in it follows from the executions and runs that it gave out as changes, so a server
/// that starts again builds the same book from what it stored. A step whose changes could not be
/// stored must not be followed by another: build the book anew. An event costs as much as it
/// changes, and the logarithm of what is in the book.
///
/// Its promises: an attempt is sent once and ends once; nothing that is not idempotent is started
/// again after an outcome that nobody knows; and in a rollout no more than one probe more than the
/// budget fails, however many run at a time.
package struct RunBook: Sendable {
  /// By slot; a slot that is free is used again.
  var fanOuts: [FanOut] = []
  var freeSlots: [Int] = []
  var slots: [ExecutionID: Int] = [:]
  var slotsByJob: [String: Set<Int>] = [:]
  /// Who has the place of a job on a probe.
  var holders: [RunPlace: Set<RunRef>] = [:]
  /// Who waits until all others have left a place.
  var successors: [RunPlace: [RunRef]] = [:]
  /// What was sent to each probe and has not ended.
  var active: [String: Set<RunRef>] = [:]
  /// What waits for each probe to be connected.
  var disconnected: [String: Set<RunRef>] = [:]
  /// What waits until a probe has room, the longest first; what does not wait any more is skipped.
  var crowds: [String: MinHeap<RunQueuePlace>] = [:]
  /// Executions of which something waits for admission.
  var slotsForAdmission: Set<Int> = []
  var timers = MinHeap<RunTimer>()
  /// With so many timers, those without a reason are forgotten.
  var timerLimit = 1024
  var nextGeneration: UInt32 = 0
  /// Executions that could not be read back, because runs are missing: storage was damaged.
  package internal(set) var damaged: [ExecutionID] = []

  package init() {}

  /// How many executions have not ended.
  package var count: Int { slots.count }

  /// When `.tick` is to be applied next; nil for never.
  package var nextTimer: Timestamp? { timers.first?.time }

  package func execution(_ id: ExecutionID) -> Execution? {
    slots[id].map { fanOuts[$0].execution }
  }

  /// The last attempt on each probe of an execution, in the order of its probes.
  package func lastRuns(of id: ExecutionID) -> [Run] {
    slots[id].map { fanOuts[$0].cells.map(\.run) } ?? []
  }

  /// What was sent to a probe and has not ended, in order.
  ///
  /// A probe that connects says which of these it knows; the others are to be given to `.lost`,
  /// because their sending was lost with a server or a connection.
  package func outstanding(on probe: String) -> [Run] {
    ordered(active[probe] ?? []).compactMap { run($0) }
  }

  /// Takes an event that happened at `now`, and says what it changes.
  package mutating func apply(
    _ event: RunEvent, at now: Timestamp, _ world: any RunWorld,
  ) -> RunStep {
    var turn = RunTurn(now: now, world: world)
    switch event {
    case .start(let new): start(new, &turn)
    case .approved(let id, let actor): approve(id, actor, &turn)
    case .rejected(let id, let actor, let reason): reject(id, actor, reason, &turn)
    case .started(let id, let time): begin(id, time, &turn)
    case .finished(let id, let result, let isSuccess): finish(id, result, isSuccess, &turn)
    case .lost(let id, let reason): lose(id, reason, &turn)
    case .probeLost(let probe): loseAll(on: probe, .probeLost, &turn)
    case .probeConnected(let probe): connect(probe, &turn)
    case .stop(let scope, let mode, let actor, let reason):
      stop(scope, Stop(mode: mode, actor: actor, reason: reason), &turn)
    case .revoked(let job, let actor): revoke(job, actor, &turn)
    case .jobDeleted(let job, let actor):
      let stop = Stop(mode: .cancel, actor: actor, reason: .jobDeleted)
      self.stop(.job(job), stop, &turn)
    case .jobsChanged(let jobs):
      for job in jobs { judgeAgain(ordered(slotsByJob[job] ?? []), &turn) }
    case .rulesChanged: judgeAgain(ordered(slotsForAdmission), &turn)
    case .tick: tick(&turn)
    case .clockSetBack(let span): setTimersEarlier(by: span, &turn)
    case .recovered(let probes): recover(builtIn: probes, &turn)
    }
    settle(&turn)
    return close(&turn)
  }

  /// Moves on whatever the event made ready, until nothing is.
  private mutating func settle(_ turn: inout RunTurn) {
    while true {
      if let ref = turn.wakes.popLast() {
        guard let run = run(ref), run.state == .queued, run.reason == .concurrency else { continue }
        judge(ref, &turn)
      } else if let slot = turn.dirty.popLast() {
        advance(slot, &turn)
      } else if let probe = turn.freed.popLast() {
        fill(probe, &turn)
      } else {
        return
      }
    }
  }

  /// Collects what changed, and forgets what ended.
  private mutating func close(_ turn: inout RunTurn) -> RunStep {
    for ref in turn.touched {
      fanOuts[ref.slot].cells[ref.position].collect(into: &turn.step.runs)
    }
    for slot in turn.touchedSlots {
      fanOuts[slot].collect(into: &turn.step.executions)
      if fanOuts[slot].execution.state.isTerminal { remove(slot) }
    }
    pruneTimers()
    return turn.step
  }

  private mutating func remove(_ slot: Int) {
    let execution = fanOuts[slot].execution
    fanOuts[slot].vacate()
    freeSlots.append(slot)
    slots[execution.id] = nil
    slotsByJob[execution.job]?.remove(slot)
    if slotsByJob[execution.job]?.isEmpty == true { slotsByJob[execution.job] = nil }
  }

  /// The slots in the order in which their executions were made.
  func ordered(_ slots: some Sequence<Int>) -> [Int] {
    let slots = Array(slots)
    if slots.count <= 1 { return slots }
    let keys = slots.map { slot in
      (fanOuts[slot].execution.createdAt, fanOuts[slot].execution.id, slot)
    }
    return keys.sorted { $0 < $1 }.map { $0.2 }
  }

  /// The runs in the order in which their executions were made, and then of their probes.
  func ordered(_ refs: Set<RunRef>) -> [RunRef] {
    if refs.count <= 1 { return Array(refs) }
    let groups = Dictionary(grouping: refs, by: \.slot)
    return ordered(groups.keys).flatMap { slot in
      groups[slot, default: []].sorted { $0.position < $1.position }
    }
  }
}

/// What an event has done so far.
struct RunTurn {
  let now: Timestamp
  let world: any RunWorld
  var step = RunStep()
  /// Runs that were changed; some more than once.
  var touched: [RunRef] = []
  var touchedSlots: [Int] = []
  /// Executions of which a run was settled.
  var dirty: [Int] = []
  /// Probes that may have room.
  var freed: [String] = []
  /// Runs whose place may be free.
  var wakes: [RunRef] = []

  init(now: Timestamp, world: any RunWorld) {
    self.now = now
    self.world = world
  }
}

/// Who wants what to stop.
struct Stop {
  var mode: Run.StopRequest.Mode
  var actor: String
  var reason: Run.Reason
}
