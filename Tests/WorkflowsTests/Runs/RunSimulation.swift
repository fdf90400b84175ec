import Actions
import Resources
import Workflows

/// A server, its disk, its probes and its people, with all their faults, out of one seed.
final class RunSimulation {
  enum Event {
    case arrival, operation, probeFault
    case approval(Int, String)
    case connection(Int)
    case leaseEnd(Int, session: Int)
    case delivery(RunID, Int, session: Int)
    case startReport(RunID, Int, session: Int)
    case end(RunID, Int)
    case resultReport(Int, Int, session: Int)
  }

  static let second: Int64 = 1_000_000_000
  let runLimit: Int
  var random: SimulatedRandom
  var now: Int64 = 1_000_000 * second
  /// How far the server's clock is off.
  var clockError: Int64 = 0
  var hasFaults = true
  /// Whether after each step a restart is compared, which takes long.
  let isSuspicious: Bool
  var queue = SimulatedQueue<Event>()
  var book = RunBook()
  /// The book's, which costs more to ask.
  private var nextTimer: Timestamp?
  var store = SimulatedStore()
  let world = SimulatedWorld()
  var probes: [SimulatedProbe]
  var versions: [Int]
  var executionCount = 0
  var eventCount = 0
  var crashCount = 0
  /// Attempts that began on a probe, ever.
  var begun: Set<Int> = []

  init(
    seed: UInt64, runLimit: Int, probeCount: Int = 40, jobCount: Int = 60,
    isSuspicious: Bool = false,
  ) {
    self.isSuspicious = isSuspicious
    self.runLimit = runLimit
    random = SimulatedRandom(seed: seed)
    probes = (0..<probeCount).map { SimulatedProbe(name: "p\($0)") }
    versions = Array(repeating: 1, count: jobCount)
    for number in 0..<jobCount {
      world.jobs["j\(number)"] = SimulatedWorld.job(number, version: 1)
    }
    for probe in probes { world.connected.insert(probe.name) }
  }

  /// Runs until `runLimit` runs were made, and then without faults until all have ended.
  func simulate() {
    world.ended = { [unowned self] number in store.ended.contains(number) }
    queue.push(.arrival, at: now)
    queue.push(.operation, at: now)
    queue.push(.probeFault, at: now)
    while store.runCount < runLimit, store.problems.isEmpty { step() }
    calm()
    var patience = 100 * (book.count + 1000) * 100
    while book.count > 0 || queue.nextTime != nil, store.problems.isEmpty, patience > 0 {
      if queue.nextTime == nil, nextTimer == nil { break }
      step()
      patience -= 1
    }
    if store.problems.isEmpty, book.count > 0 || !store.entries.isEmpty {
      let left = store.entries.values.first?.execution.id
      store.problem("\(book.count) executions never end, such as \(left as Any)")
    }
  }

  /// Ends all faults, and lets all be approved and admitted.
  private func calm() {
    hasFaults = false
    world.queued = []
    world.denied = []
    serve(.rulesChanged)
    for index in probes.indices where !world.connected.contains(probes[index].name) {
      queue.push(.connection(index), at: now)
    }
    for (number, entry) in store.entries.sorted(by: { $0.key < $1.key })
    where entry.execution.state == .awaitingApproval {
      for person in ["ana", "bob"] { queue.push(.approval(number, person), at: now) }
    }
  }

  /// Lets the next thing happen.
  private func step() {
    eventCount += 1
    let timer = nextTimer.map { $0.nanoseconds - clockError }
    if let timer, timer <= queue.nextTime ?? .max {
      now = max(now, timer)
      serve(.tick)
      return
    }
    guard let time = queue.nextTime, let event = queue.pop() else { return }
    now = max(now, time)
    handle(event)
  }

  var clock: Timestamp { Timestamp(nanoseconds: now + clockError) }

  /// Has the server take an event; false where it crashed before it was stored.
  ///
  /// `undo` takes back what was to be stored in the same transaction.
  @discardableResult func serve(_ event: RunEvent, undo: () -> Void = {}) -> Bool {
    let step = book.apply(event, at: clock, world)
    let fate = hasFaults ? random.below(4000) : 4
    // Slow disks.
    if hasFaults, random.chance(1) { now += Int64(random.below(500)) * 1_000_000 }
    if fate == 0 {
      undo()
      restart()
      return false
    }
    nextTimer = book.nextTimer
    store.commit(step, world)
    if isSuspicious, store.book != book { store.problem("a restart is noticed after \(event)") }
    var effects = step.effects[...]
    if fate == 1 { effects = effects.prefix(random.below(effects.count + 1)) }
    perform(effects)
    if fate == 1 {
      if store.book != book { store.problem("a restart is noticed after \(event)") }
      restart()
    }
    return true
  }

  /// What happens when the server ends and begins again.
  private func restart() {
    crashCount += 1
    now += Self.second
    if random.chance(10) { clockError = Int64(random.below(7200) - 3600) * Self.second }
    book = store.book
    if !book.damaged.isEmpty { store.problem("damaged: \(book.damaged)") }
    for index in probes.indices.dropFirst() where world.connected.contains(probes[index].name) {
      disconnect(index)
      queue.push(.connection(index), at: now + Int64(random.below(5000)) * 1_000_000)
    }
    // The built-in probe ends with the server.
    probes[0].session += 1
    probes[0].running = []
    probes[0].results = [:]
    let hadFaults = hasFaults
    if random.chance(20) {
      // It ends again before it could store what it lost.
      _ = book.apply(.recovered(builtIn: [probes[0].name]), at: clock, world)
      book = store.book
    }
    hasFaults = false
    serve(.recovered(builtIn: [probes[0].name]))
    hasFaults = hadFaults
  }

  private func perform(_ effects: ArraySlice<RunEffect>) {
    for effect in effects {
      switch effect {
      case .send(let run, _):
        let index = SimulatedStore.number(run.id.probe)
        let latency = Int64(random.below(50)) * 1_000_000
        queue.push(.delivery(run.id, index, session: probes[index].session), at: now + latency)
      case .stop(let id, let kill): stop(id, kill)
      case .ended: break
      }
    }
  }

  private func handle(_ event: Event) {
    switch event {
    case .arrival: arrive()
    case .operation: operate()
    case .probeFault: breakProbe()
    case .approval(let number, let person): approve(number, person)
    case .connection(let index): connect(index)
    case .leaseEnd(let index, let session):
      if probes[index].session == session { serve(.probeLost(probes[index].name)) }
    case .delivery(let id, let index, let session):
      if probes[index].session == session { begin(id, index) }
    case .startReport(let id, let index, let session):
      if probes[index].session == session { serve(.started(id, at: clock)) }
    case .end(let id, let index): end(id, index)
    case .resultReport(let key, let index, let session):
      if probes[index].session == session { report(key, index) }
    }
  }
}
