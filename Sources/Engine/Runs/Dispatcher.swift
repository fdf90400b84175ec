import Actions
import Cron
import Faults
package import Logging
import Planning
import Resources
import Synchronization
package import TimeZones
package import Workflows

/// Decides what runs, and when: the one place where executions, runs and occurrences change.
///
/// It takes what happened since it last looked (requests, reports of probes, times that came),
/// moves the pure machines, and writes all of it in one transaction; only then anything is started
/// or stopped. So what was decided is on record before it happens, and a commit is shared by all
/// that happens at a time.
package actor Dispatcher {
  package struct Settings: Sendable {
    /// Whether schedules are decided; not where a command only runs one job.
    package var decidesSchedules: Bool
    /// How many schedules are decided in one transaction at most.
    package var scheduleBatch: Int
    /// How many attempts run at a time on each of the server's own probes.
    package var parallelRuns: Int

    package init(decidesSchedules: Bool = true, scheduleBatch: Int = 256, parallelRuns: Int = 64) {
      self.decidesSchedules = decidesSchedules
      self.scheduleBatch = scheduleBatch
      self.parallelRuns = parallelRuns
    }
  }

  let store: any RunStore
  let runner: any ActionRunner
  let zones: @Sendable (String) -> Zone?
  let zoneDataVersion: String
  let settings: Settings
  let clock: any Clock<Duration>
  let wall: any WallClock
  let logger: Logger
  private let executor = BlockingExecutor(label: "dispatcher")
  nonisolated let wakeup = Wakeup()
  nonisolated let intake = DispatchIntake()

  let world: LiveWorld
  /// Nil where it has to be read (again).
  var book: RunBook?
  /// Executions that have not ended, by the schedule that they come from, and back.
  var activeBySchedule: [String: [ExecutionID]] = [:]
  var scheduleOf: [ExecutionID: String] = [:]
  /// Executions of which something waits for people.
  var held: Set<ExecutionID> = []
  /// Schedules to look at in the next turn, because one of their executions ended.
  var awakened: Set<String> = []
  /// What was sent and has not ended, with how much of its output is kept.
  var flights: [RunID: Int] = [:]
  private var hasLoaded = false
  /// When the last turn was, by the clock of the wall.
  private var lastTurn: Timestamp?
  /// Whether everything is being asked to stop.
  private var isStopping = false
  /// Whether the last turn had something to write.
  private var hasWritten = false
  private var failures = 0
  private var lastFailure: String?

  /// The clock of the wall may jump; so it is looked at least so often.
  ///
  /// More often where only one job is run: nobody tells a command what others ask for.
  private var pollInterval: Duration {
    settings.decidesSchedules ? .seconds(5) : .milliseconds(250)
  }
  /// So many requests are taken in one turn: no more than take as long as what runs meanwhile.
  private static let requestBatch = 256
  /// What a commit costs is a fraction of this; and nobody waits for a run that closely.
  private static let moment: Duration = .milliseconds(10)
  /// So often it looks whether all has stopped, half a second apart at most.
  private static let stopRounds = 50

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(
    store: any RunStore, runner: any ActionRunner, zones: @escaping @Sendable (String) -> Zone?,
    zoneDataVersion: String, settings: Settings = Settings(), clock: any Clock<Duration>,
    wall: any WallClock, logger: Logger,
  ) {
    self.store = store
    self.runner = runner
    self.zones = zones
    self.zoneDataVersion = zoneDataVersion
    self.settings = settings
    world = LiveWorld(parallelRuns: settings.parallelRuns)
    self.clock = clock
    self.wall = wall
    self.logger = logger
  }

  /// Makes it look now.
  package nonisolated func trigger() { wakeup.call() }

  /// Runs until the task is cancelled; then what runs is asked to stop.
  package func run() async {
    await recover()
    while !Task.isCancelled {
      let pause = turn()
      if Task.isCancelled { break }
      await sleep(for: pause)
    }
    // The task is cancelled, and this still has to wait for processes.
    await Task { await self.stopAll() }.value
  }

  /// Runs until `execution` has ended, or until the task is cancelled; then it is killed.
  package func run(until execution: ExecutionID) async {
    await recover()
    while !Task.isCancelled {
      let pause = turn()
      if book != nil, book?.execution(execution) == nil, flights.isEmpty { return }
      await sleep(for: pause)
    }
    await Task { await self.stopAll() }.value
  }

  /// Sleeps for `pause`, or until something happens; after a turn that wrote something, a moment at
  /// least, so that what happens meanwhile shares a commit.
  private func sleep(for pause: Duration) async {
    let moment = hasWritten ? min(pause, Self.moment) : .zero
    if moment > .zero { try? await clock.sleep(for: moment) }
    await wakeup.wait(for: pause - moment, clock: clock)
  }

  /// Takes what was asked for, and starts nothing of what waits for a time.
  package func settleRequests() async {
    await recover()
    _ = turn()
  }

  // MARK: One turn

  /// Takes all that happened.
  ///
  /// - Returns: how long there is nothing to do.
  package func turn() -> Duration {
    let reports = intake.take()
    let now = wall.now()
    var turn = DispatchTurn()
    do throws(StoreError) {
      let next = try store.dispatch(at: now) { transaction throws(StoreError) in
        try decide(reports, now, transaction, &turn)
      }
      FaultPoint.reach(.dispatchCommitted)
      hasWritten = !turn.isEmpty
      if failures > 0 { logger.notice("runs are dispatched again") }
      failures = 0
      lastFailure = nil
      lastTurn = now
      perform(turn)
      return next
    } catch {
      intake.putBack(reports)
      book = nil
      return failed(error)
    }
  }

  private func failed(_ error: StoreError) -> Duration {
    failures += 1
    if lastFailure != error.message {
      logger.error(
        "runs cannot be dispatched; it is tried again",
        metadata: ["error": .string(error.description)])
    }
    lastFailure = error.message
    return .milliseconds(min(30_000, 250 << min(failures, 7)))
  }

  private func decide(
    _ reports: [DispatchIntake.Report], _ now: Timestamp, _ transaction: any RunTransaction,
    _ turn: inout DispatchTurn,
  ) throws(StoreError) -> Duration {
    let isChanged = try world.enter(transaction)
    try load(transaction, now, &turn)
    noticeClock(now, &turn)
    if isChanged { apply(.rulesChanged, now, &turn) }
    try take(reports, now, transaction, &turn)
    if isStopping { stopFlights(now, &turn) }
    let requests = try transaction.requests(limit: Self.requestBatch)
    let done = try take(requests, now, transaction, &turn)
    if let timer = book?.nextTimer, timer <= now { apply(.tick, now, &turn) }
    let hasMore =
      settings.decidesSchedules && !isStopping
      ? try decideSchedules(now, transaction, &turn) : false
    try world.leave()
    try turn.write(transaction)
    try noteSuccesses(turn, transaction)
    try transaction.drop(done)
    FaultPoint.reach(.dispatchBeforeCommit)
    if hasMore || done.count == Self.requestBatch { return .zero }
    return pause(now, try transaction.nextDue())
  }

  /// Keeps a clock that was set back from holding up what waits.
  private func noticeClock(_ now: Timestamp, _ turn: inout DispatchTurn) {
    guard let lastTurn, now < lastTurn else { return }
    let span = TimeSpan(nanoseconds: lastTurn.nanoseconds - now.nanoseconds)
    logger.warning(
      "the clock was set back; schedules fire again when it has come to where it was",
      metadata: ["by": .string(span.description)])
    apply(.clockSetBack(by: span), now, &turn)
  }

  private func stopFlights(_ now: Timestamp, _ turn: inout DispatchTurn) {
    for id in flights.keys.sorted() {
      apply(.stop(.run(id), .cancel, by: "server", reason: .serverEnded), now, &turn)
    }
  }

  private func pause(_ now: Timestamp, _ nextDue: Timestamp?) -> Duration {
    var next = book?.nextTimer
    if settings.decidesSchedules, let nextDue { next = min(next ?? nextDue, nextDue) }
    if !awakened.isEmpty { return .zero }
    guard let next else { return pollInterval }
    let nanoseconds = max(0, next.nanoseconds.subtractingReportingOverflow(now.nanoseconds).0)
    return min(.nanoseconds(nanoseconds), pollInterval)
  }

  func apply(_ event: RunEvent, _ now: Timestamp, _ turn: inout DispatchTurn) {
    guard let step = book?.apply(event, at: now, world) else { return }
    for change in step.executions { index(change.execution) }
    for change in step.runs where change.run.state == .queued && change.run.reason == .admission {
      held.insert(change.run.id.execution)
    }
    turn.add(step)
  }

  /// Keeps the lists of what has not ended.
  private func index(_ execution: Execution) {
    if execution.state.isTerminal {
      held.remove(execution.id)
      world.admitted.remove(execution.id)
      guard let schedule = scheduleOf.removeValue(forKey: execution.id) else { return }
      activeBySchedule[schedule]?.removeAll { $0 == execution.id }
      if activeBySchedule[schedule]?.isEmpty == true { activeBySchedule[schedule] = nil }
      awakened.insert(schedule)
      return
    }
    if execution.state == .awaitingApproval { held.insert(execution.id) }
    guard let schedule = execution.trigger.schedule, scheduleOf[execution.id] == nil else { return }
    scheduleOf[execution.id] = schedule
    activeBySchedule[schedule, default: []].append(execution.id)
  }

  // MARK: Beginning

  /// Ends what an earlier life left behind, before anything is started.
  private func recover() async {
    let left = await runner.recover()
    if !left.isEmpty {
      logger.notice(
        "processes of an earlier life were ended", metadata: ["runs": .stringConvertible(left)])
    }
  }

  private func load(
    _ transaction: any RunTransaction, _ now: Timestamp, _ turn: inout DispatchTurn,
  ) throws(StoreError) {
    if book != nil { return }
    if settings.decidesSchedules, !hasLoaded {
      try transaction.wakeSchedules(decidedBeside: zoneDataVersion, at: now)
    }
    hasLoaded = true
    let active = try transaction.activeExecutions()
    let book = RunBook(executions: active.executions, runs: active.runs)
    for id in book.damaged {
      logger.error("an execution cannot be read back", metadata: ["execution": "\(id)"])
    }
    self.book = book
    activeBySchedule = [:]
    scheduleOf = [:]
    held = []
    for execution in active.executions { index(execution) }
    for run in active.runs where run.state == .queued && run.reason == .admission {
      held.insert(run.id.execution)
    }
    // What this life sent is still under way, though the book is read again.
    apply(.recovered(builtIn: flights.isEmpty ? world.fleet.servers : []), now, &turn)
    for run in active.runs
    where (run.state == .pending || run.state == .running) && flights[run.id] == nil
      && world.fleet[run.id.probe]?.isServer == true
    { apply(.lost(run.id, .serverEnded), now, &turn) }
  }

  // MARK: Afterwards

  /// Does what was committed.
  private func perform(_ turn: DispatchTurn) {
    land(turn)
    for effect in turn.effects {
      switch effect {
      case .send(let run, let job): send(run, job)
      case .stop(let id, let kill): runner.stop(id.description, kill: kill)
      case .ended: break
      }
    }
  }

  private func send(_ run: Run, _ job: JobDefinition) {
    flights[run.id] = job.outputLimit
    let id = run.id
    let (intake, wakeup, wall) = (intake, wakeup, wall)
    FaultPoint.reach(.runBeforeSend)
    runner.start(request(run, job)) { report in
      if case .output = report {} else { FaultPoint.reach(.runReported) }
      intake.put(DispatchIntake.Report(run: id, time: wall.now(), report: report))
      wakeup.call()
    }
    FaultPoint.reach(.runSent)
  }

  private func request(_ run: Run, _ job: JobDefinition) -> ActionRequest {
    let execution = book?.execution(run.id.execution)
    var environment = [
      "WRIT_RUN": run.id.description, "WRIT_EXECUTION": run.id.execution.description,
      "WRIT_JOB": job.name, "WRIT_PROBE": run.id.probe, "WRIT_ATTEMPT": "\(run.id.attempt)",
    ]
    if let trigger = execution?.trigger {
      environment["WRIT_TRIGGER"] = trigger.word
      environment["WRIT_SCHEDULE"] = trigger.schedule
    }
    return ActionRequest(
      run: run.id.description, action: job.action, secrets: job.secrets, environment: environment,
      timeout: .nanoseconds(job.timeout.nanoseconds),
      gracePeriod: .nanoseconds(job.gracePeriod.nanoseconds), outputLimit: job.outputLimit,
      policies: world.policies.filter { policy in
        policy.covers(run.id.probe, in: world.fleet)
          && !(policy.queues && world.admitted.contains(run.id.execution))
      }.map(\.policy))
  }

  /// Asks everything to stop, and waits until it did, so that no process outlives the server.
  private func stopAll() async {
    isStopping = true
    world.isStopping = true
    for _ in 0..<Self.stopRounds {
      let pause = turn()
      if flights.isEmpty { return }
      await wakeup.wait(for: min(max(pause, .milliseconds(1)), .milliseconds(500)), clock: clock)
    }
  }
}
