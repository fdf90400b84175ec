import Resources
import Workflows

/// What a simulated server has on its disk, and the oracle: it checks each step by its own count.
struct SimulatedStore {
  /// What is stored of an execution, and what is counted of it.
  struct Entry {
    var execution: Execution
    var keys: [Int] = []
    var inFlight = 0
    var failed = 0
  }

  var entries: [Int: Entry] = [:]
  var runs: [Int: Run] = [:]
  var ended: Set<Int> = []
  /// Attempts that were given to probes, ever.
  private var sent: Set<Int> = []
  /// What was sent to each probe and has not ended.
  private(set) var active: [Int: Set<Int>] = [:]
  /// How many runs of a job on a probe were sent and have not ended.
  private var places: [Int: Int] = [:]
  /// Attempts that have another after them in the step that is being stored.
  private var retried: Set<Int> = []
  /// Where nobody knows whether something ran that may not run again, as execution · probe.
  private var unknown: Set<Int> = []
  /// Executions of which the journal has the beginning, and not the end.
  private var noted: Set<Int> = []
  private(set) var problems: [String] = []
  private(set) var runCount = 0
  private(set) var ends: [String: Int] = [:]
  private(set) var lateResults = 0

  /// Tells attempts apart, as `execution · probe · attempt`.
  static func key(_ id: RunID) -> Int {
    number(of: id.execution) << 24 | Self.number(id.probe) << 8 | id.attempt
  }

  static func number(of id: ExecutionID) -> Int { number(id.description) }

  /// The number after the first letter.
  static func number(_ text: String) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      var number = 0
      var index = 1
      while index < bytes.count {
        number = number &* 10 &+ Int(bytes[index] &- 48)
        index += 1
      }
      return number
    }
  }

  private static func place(_ run: Run) -> Int { number(run.job) << 16 | number(run.id.probe) }

  mutating func problem(_ text: String) {
    if problems.count < 10 { problems.append(text) }
  }

  /// Stores a step as a transaction would.
  mutating func commit(_ step: RunStep, _ world: SimulatedWorld) {
    for change in step.executions where change.before == nil {
      let number = Self.number(of: change.execution.id)
      if entries[number] != nil || ended.contains(number) { problem("x\(number) began twice") }
      entries[number] = Entry(execution: change.execution)
    }
    retried = []
    for change in step.runs where change.before == nil && change.run.id.attempt > 1 {
      retried.insert(Self.key(change.run.id) - 1)
    }
    for change in step.runs { store(change, world) }
    for effect in step.effects {
      guard case .send(let run, let job) = effect else { continue }
      check(run, job)
    }
    for change in step.executions { store(change) }
    for note in step.notes { check(note) }
  }

  /// The journal finds the events of a run between those of its execution.
  private mutating func check(_ note: RunNote) {
    let number = Self.number(of: note.execution)
    switch note.kind {
    case .executionStarted, .executionHeld: noted.insert(number)
    case .executionEnded: noted.remove(number)
    case .runLateResult: lateResults += 1
    default:
      if let run = note.run, !noted.contains(number) {
        problem("\(note.kind.rawValue) of \(run) is not between the events of its execution")
      }
    }
  }

  private mutating func store(_ change: RunChange, _ world: SimulatedWorld) {
    let run = change.run
    let key = Self.key(run.id)
    let number = key >> 24
    let old = runs[key]?.state
    if old != change.before { problem("\(run.id) was \(old as Any), not as it was read") }
    if let old, old != run.state, !old.canBecome(run.state) {
      problem("\(run.id) went from \(old) to \(run.state)")
    }
    if old?.isTerminal == true { problem("\(run.id) changed after its end") }
    runs[key] = run
    if old == nil, run.id.attempt > 1, runs[key - 1]?.stop != nil {
      problem("\(run.id) follows one that was to stop")
    }
    if old == nil {
      entries[number]?.keys.append(key)
      runCount += 1
    }
    count(run, key, from: old, world)
  }

  /// Keeps the oracle's own count of places and budgets.
  private mutating func count(
    _ run: Run, _ key: Int, from old: RunState?, _ world: SimulatedWorld,
  ) {
    let place = Self.place(run)
    let probe = key >> 8 & 0xffff
    let wasActive = old == .pending || old == .running
    let isActive = run.state == .pending || run.state == .running
    if isActive, !wasActive {
      let others = places[place, default: 0]
      if others > 0, world.jobs[run.job]?.concurrency != .allow {
        problem("\(run.id) is one of two of \(run.job)")
      }
      places[place] = others + 1
      active[probe, default: []].insert(key)
      if run.id.attempt == 1 { entries[key >> 24]?.inFlight += 1 }
    }
    if wasActive, run.state.isTerminal {
      places[place, default: 0] -= 1
      active[probe]?.remove(key)
    }
    guard run.state.isTerminal else { return }
    ends[run.state.rawValue, default: 0] += 1
    if run.state == .lost, world.jobs[run.job]?.isIdempotent != true {
      unknown.insert(key >> 8)
    }
    if !retried.isEmpty, retried.contains(key) { return }
    if run.state != .success, run.id.attempt > 1 || isFailure(run.state) {
      entries[key >> 24]?.failed += 1
    }
    if wasActive || run.id.attempt > 1 { entries[key >> 24]?.inFlight -= 1 }
  }

  private func isFailure(_ state: RunState) -> Bool {
    state == .failed || state == .timedOut || state == .lost
  }

  private mutating func check(_ run: Run, _ job: JobDefinition) {
    let key = Self.key(run.id)
    if !sent.insert(key).inserted { problem("\(run.id) was sent twice") }
    if runs[key]?.state != .pending { problem("\(run.id) was sent, and is not pending") }
    if !job.isIdempotent, unknown.contains(key >> 8) {
      problem("\(run.id) was sent after an outcome that nobody knows")
    }
    guard let entry = entries[key >> 24], let budget = entry.execution.failureBudget else { return }
    if entry.failed + entry.inFlight > budget + 1 {
      problem("\(run.id): \(entry.failed) failed and \(entry.inFlight) run, of \(budget)")
    }
  }

  private mutating func store(_ change: ExecutionChange) {
    let number = Self.number(of: change.execution.id)
    guard let entry = entries[number] else { return problem("x\(number) is not there") }
    if change.before != nil, entry.execution.state != change.before {
      problem("x\(number) was \(entry.execution.state), not as it was read")
    }
    entries[number]?.execution = change.execution
    if entry.failed != change.execution.failedCount {
      problem("x\(number): \(entry.failed) failed, \(change.execution.failedCount) were counted")
    }
    if let budget = change.execution.failureBudget, entry.failed > budget + 1 {
      problem("x\(number): \(entry.failed) failed, and \(budget) may")
    }
    guard change.execution.state.isTerminal else { return }
    if let open = entry.keys.first(where: { runs[$0]?.state.isTerminal != true }) {
      problem("x\(number) ended before \(open)")
    }
    if (entry.failed > 0) != (change.execution.state == .failed) || entry.inFlight != 0 {
      problem("x\(number) ended as \(change.execution.state) with \(entry.failed) failures")
    }
    for key in entry.keys {
      runs[key] = nil
      unknown.remove(key >> 8)
    }
    entries[number] = nil
    ended.insert(number)
  }

  /// What a server that starts now reads.
  var book: RunBook {
    RunBook(executions: entries.values.map(\.execution), runs: Array(runs.values))
  }
}
