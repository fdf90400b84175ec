import Synchronization

/// A clock that only moves when it is told to.
final class ManualClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private struct Sleeper {
    var deadline: Instant
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct Watcher {
    var duration: Duration
    var gate: Gate
  }

  private struct State {
    var now = Instant(offset: .zero)
    var next = 0
    var sleepers: [Int: Sleeper] = [:]
    var watchers: [Watcher] = []
  }

  private let state = Mutex(State())

  var now: Instant { state.withLock(\.now) }
  let minimumResolution: Duration = .nanoseconds(1)

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let sleeper = Sleeper(deadline: deadline, continuation: continuation)
        let (isOver, gates): (Bool, [Gate]) = state.withLock { state in
          if Task.isCancelled || deadline <= state.now { return (true, []) }
          state.sleepers[number] = sleeper
          let now = state.now
          let seen = state.watchers.filter { now.advanced(by: $0.duration) == deadline }
          return (false, seen.map(\.gate))
        }
        for gate in gates { gate.open() }
        guard isOver else { return }
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          continuation.resume()
        }
      }
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Returns once some task sleeps for exactly `duration` from now.
  func sleeper(for duration: Duration) async {
    let gate = Gate()
    let isThere = state.withLock { state in
      let deadline = state.now.advanced(by: duration)
      state.watchers.append(Watcher(duration: duration, gate: gate))
      return state.sleepers.values.contains { $0.deadline == deadline }
    }
    if isThere { return }
    await gate.wait()
  }

  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let due = state.sleepers.filter { $0.value.deadline <= state.now }
      for number in due.keys { state.sleepers.removeValue(forKey: number) }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }
}
