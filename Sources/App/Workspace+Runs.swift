import Actions
import Agent
package import Engine
import Glibc
package import Logging
package import Persistence
import Resources
package import Workflows

/// Running jobs.
extension Workspace {
  /// What decides what runs, with the probe of this machine.
  package func dispatcher(
    _ store: Store, decidesSchedules: Bool, logger: Logger,
  ) throws(StoreError) -> Dispatcher {
    let zones = ZoneFiles()
    return Dispatcher(
      store: store, runner: try localRunner(), zones: { try? zones.zone($0) },
      zoneDataVersion: zones.release() ?? "",
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

  /// Takes requests in this process, because no server does; and with `execution` runs that.
  ///
  /// Where a server has begun meanwhile, it is left to that.
  package func dispatch(_ store: Store, until execution: ExecutionID?) async throws {
    guard let lock = try serverLock() else {
      _ = await pokeDispatcher()
      return
    }
    defer { withExtendedLifetime(lock) {} }
    var logger = Logger(label: "writ", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .error
    let dispatcher = try dispatcher(store, decidesSchedules: false, logger: logger)
    if let execution {
      await dispatcher.run(until: execution)
    } else {
      await dispatcher.settleRequests()
    }
  }
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
