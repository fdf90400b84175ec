import Actions
import Agent
package import Engine
import Glibc
package import Logging
package import Persistence
import Resources
import TimeZones
import UnixSignals
package import Workflows

/// Running jobs.
extension Workspace {
  /// What people and programs may ask about the runs of this data directory.
  package func runService(_ store: Store, actor: String) -> RunService {
    let zones = ZoneFiles()
    return RunService(
      store: store, actor: actor, wall: wall, zones: zones.lookup,
      zoneDataVersion: zones.dataVersion)
  }

  /// What decides what runs, with the probe of this machine.
  package func dispatcher(
    _ store: Store, decidesSchedules: Bool, logger: Logger,
  ) throws(StoreError) -> Dispatcher {
    let zones = ZoneFiles()
    return Dispatcher(
      store: store, runner: try localRunner(), zones: zones.lookup,
      zoneDataVersion: zones.dataVersion,
      settings: Dispatcher.Settings(
        decidesSchedules: decidesSchedules, parallelRuns: settings.parallelRuns),
      clock: TimerClock(), wall: wall, logger: logger)
  }

  private func localRunner() throws(StoreError) -> LocalRunner {
    do throws(ProbeError) {
      return LocalRunner(
        try LocalProbe(
          directory: data.runsPath,
          surroundings: LocalProbe.Surroundings(
            environment: { getenv($0).map { String(cString: $0) } }),
          admission: Admission(
            refusal: { action, policy in
              if case .refused(let reason) = policy.decide(action) { reason } else { nil }
            },
            permitsPath: { path, policy in policy.permits(path: path) })))
    } catch {
      throw StoreError(.permission, "the probe of this machine cannot start: \(error)")
    }
  }

  /// Takes requests in this process, because no server does.
  ///
  /// Where a server has begun meanwhile, it is left to that.
  package func dispatchRequests(_ store: Store) async throws {
    guard let lock = try serverLock() else {
      _ = await pokeDispatcher()
      return
    }
    defer { withExtendedLifetime(lock) {} }
    try await dispatcherOfCommand(store).settleRequests()
  }

  /// Runs `execution` in this process until it has ended, because no server does.
  ///
  /// SIGINT and SIGTERM cancel it, and kill it when they come again. Where another command runs
  /// something here, this waits until that has ended, or has run this execution too; where a
  /// server has begun meanwhile, it is left to that.
  package func dispatch(until execution: ExecutionID, with service: RunService, _ store: Store)
    async throws
  {
    guard let lock = try await lockForDispatch(execution, store) else { return }
    defer { withExtendedLifetime(lock) {} }
    let dispatcher = try dispatcherOfCommand(store)
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await dispatcher.run(until: execution) }
      group.addTask {
        var mode = Run.StopRequest.Mode.cancel
        for await _ in signals {
          _ = try? service.stop(.execution(execution), mode)
          dispatcher.trigger()
          mode = .kill
          if Task.isCancelled { return }
        }
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// The right to dispatch; nil where somebody else took care of `execution`.
  private func lockForDispatch(
    _ execution: ExecutionID, _ store: Store,
  ) async throws -> FileLock? {
    while true {
      if let lock = try serverLock() { return lock }
      let state = try store.executions(named: execution.description, limit: 1).first?.state
      if await pokeDispatcher() || state?.isTerminal == true { return nil }
      try await TimerClock().sleep(for: .milliseconds(100))
    }
  }

  private func dispatcherOfCommand(_ store: Store) throws(StoreError) -> Dispatcher {
    var logger = Logger(label: "writ", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .error
    return try dispatcher(store, decidesSchedules: false, logger: logger)
  }
}

extension ZoneFiles {
  /// A zone by its name; nil where this machine has none that can be read.
  fileprivate var lookup: @Sendable (String) -> Zone? { { try? self.zone($0) } }
  /// What decisions say they were made with.
  fileprivate var dataVersion: String { release() ?? "" }
}

/// The probe of this machine, as the dispatcher sees it.
struct LocalRunner: ActionRunner {
  private let probe: LocalProbe

  init(_ probe: LocalProbe) { self.probe = probe }

  func start(_ request: ActionRequest, report: @escaping @Sendable (ActionReport) -> Void) {
    Task {
      let result = await probe.start(
        request, onOutput: { report(.output($0)) }, onStarted: { report(.started) })
      report(.finished(result))
    }
  }

  func stop(_ run: String, kill: Bool) { probe.stop(run, kill: kill) }

  func recover() async -> [String] { probe.recover().map(\.run) }
}
