internal import CProcess
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread that waits for processes, pipes and deadlines of runs, and wakes the runs.
///
/// Tasks may prefer it as their executor. What wakes them is noticed on the thread on which they go
/// on then, so nobody else has to be woken; but all of them have only this one, so they must not
/// block.
final class Poller: TaskExecutor {
  private struct State {
    var wakeups: [UInt64: Wakeup] = [:]
    var deadlines = DeadlineHeap()
    var nextToken: UInt64 = 1
    /// What is to be done on the thread, in this order.
    var jobs: [UnownedJob] = []
    /// Until when the thread sleeps; nil while it does not, or was woken.
    var sleepsUntil: MonotonicTime?
    var isShutDown = false
  }

  // Runs register from any thread while the poller's thread looks them up.
  private let state = Mutex(State())
  private let epoll: Int32
  private let bell: Int32

  init(label: String) throws(ProbeError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", SystemError.current) }
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard bell >= 0 else {
      close(epoll)
      throw .system("eventfd", SystemError.current)
    }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
    epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event)
    DispatchQueue(label: label).async { self.loop() }
  }

  /// Ends the thread when it has no jobs any more; after that nothing is watched.
  func shutDown() {
    changeAndWake { $0.isShutDown = true }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    changeAndWake { $0.jobs.append(job) }
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
    changeAndWake(ifAsleepAfter: deadline) { $0.deadlines.set(token, at: deadline) }
  }

  /// Changes the state, and wakes the thread where it sleeps longer than until `time`.
  private func changeAndWake(
    ifAsleepAfter time: MonotonicTime? = nil, _ change: (inout State) -> Void,
  ) {
    let rings = state.withLock { state in
      change(&state)
      guard let until = state.sleepsUntil, time.map({ $0 < until }) ?? true else { return false }
      state.sleepsUntil = nil
      return true
    }
    guard rings else { return }
    var one: UInt64 = 1
    _ = write(bell, &one, 8)
  }

  private func loop() {
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while true {
      wakeDue()
      performJobs()
      guard let timeout = sleepTime() else { break }
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
      state.withLock { $0.sleepsUntil = nil }
      guard count > 0 else { continue }
      for event in events[..<Int(count)] { deliver(event.data.u64) }
    }
    close(epoll)
    close(bell)
  }

  /// Wakes those whose deadline has passed.
  private func wakeDue() {
    let due = state.withLock { state -> [Wakeup] in
      guard let earliest = state.deadlines.earliest else { return [] }
      let now = MonotonicTime.now
      guard earliest <= now else { return [] }
      var due: [Wakeup] = []
      while let token = state.deadlines.popDue(now) {
        if let wakeup = state.wakeups[token] { due.append(wakeup) }
      }
      return due
    }
    for wakeup in due { wakeup.signal(.deadline) }
  }

  /// Does what there is to do now, and not what comes of that.
  private func performJobs() {
    let jobs = state.withLock { state in
      defer { state.jobs = [] }
      return state.jobs
    }
    for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  /// How long to sleep in milliseconds, nil to end.
  private func sleepTime() -> Int32? {
    state.withLock { state in
      guard state.jobs.isEmpty else { return 0 }
      guard !state.isShutDown else { return nil }
      let now = MonotonicTime.now
      // A far away time instead of none, so that the first deadline of a run in an hour does not
      // ring the bell.
      let next = min(state.deadlines.earliest ?? now + .seconds(60), now + .seconds(60))
      guard now < next else { return 0 }
      state.sleepsUntil = next
      return Int32((next.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }
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

/// A place at a poller: under it one run is woken, until nobody has the place any more.
final class PollerPlace: Sendable {
  let poller: Poller
  private let token: UInt64

  init(at poller: Poller, for wakeup: Wakeup) {
    self.poller = poller
    token = poller.register(wakeup)
  }

  deinit { poller.drop(token) }

  /// Wakes the run for `reason` whenever there is news of `descriptor`, until that is closed.
  func watch(_ descriptor: Int32, _ reason: WakeReasons) throws(ProbeError) {
    try poller.watch(descriptor, token: token, reason: reason)
  }

  /// Wakes the run at `deadline`, and no more at the one set before.
  func setDeadline(_ deadline: MonotonicTime) { poller.setDeadline(token, at: deadline) }
}
