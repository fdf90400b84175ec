import Resources

/// Probes take so many attempts at a time; the others wait in the order of their executions.
extension RunBook {
  func hasRoom(_ probe: String, _ turn: RunTurn) -> Bool {
    guard let limit = turn.world.parallelLimit(probe) else { return true }
    return active[probe]?.count ?? 0 < limit
  }

  /// Has a run wait until its probe has room.
  mutating func queue(_ ref: RunRef, _ run: Run) {
    let execution = fanOuts[ref.slot].execution
    crowds[run.id.probe, default: MinHeap()].push(
      RunQueuePlace(createdAt: execution.createdAt, run: run.id, ref: ref))
  }

  /// Judges what waits for room on a probe, as long as there is some.
  mutating func fill(_ probe: String, _ turn: inout RunTurn) {
    while hasRoom(probe, turn), let next = crowds[probe]?.pop() {
      // It may have ended meanwhile, and its place may be another's now.
      guard let run = run(next.ref), run.id == next.run, run.state == .queued,
        run.reason == .capacity
      else { continue }
      judge(next.ref, &turn)
    }
    if crowds[probe]?.first == nil { crowds[probe] = nil }
  }
}

/// A place in the queue for a probe.
struct RunQueuePlace: Comparable, Sendable {
  var createdAt: Timestamp
  var run: RunID
  var ref: RunRef

  static func == (a: RunQueuePlace, b: RunQueuePlace) -> Bool { a.run == b.run }

  static func < (a: RunQueuePlace, b: RunQueuePlace) -> Bool {
    (a.createdAt, a.run) < (b.createdAt, b.run)
  }
}
