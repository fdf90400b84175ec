internal import Actions
internal import CProcess
internal import Glibc

/// Watches one process from its start to its end: output, stop, time-out, what it leaves behind.
struct Supervision {
  /// How long after the end of the main process somebody else may hold its output open.
  static let drainTime = Duration.seconds(1)
  /// How old a process is when its output is first looked at, unless it has ended before; so long it
  /// is young.
  ///
  /// So one that ends at once wakes its run once, and not for each end of a pipe besides; this is a
  /// third of what short runs cost.
  static let firstLook = Duration.milliseconds(10)

  let request: ActionRequest
  let control: RunControl
  let poller: Poller
  let starts: StartGate
  let token: UInt64
  /// The main process; its number is that of the group and of the session, too.
  let child: Launch.Child
  let probe: String
  var output: RunOutput

  /// How the main process ended; nil while it lives.
  private(set) var exit: ProcessExit?
  /// Why it is stopped; nil while it is not.
  private(set) var stopped: ActionResult.Ending?
  /// Streams whose end was not seen yet.
  private var open: WakeReasons = [.stdout, .stderr]
  private var killAt: MonotonicTime?
  private var hasKilled = false
  private var isBlind = false
  private var failure: String?
  private var drainUntil: MonotonicTime?
  /// When the process is not young any more, and its pipes get watched; nil from then on.
  private var lookAt: MonotonicTime?
  private let timeoutAt: MonotonicTime

  init(
    _ request: ActionRequest, control: RunControl, poller: Poller, starts: StartGate,
    token: UInt64, child: Launch.Child, probe: String, output: RunOutput,
  ) {
    self.request = request
    self.control = control
    self.poller = poller
    self.starts = starts
    self.token = token
    self.child = child
    self.probe = probe
    self.output = output
    let now = MonotonicTime.now
    lookAt = now + Self.firstLook
    timeoutAt = now + request.timeout
  }

  /// Returns when the main process is a zombie, and its output drained.
  ///
  /// The caller reaps only after that, so until then the number of the group is its own.
  mutating func run(
    stdout: borrowing OutputPipe, stderr: borrowing OutputPipe,
  ) async {
    watch(child.descriptor, .exit)
    var news: WakeReasons = [.stop]
    while true {
      if news.contains(.exit) || isBlind, exit == nil { noteExit(&news) }
      let more = read(news, stdout: stdout, stderr: stderr)
      let now = MonotonicTime.now
      heed(now)
      output.give()
      let isOver = exit != nil && isDrained(now)
      if let lookAt, lookAt <= now || exit != nil {
        self.lookAt = nil
        starts.leave()
        if !isOver {
          watch(stdout.reading, .stdout)
          watch(stderr.reading, .stderr)
        }
      }
      if isOver { break }
      if more.isEmpty {
        poller.setDeadline(token, at: nextDeadline)
        news = await control.wakeup.wait()
      } else {
        await Task.yield()
        news = control.wakeup.take().union(more)
      }
    }
    if stopped != nil || !open.isEmpty {
      await sweep(leaderIsReaped: false)
    }
  }

  /// The one result; ends what is left of the group, and gives out the last output.
  mutating func conclude() async -> ActionResult {
    // Where nobody is left, the system knows no such group.
    if Glibc.kill(-child.pid, 0) == 0 { await sweep(leaderIsReaped: true) }
    output.finish()
    return ActionResult(
      stopped ?? .completed, exitCode: exit?.exitCode, signal: exit?.signal,
      message: failure
        ?? (stopped == .timedOut ? "it took longer than its time-out of \(request.timeout)" : nil),
      usage: exit?.usage, stdoutBytes: output.stdoutBytes, stderrBytes: output.stderrBytes)
  }

  /// Watches a descriptor; where the system has no room for that, the process is ended.
  private mutating func watch(_ descriptor: Int32, _ reason: WakeReasons) {
    do throws(ProbeError) {
      try poller.watch(descriptor, token: token, reason: reason)
    } catch {
      failure = "it was killed, because it cannot be watched: \(error)"
      stopped = stopped ?? .killed
      kill()
      // Without news of its end, somebody has to look again and again.
      isBlind = true
    }
  }

  private mutating func noteExit(_ news: inout WakeReasons) {
    guard let exit = ProcessExit(descriptor: child.descriptor) else { return }
    self.exit = exit
    // What it wrote last is there by now.
    news.formUnion([.stdout, .stderr])
  }

