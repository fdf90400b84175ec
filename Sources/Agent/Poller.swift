internal import CProcess
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The one thread that waits for the processes, pipes and deadlines of all runs of a probe.
///
/// It only wakes the runs; what there is to do, each run does by itself. So a run whose output
/// nobody takes holds up no other.
final class Poller: Sendable {
  private struct State {
    var wakeups: [UInt64: Wakeup] = [:]
    var deadlines = DeadlineHeap()
    var nextToken: UInt64 = 1
    /// Until when the thread sleeps, where it sleeps until some time.
    var sleepsUntil: MonotonicTime?
    var isShutDown = false
  }

  // Runs register from any thread while the poller's thread looks them up.
  private let state = Mutex(State())
  private let epoll: Int32
  private let bell: Int32

  init() throws(ProbeError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", SystemError.current) }
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard bell >= 0 else {
      close(epoll)
      throw .system("eventfd", SystemError.current)
    }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
    epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event)
    DispatchQueue(label: "probe.poller").async { self.loop() }
  }

  /// Ends the thread; after that nothing is watched any more.
  func shutDown() {
    state.withLock { $0.isShutDown = true }
    ring()
  }

  /// A token under which `wakeup` is woken, until it is dropped.
  func register(_ wakeup: Wakeup) -> UInt64 {
    state.withLock { state in
      let token = state.nextToken
      state.nextToken += 1
      state.wakeups[token] = wakeup
      return token
    }
  }

  func drop(_ token: UInt64) {
    state.withLock { state in
      state.wakeups[token] = nil
      state.deadlines.remove(token)
    }
  }

  /// Wakes `token` for `reason` whenever there is news of `descriptor`, until that is closed.
  ///
  /// There is news only once for all that is there to read: who is woken reads all.
  func watch(_ descriptor: Int32, token: UInt64, reason: WakeReasons) throws(ProbeError) {
    var event = epoll_event(
      events: EPOLLIN.rawValue | EPOLLRDHUP.rawValue | 1 << 31,
      data: epoll_data_t(u64: token << 8 | UInt64(reason.rawValue)))
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      throw .system("epoll_ctl", SystemError.current)
    }
  }

  /// Wakes `token` at `deadline`, and no more at the one set before.
  func setDeadline(_ token: UInt64, at deadline: MonotonicTime) {
    let isEarlier = state.withLock { state in
      state.deadlines.set(token, at: deadline)
      guard let until = state.sleepsUntil else { return true }
      return deadline < until
    }
    if isEarlier { ring() }
  }

  private func ring() {
    var one: UInt64 = 1
    _ = write(bell, &one, 8)
  }

  private func loop() {
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while true {
      let timeout = wakeDue()
      guard let timeout else { break }
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
      guard count > 0 else { continue }
      for event in events[..<Int(count)] { deliver(event.data.u64) }
    }
    close(epoll)
    close(bell)
  }

  /// Wakes those whose deadline has passed; how long to sleep in milliseconds, nil to end.
  private func wakeDue() -> Int32? {
    let now = MonotonicTime.now
    var due: [Wakeup] = []
    let timeout = state.withLock { state -> Int32? in
      guard !state.isShutDown else { return nil }
      while let token = state.deadlines.popDue(now) {
        if let wakeup = state.wakeups[token] { due.append(wakeup) }
      }
      // A far away time instead of none, so that the first deadline of a run in an hour does not
      // ring the bell.
      let next = min(state.deadlines.earliest ?? now + .seconds(60), now + .seconds(60))
      state.sleepsUntil = next
      let left = next.nanoseconds > now.nanoseconds ? next.nanoseconds - now.nanoseconds : 0
      return Int32((left + 999_999) / 1_000_000)
    }
    for wakeup in due { wakeup.signal(.deadline) }
    return timeout
  }

  private func deliver(_ data: UInt64) {
    guard data != 0 else {
      var count: UInt64 = 0
      _ = read(bell, &count, 8)
      return
    }
    let wakeup = state.withLock { $0.wakeups[data >> 8] }
    wakeup?.signal(WakeReasons(rawValue: UInt8(truncatingIfNeeded: data)))
  }
}
