import Actions
import Resources
import Workflows

/// What simulated probes do: they are slow, crash, get lost, come back, answer late or twice.
extension RunSimulation {
  /// A probe begins what it was given, unless it has had it before.
  func begin(_ id: RunID, _ index: Int) {
    let key = SimulatedStore.key(id)
    if !begun.insert(key).inserted { store.problem("\(id) began twice") }
    probes[index].running.insert(key)
    if random.chance(90) {
      let latency = Int64(random.below(20)) * 1_000_000
      queue.push(.startReport(id, index, session: probes[index].session), at: now + latency)
    }
    let isSlow = random.chance(2)
    let length = Int64(random.below(isSlow ? 600_000 : 2000)) * 1_000_000
    queue.push(.end(id, index), at: now + length)
  }

  /// What runs comes to its own end, or to the one that it was asked for.
  func end(_ id: RunID, _ index: Int, _ asked: ActionResult.Ending? = nil) {
    let key = SimulatedStore.key(id)
    guard probes[index].running.remove(key) != nil else { return }
    var result = ActionResult(asked ?? .completed)
    var isSuccess = false
    if asked == nil {
      switch random.below(100) {
      case 0..<80:
        result.exitCode = 0
        isSuccess = true
      case 80..<90: result.exitCode = Int32(random.below(20))
      case 90..<92: result.signal = 11
      case 92..<95: result.ending = .timedOut
      case 95..<97: result.ending = .unstartable
      case 97..<98: result.ending = .canceled
      default: result.ending = .refused
      }
    }
    probes[index].results[key] = (id, result, isSuccess)
    send(key, index)
  }

  /// Tells the server of an end, once or twice.
  private func send(_ key: Int, _ index: Int) {
    guard world.connected.contains(probes[index].name) else { return }
    for _ in 0...(random.chance(3) ? 1 : 0) {
      let latency = Int64(random.below(100)) * 1_000_000
      queue.push(.resultReport(key, index, session: probes[index].session), at: now + latency)
    }
  }

  /// The server hears of an end; what it has stored, the probe forgets.
  func report(_ key: Int, _ index: Int) {
    guard let (id, result, isSuccess) = probes[index].results[key] else { return }
    let session = probes[index].session
    let isStored = serve(.finished(id, result, isSuccess: isSuccess))
    if probes[index].session == session, isStored, !random.chance(2) {
      probes[index].results[key] = nil
    }
  }

  /// A stop reaches what runs, and mostly helps.
  func stop(_ id: RunID, _ kill: Bool) {
    let index = SimulatedStore.number(id.probe)
    guard world.connected.contains(probes[index].name), random.chance(kill ? 95 : 80) else {
      return
    }
    end(id, index, kill || random.chance(20) ? .killed : .canceled)
  }

  func disconnect(_ index: Int) {
    world.connected.remove(probes[index].name)
    world.heard[probes[index].name] = clock
    probes[index].session += 1
  }

  /// A probe is cut off, or ends with all that it runs; the built-in one is the server itself.
  func breakProbe() {
    guard hasFaults else { return }
    queue.push(.probeFault, at: now + Int64(1 + random.below(1000)) * 1_000_000)
    let index = 1 + random.below(probes.count - 1)
    guard world.connected.contains(probes[index].name) else { return }
    disconnect(index)
    if random.chance(30) { probes[index].running = [] }
    let absence = Int64(random.below(random.chance(10) ? 60_000 : 4000)) * 1_000_000
    queue.push(.connection(index), at: now + absence)
    queue.push(
      .leaseEnd(index, session: probes[index].session), at: now + 10 * Self.second)
  }

  /// A probe is back: what it does not know of is lost, and what it has not told it tells.
  func connect(_ index: Int) {
    let name = probes[index].name
    guard !world.connected.contains(name) else { return }
    world.connected.insert(name)
    probes[index].session += 1
    let session = probes[index].session
    let outstanding = book.outstanding(on: name)
    if Set(outstanding.map { SimulatedStore.key($0.id) }) != store.active[index] ?? [] {
      store.problem("the book has other runs on \(name) than the disk")
    }
    for run in outstanding {
      let key = SimulatedStore.key(run.id)
      if probes[index].running.contains(key) || probes[index].results[key] != nil { continue }
      serve(.lost(run.id, .probeLost))
      if probes[index].session != session { return }
    }
    serve(.probeConnected(name))
    if probes[index].session != session { return }
    for key in probes[index].results.keys.sorted() { send(key, index) }
  }
}