  private mutating func read(
    _ news: WakeReasons, stdout: borrowing OutputPipe, stderr: borrowing OutputPipe,
  ) -> WakeReasons {
    var more: WakeReasons = []
    if news.contains(.stdout), open.contains(.stdout) {
      note(stdout.read { output.append($0, to: .stdout) }, .stdout, &more)
    }
    if news.contains(.stderr), open.contains(.stderr) {
      note(stderr.read { output.append($0, to: .stderr) }, .stderr, &more)
    }
    return more
  }

  private mutating func note(
    _ finding: OutputPipe.Finding, _ stream: WakeReasons, _ more: inout WakeReasons,
  ) {
    switch finding {
    case .nothing: break
    case .more: more.insert(stream)
    case .end: open.remove(stream)
    }
  }

  /// Whether all output is read, or there was enough time for it.
  private mutating func isDrained(_ now: MonotonicTime) -> Bool {
    if open.isEmpty { return true }
    guard let drainUntil else {
      // Somebody else has the output: its children, which have no business any more.
      if stopped == nil { signalGroup(SIGTERM) }
      drainUntil = now + Self.drainTime
      return false
    }
    return drainUntil <= now
  }

  private var nextDeadline: MonotonicTime {
    var next = exit == nil && stopped == nil ? timeoutAt : MonotonicTime.now + .seconds(3600)
    if let killAt, !hasKilled { next = min(next, killAt) }
    if let drainUntil { next = min(next, drainUntil) }
    if let lookAt { next = min(next, lookAt) }
    if isBlind { next = min(next, .now + .milliseconds(10)) }
    if let due = output.due { next = min(next, due) }
    return next
  }

  /// Does what was asked for, and what time asks for.
  private mutating func heed(_ now: MonotonicTime) {
    let request = control.stopRequest
    guard exit == nil else {
      // It came to its own end before; only nobody needs to wait for what it left.
      if request == .kill || (request == .cancel && stopped == nil) { drainUntil = now }
      return
    }
    if request == .kill {
      if stopped == nil || stopped == .canceled { stopped = .killed }
      kill()
    } else if request == .cancel, stopped == nil {
      ask(.canceled, now)
    } else if stopped == nil, timeoutAt <= now {
      ask(.timedOut, now)
    } else if let killAt, killAt <= now {
      kill()
    }
  }

  private mutating func ask(_ ending: ActionResult.Ending, _ now: MonotonicTime) {
    stopped = ending
    killAt = now + self.request.gracePeriod
    signalGroup(SIGTERM)
    // A process that stands still hears nothing else until it goes on.
    signalGroup(SIGCONT)
    var others = processes(leaderIsReaped: false)
    others.includesMarked = true
    others.send(SIGTERM)
  }

  private mutating func kill() {
    guard !hasKilled else { return }
    hasKilled = true
    signalGroup(SIGKILL)
  }

  /// Signals the group; only while its leader is not reaped.
  private func signalGroup(_ signal: Int32) {
    _ = Glibc.kill(-child.pid, signal)
  }

  private func processes(leaderIsReaped: Bool) -> RunProcesses {
    RunProcesses(
      run: request.run, probe: probe, leader: child.pid, leaderIsReaped: leaderIsReaped,
      includesMarked: stopped != nil)
  }

  /// Ends what the run left: asks, and after the grace period kills.
  mutating func sweep(leaderIsReaped: Bool) async {
    let left = processes(leaderIsReaped: leaderIsReaped)
    if stopped == nil { left.send(SIGTERM) }
    var deadline = hasKilled ? .now : killAt ?? .now + request.gracePeriod
    var isKilling = false
    // Each round outlives those that it found; more rounds are for what these started meanwhile.
    for _ in 0..<50 {
      if control.stopRequest == .kill { deadline = .now }
      if deadline <= .now {
        guard left.send(SIGKILL) > 0 else { return }
        deadline = .now + .seconds(5)
        isKilling = true
      }
      var held = HeldProcesses(left.find())
      guard !held.isEmpty else { return }
      await wait(for: &held, until: deadline)
      if isKilling, deadline <= .now { return }
    }
    left.send(SIGKILL)
  }

  private func wait(for held: inout HeldProcesses, until deadline: MonotonicTime) async {
    for descriptor in held.descriptors {
      guard (try? poller.watch(descriptor, token: token, reason: .exit)) != nil else { return }
    }
    while !held.haveAllEnded, MonotonicTime.now < deadline {
      poller.setDeadline(token, at: deadline)
      if await control.wakeup.wait().contains(.stop) { return }
    }
  }
}
