import Synchronization

/// A clock whose sleepers wake when a test says that time has passed.
package final class ManualClock: Clock, Sendable {
  package struct Instant: InstantProtocol {
    package var offset: Duration

    package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    package func duration(to other: Instant) -> Duration { other.offset - offset }
    package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private struct Sleeper {
    var id: Int
    var start: Instant
    var deadline: Instant
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct Watcher {
    var isOver: @Sendable (State) -> Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleepers: [Sleeper] = []
    var nextID = 0
    var cancelled: Set<Int> = []
    var sleepCount = 0
    var watchers: [Watcher] = []

    /// Those whose wait is over.
    mutating func takeWatchers() -> [Watcher] {
      let state = self
      watchers.removeAll { $0.isOver(state) }
      return state.watchers.filter { $0.isOver(state) }
    }
  }

  private let state = Mutex(State())

  package init() {}

  package var now: Instant { state.withLock { $0.now } }
  package var minimumResolution: Duration { .nanoseconds(1) }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        start(Sleeper(id: id, start: now, deadline: deadline, continuation: continuation))
      }
    } onCancel: {
      cancel(id)
    }
  }

  private func start(_ sleeper: Sleeper) {
    let (isCancelled, isOver, watchers) = state.withLock { state in
      let isCancelled = state.cancelled.remove(sleeper.id) != nil
      let isOver = sleeper.deadline <= state.now
      if !isCancelled, !isOver { state.sleepers.append(sleeper) }
      state.sleepCount += 1
      return (isCancelled, isOver, state.takeWatchers())
    }
    if isCancelled {
      sleeper.continuation.resume(throwing: CancellationError())
    } else if isOver {
      sleeper.continuation.resume()
    }
    for watcher in watchers { watcher.continuation.resume() }
  }

  private func cancel(_ id: Int) {
    let sleeper: Sleeper? = state.withLock { state in
      guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
        state.cancelled.insert(id)
        return nil
      }
      return state.sleepers.remove(at: index)
    }
    sleeper?.continuation.resume(throwing: CancellationError())
  }

  /// Returns once `count` sleeps have begun since the clock was made.
  package func waitForSleep(number count: Int) async { await wait { $0.sleepCount >= count } }

  /// Returns once some task sleeps for exactly `duration` from now.
  package func sleeper(for duration: Duration) async {
    await wait { state in
      state.sleepers.contains { $0.deadline == state.now.advanced(by: duration) }
    }
  }

  private func wait(until isOver: @escaping @Sendable (State) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isOverNow = state.withLock { state in
        if isOver(state) { return true }
        state.watchers.append(Watcher(isOver: isOver, continuation: continuation))
        return false
      }
      if isOverNow { continuation.resume() }
    }
  }

  /// How many sleeps have begun.
  package var sleepCount: Int { state.withLock { $0.sleepCount } }

  /// How long those that sleep now asked to sleep, the shortest first.
  package var pending: [Duration] {
    state.withLock { $0.sleepers.map { $0.start.duration(to: $0.deadline) } }.sorted()
  }

  package func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let now = state.now
      let woken = state.sleepers.filter { $0.deadline <= now }
      state.sleepers.removeAll { $0.deadline <= now }
      return woken
    }
    for sleeper in woken.sorted(by: { $0.deadline < $1.deadline }) { sleeper.continuation.resume() }
  }
}
