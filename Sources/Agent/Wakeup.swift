internal import Synchronization

/// What a run waits for.
struct WakeReasons: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let stdout = Self(rawValue: 1)
  static let stderr = Self(rawValue: 2)
  /// The process, or one that it left behind, has ended.
  static let exit = Self(rawValue: 4)
  static let deadline = Self(rawValue: 8)
  /// Somebody asks the run to stop.
  static let stop = Self(rawValue: 16)
}

/// Where one run sleeps, and any thread can wake it.
///
/// Reasons that come while nobody waits are kept, so that none is lost. The lock is there because
/// the poller's thread and those who stop a run signal while the run itself waits; it is held for
/// a few instructions.
final class Wakeup: Sendable {
  private struct State {
    var reasons: WakeReasons = []
    var waiter: CheckedContinuation<WakeReasons, Never>?
  }

  private let state = Mutex(State())

  func signal(_ reasons: WakeReasons) {
    let resumed = state.withLock { state in
      guard let waiter = state.waiter else {
        state.reasons.formUnion(reasons)
        return nil as CheckedContinuation<WakeReasons, Never>?
      }
      state.waiter = nil
      return waiter
    }
    resumed?.resume(returning: reasons)
  }

  /// What came since the last look, without waiting.
  func take() -> WakeReasons {
    state.withLock { state in
      defer { state.reasons = [] }
      return state.reasons
    }
  }

  /// Waits until there is a reason; only one may wait at a time.
  func wait() async -> WakeReasons {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state -> WakeReasons in
        guard state.reasons.isEmpty else {
          defer { state.reasons = [] }
          return state.reasons
        }
        state.waiter = continuation
        return []
      }
      if !ready.isEmpty { continuation.resume(returning: ready) }
    }
  }
}
