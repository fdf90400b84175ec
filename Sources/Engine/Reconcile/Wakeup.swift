import Synchronization

/// Lets one waiter sleep until somebody calls or a time has passed.
///
/// A call while nobody waits is remembered, so that none is lost; several are one.
package final class Wakeup: Sendable {
  private enum State {
    case idle
    case called
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex<State>(.idle)

  package init() {}

  package func call() {
    let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard case .waiting(let continuation) = state else {
        state = .called
        return nil
      }
      state = .idle
      return continuation
    }
    waiter?.resume()
  }

  /// Returns when called, when `duration` has passed, or when the task is cancelled.
  package func wait(for duration: Duration, clock: any Clock<Duration>) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        try? await clock.sleep(for: duration)
        if !Task.isCancelled { self.call() }
      }
      await waitForCall()
      group.cancelAll()
    }
  }

  private func waitForCall() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCalled = state.withLock { state in
          if case .called = state {
            state = .idle
            return true
          }
          state = .waiting(continuation)
          return false
        }
        if isCalled { continuation.resume() }
      }
    } onCancel: {
      call()
    }
  }
}
