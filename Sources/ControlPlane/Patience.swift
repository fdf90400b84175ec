internal import ServiceLifecycle

/// Waits for something that cannot be cancelled, but not forever.
struct Patience: Sendable {
  enum Outcome<Value: Sendable>: Sendable {
    case value(Value)
    case tooLong
    /// The server goes down, and has waited as long as it may.
    case shuttingDown
    case cancelled
  }

  var limit: Duration
  /// How long to go on waiting once the server goes down.
  var drainLimit: Duration
  var clock: any Clock<Duration>

  /// The value of `operation`, or why it was not waited for.
  ///
  /// An operation that is given up on runs on, and its value is dropped.
  func wait<Value: Sendable>(
    for operation: @escaping @Sendable () async -> Value
  ) async -> Outcome<Value> {
    let (outcomes, first) = AsyncStream.makeStream(
      of: Outcome<Value>.self, bufferingPolicy: .bufferingOldest(1))
    // A task of its own, because a task group would wait for it: neither a hop to a busy actor nor
    // Reconciler.reconcile ends on cancellation. It ends with the pass, or when the loop stops.
    Task { first.yield(.value(await operation())) }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        if await isOver(limit) { first.yield(.tooLong) }
      }
      group.addTask {
        guard (try? await gracefulShutdown()) != nil, await isOver(drainLimit) else { return }
        first.yield(.shuttingDown)
      }
      var iterator = outcomes.makeAsyncIterator()
      let outcome = await iterator.next() ?? .cancelled
      group.cancelAll()
      return outcome
    }
  }

  /// Sleeps for `duration`; false where the task was cancelled before its end.
  private func isOver(_ duration: Duration) async -> Bool {
    (try? await clock.sleep(for: duration)) != nil
  }
}
