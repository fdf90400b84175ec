internal import Glibc
internal import Synchronization

/// Where processes start, one after the other, and those end that do not live long.
///
/// The next one starts when the last has ended, or is not young any more. Those that have just begun
/// want a processor; with more of them than there are processors each only takes longer, and every
/// descriptor that is open for one makes the start of the others dearer. One that lives on is not
/// young for long, so it holds nobody up.
///
/// All of it is done by one thread, which nobody has to wake when a process ends. While the kernel
/// keeps that thread in a start, as with a program on a network disk that is gone, the other lanes
/// go on.
final class StartLane: Sendable {
  /// The thread.
  let poller: Poller
  /// `/dev/null`, which all processes have as input.
  let input: Int32

  private struct State {
    /// How many have a place: those that come, those that wait, and the one that has its turn.
    var load = 0
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  // Runs come and go on any thread.
  private let state = Mutex(State())

  init() throws(ProbeError) {
    poller = try Poller(label: "probe.starter")
    input = Descriptor.aboveStandard(open("/dev/null", O_RDONLY | O_CLOEXEC))
    guard input >= 0 else { throw .path("/dev/null", "\(SystemError.current)") }
  }

  deinit {
    poller.shutDown()
    if input >= 0 { close(input) }
  }

  /// As many as make sense on this host: one for each processor, and at least two, so that there is
  /// another where one is held up.
  static func forThisHost() throws(ProbeError) -> [StartLane] {
    let count = min(max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))), 8)
    var lanes: [StartLane] = []
    for _ in 0..<count { lanes.append(try StartLane()) }
    return lanes
  }

  fileprivate var load: Int { state.withLock { $0.load } }

  fileprivate func reserve() { state.withLock { $0.load += 1 } }

  fileprivate func cancel() { state.withLock { $0.load -= 1 } }

  fileprivate func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken {
          state.waiting.append(continuation)
          return false
        }
        state.isTaken = true
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  fileprivate func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.load -= 1
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

/// The place of one run in a lane, until it has had its turn, or nobody has this any more.
final class StartTurn: Sendable {
  private enum Stage { case reserved, entered, left }

  let lane: StartLane
  // The stages follow each other, but on different threads.
  private let stage = Mutex(Stage.reserved)

  /// Takes a place in the lane in which there are the fewest.
  init(in lanes: [StartLane]) {
    var best = lanes[0]
    var least = best.load
    for lane in lanes.dropFirst() where least > 0 {
      let load = lane.load
      if load < least { (best, least) = (lane, load) }
    }
    lane = best
    lane.reserve()
  }

  deinit { end() }

  /// Waits for the turn.
  func begin() async {
    await lane.enter()
    stage.withLock { $0 = .entered }
  }

  /// Gives the turn to whoever has waited longest; nothing where it was given before.
  func end() {
    let stage = stage.withLock { stage in
      defer { stage = .left }
      return stage
    }
    switch stage {
    case .reserved: lane.cancel()
    case .entered: lane.leave()
    case .left: break
    }
  }
}
