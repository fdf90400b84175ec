import Actions
import Engine
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing
import TimeZones
import Workflows

/// A world in which jobs run, with a probe that does what the test says.
final class RunWorkshop {
  let world: World
  let clock = ManualClock()
  let runner = ScriptedRunner()
  let log = LogRecorder()
  private(set) var dispatcher: Dispatcher
  let store: any RunStore

  /// - Parameter wrap: what stands between the dispatcher and the database.
  init(
    _ files: [String: String] = [:], wrap: (Store) -> any RunStore = { $0 },
    settings: Dispatcher.Settings = Dispatcher.Settings(),
  ) throws {
    world = try World()
    store = wrap(world.store)
    dispatcher = Self.dispatcher(store, runner, world, clock, log, ZoneData(), settings)
    if !files.isEmpty { try world.apply(files.mapValues { $0 }) }
  }

  /// The zones of a machine.
  struct ZoneData: Sendable {
    var version = "test"
    var zones: [String: Zone] = ["UTC": .utc]
  }

  private static func dispatcher(
    _ store: any RunStore, _ runner: ScriptedRunner, _ world: World, _ clock: ManualClock,
    _ log: LogRecorder, _ zoneData: ZoneData, _ settings: Dispatcher.Settings,
  ) -> Dispatcher {
    Dispatcher(
      store: store, runner: runner, zones: { zoneData.zones[$0] },
      zoneDataVersion: zoneData.version, settings: settings, clock: clock,
      wall: world.wall, logger: log.logger)
  }

  /// The server is killed and starts again: what it knew is gone, and so are its processes.
  func restart(
    with zoneData: ZoneData = ZoneData(), settings: Dispatcher.Settings = Dispatcher.Settings(),
  ) {
    runner.forget()
    dispatcher = Self.dispatcher(store, runner, world, clock, log, zoneData, settings)
  }

  var service: RunService { service(as: "cli:ana") }

  func service(as actor: String) -> RunService {
    let zoneData = ZoneData()
    return RunService(
      store: world.store, actor: actor, wall: world.wall, zones: { zoneData.zones[$0] },
      zoneDataVersion: zoneData.version)
  }

  /// Turns until nothing changes any more.
  func turn() async {
    for _ in 0..<50 {
      if await dispatcher.turn() != .zero { break }
    }
    _ = await dispatcher.turn()
  }

  /// `x….local.1 success`, of every run, in the order in which they were made.
  func states() throws -> [String] {
    try world.store.runs(RunFilter(limit: 500)).runs.reversed().map { run in
      "\(run.job).\(run.id.probe).\(run.id.attempt) \(run.state.rawValue)"
        + (run.reason.map { " \($0.rawValue)" } ?? "")
    }
  }

  func kinds(of prefix: String = "") throws -> [String] {
    try world.store.events(JournalQuery(limit: 10_000)).map(\.kind.rawValue)
      .filter { $0.hasPrefix(prefix) }
  }

  static func job(_ name: String, _ extra: String = "") -> String {
    "apiVersion: writ/v1\nkind: Job\nmetadata: {name: \(name)}\nspec:\n"
      + "  action: {exec: {argv: [/bin/true]}}\n" + extra
  }

  static func schedule(_ name: String, _ job: String, _ extra: String) -> String {
    "apiVersion: writ/v1\nkind: Schedule\nmetadata: {name: \(name)}\nspec:\n  job: \(job)\n" + extra
  }

  static func probe(_ name: String, labels: String = "{}") -> String {
    "apiVersion: writ/v1\nkind: Probe\nmetadata: {name: \(name), labels: \(labels)}\n"
      + "spec: {connection: server}\n"
  }
}

/// Notes what it is asked for, and reports what the test wants.
final class ScriptedRunner: ActionRunner {
  private struct State {
    var started: [String] = []
    var stopped: [String] = []
    var requests: [String: ActionRequest] = [:]
    var reports: [String: @Sendable (ActionReport) -> Void] = [:]
  }

  private let state = Mutex(State())

  func start(_ request: ActionRequest, report: @escaping @Sendable (ActionReport) -> Void) {
    state.withLock { state in
      state.started.append(request.run)
      state.requests[request.run] = request
      state.reports[request.run] = report
    }
  }

  func stop(_ run: String, kill: Bool) {
    state.withLock { $0.stopped.append(kill ? "kill \(run)" : "cancel \(run)") }
  }

  func recover() async -> [String] { [] }

  /// Every attempt that was ever started, in order.
  var started: [String] { state.withLock { $0.started } }
  var stopped: [String] { state.withLock { $0.stopped } }
  /// What was started and has not been finished.
  var waiting: [String] { state.withLock { $0.reports.keys.sorted() } }

  func request(_ run: String) -> ActionRequest? { state.withLock { $0.requests[run] } }

  func report(_ run: String, _ report: ActionReport) {
    let send = state.withLock { state in
      if case .finished = report { return state.reports.removeValue(forKey: run) }
      return state.reports[run]
    }
    send?(report)
  }

  func finish(_ run: String, exitCode: Int32 = 0) {
    report(run, .started)
    report(run, .finished(ActionResult(.completed, exitCode: exitCode)))
  }

  func finishAll(exitCode: Int32 = 0) { for run in waiting { finish(run, exitCode: exitCode) } }

  /// Its processes are gone, and nobody hears of them.
  func forget() { state.withLock { $0.reports = [:] } }
}
