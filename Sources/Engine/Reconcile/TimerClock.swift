import Dispatch
import Synchronization

/// The monotonic clock of `ContinuousClock`; a sleep that is cancelled leaves nothing behind.
///
/// `ContinuousClock` keeps the timer of a cancelled sleep until its end would have come. A deadline
/// of minutes around each request and each pass would pile up for minutes.
package struct TimerClock: Clock {
  private let base = ContinuousClock()

  package init() {}

  package var now: ContinuousClock.Instant { base.now }
  package var minimumResolution: Duration { base.minimumResolution }

  /// Returns at `deadline`, or throws `CancellationError` where the task is cancelled before it.
  package func sleep(
    until deadline: ContinuousClock.Instant, tolerance: Duration?,
  ) async throws {
    let sleep = Sleep()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        sleep.begin(continuation, for: deadline - now)
      }
    } onCancel: {
      sleep.end(with: .failure(CancellationError()))
    }
  }
}

/// One sleep, and the timer that ends it.
private final class Sleep: Sendable {
  private enum State {
    case new
    case asleep(CheckedContinuation<Void, any Error>, any DispatchSourceTimer)
    case over(Result<Void, any Error>)
  }

  private let state = Mutex<State>(.new)

  func begin(_ continuation: CheckedContinuation<Void, any Error>, for duration: Duration) {
    let early: Result<Void, any Error>? = state.withLock { state in
      if case .over(let result) = state { return result }
      let timer = DispatchSource.makeTimerSource(queue: .global())
      timer.schedule(deadline: .now() + duration / .seconds(1))
      timer.setEventHandler { [self] in end(with: .success(())) }
      state = .asleep(continuation, timer)
      timer.activate()
      return nil
    }
    if let early { continuation.resume(with: early) }
  }

  /// Wakes the sleeper; the first call counts.
  func end(with result: Result<Void, any Error>) {
    let sleeper: CheckedContinuation<Void, any Error>? = state.withLock { state in
      if case .over = state { return nil }
      defer { state = .over(result) }
      guard case .asleep(let continuation, let timer) = state else { return nil }
      // The handler holds this object, which holds the timer.
      timer.setEventHandler(handler: nil)
      timer.cancel()
      return continuation
    }
    sleeper?.resume(with: result)
  }
}
