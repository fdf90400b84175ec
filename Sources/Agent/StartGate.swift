internal import Glibc
internal import Synchronization

/// Where processes start: only a few of them are young at a time, and the others wait in order.
///
/// Those that have just begun want a processor. With more of them than there are processors each
/// only takes longer, and every descriptor that is open for one makes the start of the others
/// dearer. One that lives on is not young for long, so it holds nobody up.
final class StartGate: Sendable {
  /// `/dev/null`, which all processes have as input.
  let input: Int32

  private struct State {
    var places: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  // Runs come and go on any thread.
  private let state: Mutex<State>

  init() throws(ProbeError) {
    input = Descriptor.aboveStandard(open("/dev/null", O_RDONLY | O_CLOEXEC))
    guard input >= 0 else { throw .path("/dev/null", "\(SystemError.current)") }
    state = Mutex(State(places: 2 * max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
  }

  deinit { close(input) }

  /// Waits for a place; whoever gets one gives it back with `leave`.
  func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.places > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.places -= 1
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  /// Gives a place to whoever has waited longest.
  func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.places += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
