import ControlPlane
import Engine
import Faults
import GitSource
import Integrations
import Logging
import Persistence
import Planning
import Resources
import ServiceLifecycle
import Signatures
import UnixSignals

/// `writ serve`: the loop, the outbox and the HTTP server, until SIGTERM or SIGINT.
package struct Server: Sendable {
  private let workspace: Workspace
  private let onListening: @Sendable (_ host: String, _ port: Int) async -> Void

  /// - Parameter onListening: called once requests are served.
  package init(
    workspace: Workspace,
    onListening: @escaping @Sendable (_ host: String, _ port: Int) async -> Void = { _, _ in },
  ) {
    self.workspace = workspace
    self.onListening = onListening
  }

  /// Throws `SourceError`, `StoreError` or `SettingsError` where it cannot start.
  package func run() async throws {
    HeapArenas.bound()
    let settings = workspace.settings
    let logger = try Self.logger(settings)
    let source = try workspace.mirror()
    if settings.verify.mode != .off { try workspace.trust() }
    let store = try workspace.writeStore()
    guard let lock = try workspace.serverLock() else {
      let other = try workspace.runningServer().map { " (process \($0.processID))" } ?? ""
      throw StoreError(
        .busy, "another server runs on the data directory \(workspace.data.path)\(other)",
        hint: "stop it first, or name another directory with --data-dir")
    }
    defer { withExtendedLifetime(lock) {} }
    if let newest = try store.eventAhead(of: workspace.wall.now()) {
      logger.warning(
        "the clock is behind the newest event of the journal; new events get that time",
        metadata: ["newest": .string(newest.description)])
    }
    FaultPoint.reach(.serverStarted)
    let sender = try notifier()
    do {
      try await workspace.withHealthWatcher(store, logger: logger) { health in
        try await services(source, store, sender, health, logger).run()
      }
    } catch {
      await sender?.shutDown()
      throw error
    }
    await sender?.shutDown()
    FaultPoint.reach(.serverStopping)
    logger.info("stopped")
  }

  private func services(
    _ source: MirrorSource, _ store: Store, _ sender: WebhookSender?, _ health: HealthWatcher,
    _ logger: Logger,
  ) throws -> ServiceGroup {
    let settings = workspace.settings
    let clock = TimerClock()
    var outbox: OutboxDispatcher?
    if let sender {
      outbox = OutboxDispatcher(
        store: store, sender: sender, clock: clock, wall: workspace.wall, logger: logger)
    }
    let delivering = outbox
    let dispatcher = try workspace.dispatcher(store, decidesSchedules: true, logger: logger)
    let reconciler = Reconciler(
      source: source,
      verifier: try workspace.verifier(.mirror, store: store, remembers: true),
      pass: workspace.pass(store),
      settings: Reconciler.Settings(interval: settings.interval), clock: clock,
      wall: workspace.wall, logger: logger,
      exclusively: { [workspace] pass in
        let lock = try workspace.passLock()
        defer { withExtendedLifetime(lock) {} }
        return try pass()
      },
      onPass: { _ in
        // Also where nothing changed: another process may have applied, and told this one to look.
        delivering?.trigger()
        health.trigger()
        dispatcher.trigger()
      })
    var http = ControlPlaneSettings(
      host: settings.listen.host, port: settings.listen.port,
      serverFilePath: workspace.data.serverPath)
    if let secret = try settings.hookSecret?.resolve() {
      guard let secret = HookSecret(secret) else {
        throw SettingsError("the secret that signs hooks is blank")
      }
      http.hookSecret = secret
    }
    let server = ControlPlaneServer(
      settings: http, reconciler: reconciler, store: store, health: health,
      snapshot: { [workspace] () throws(StoreError) in try workspace.snapshot(of: store) },
      dispatch: { dispatcher.trigger() }, clock: clock, wall: workspace.wall, logger: logger,
      onListening: { [onListening] host, port in
        FaultPoint.reach(.serverListening)
        await onListening(host, port)
      })
    var services: [any Service] = [Loop { await reconciler.run() }]
    if let outbox { services.append(Loop { await outbox.run() }) }
    services.append(Loop { await health.run() })
    services.append(Loop { await dispatcher.run() })
    let pruning = RunPruning(
      store: store, rule: settings.runRetention, clock: clock, wall: workspace.wall, logger: logger)
    services.append(Loop { await pruning.run() })
    services.append(
      Loop {
        for await _ in health.ends {
          delivering?.trigger()
          dispatcher.trigger()
          reconciler.trigger()
        }
      })
    if let retention = workspace.retention(store, logger) {
      services.append(Loop { await retention.run() })
    }
    services.append(
      Loop {
        while (try? await clock.sleep(for: HeapArenas.trimInterval)) != nil { HeapArenas.trim() }
      })
    services.append(server)
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    return ServiceGroup(configuration: configuration)
  }

  private func notifier() throws(SettingsError) -> WebhookSender? {
    guard let url = workspace.settings.notifyURL else { return nil }
    let secret = try workspace.settings.notifySecret?.resolve()
    do throws(TextFormat.Problem) {
      return WebhookSender(
        target: try WebhookTarget(parsing: url),
        secret: secret.map { Array($0.utf8) }, clock: TimerClock())
    } catch {
      throw SettingsError(
        "the address to announce applies to cannot be used: \(error.reason)", hint: error.hint)
    }
  }

  private static func logger(_ settings: Settings) throws(SettingsError) -> Logger {
    guard let level = Logger.Level(rawValue: settings.logLevel) else {
      let levels = Logger.Level.allCases.map(\.rawValue)
      throw SettingsError(
        "there is no log level \"\(settings.logLevel)\"",
        hint: "levels: \(levels.joined(separator: ", "))")
    }
    var logger = Logger(label: "writ") { label in
      switch settings.logFormat {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler()
      }
    }
    logger.logLevel = level
    return logger
  }
}

/// A loop that ends when it is told to shut down.
private struct Loop: Service {
  let body: @Sendable () async -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown { await body() }
  }
}
