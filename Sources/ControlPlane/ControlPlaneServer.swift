package import Engine
internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import Resources
internal import ServiceLifecycle

/// The HTTP server of `writ serve`: hooks from git hosts, probes, and the commands of this machine.
package struct ControlPlaneServer: Service {
  private let settings: ControlPlaneSettings
  private let reconciler: Reconciler
  private let store: any StateStore
  private let health: HealthWatcher?
  private let snapshot: (@Sendable () throws(StoreError) -> LiveSnapshot)?
  private let dispatch: (@Sendable () -> Void)?
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let onListening: @Sendable (_ host: String, _ port: Int) async -> Void

  /// A server that does nothing before `run`.
  ///
  /// - Parameters:
  ///   - health: what takes verdicts about the state that is watched; without it there is no route.
  ///   - snapshot: what makes snapshots of the live state; without it there is no route.
  ///   - dispatch: makes whoever dispatches runs look; without it there is no route.
  ///   - onListening: called once the port is bound and `server.json` is written.
  package init(
    settings: ControlPlaneSettings, reconciler: Reconciler, store: any StateStore,
    health: HealthWatcher? = nil,
    snapshot: (@Sendable () throws(StoreError) -> LiveSnapshot)? = nil,
    dispatch: (@Sendable () -> Void)? = nil, clock: any Clock<Duration>,
    wall: any WallClock, logger: Logger,
    onListening: @escaping @Sendable (_ host: String, _ port: Int) async -> Void,
  ) {
    self.settings = settings
    self.reconciler = reconciler
    self.store = store
    self.health = health
    self.snapshot = snapshot
    self.dispatch = dispatch
    self.clock = clock
    self.wall = wall
    self.logger = logger
    self.onListening = onListening
  }

  /// One of the things that go on while the server runs, and how it came to an end.
  private enum Step: Sendable {
    case announced(ServerFile.Publication?)
    case served
    case drainedLongEnough
    case cancelled
  }

  /// Serves until graceful shutdown, when it lets the requests end that it has, for a limited time;
  /// or until cancellation, when it lets go of everything.
  ///
  /// Throws where the port cannot be bound or `server.json` not be written.
  package func run() async throws {
    let token = AccessToken.random()
    let (bound, bind) = AsyncStream.makeStream(of: SocketAddress.self)
    let application = application(token) { channel in
      if let address = channel.localAddress { bind.yield(address) }
      bind.finish()
    }
    var publication: ServerFile.Publication?
    defer { publication?.withdraw() }
    try await withThrowingTaskGroup(of: Step.self) { group in
      group.addTask {
        defer { bind.finish() }
        do {
          try await application.run()
        } catch let error as IOError {
          throw ControlPlaneError(host: settings.host, port: settings.port, error.errnoCode)
        }
        return .served
      }
      group.addTask { .announced(try await announce(bound, token)) }
      group.addTask { await waitForDrain() }
      while let step = try await group.next() {
        switch step {
        case .announced(let file): publication = file
        case .served: group.cancelAll()
        case .drainedLongEnough:
          logger.warning("requests did not end in time; closing their connections")
          group.cancelAll()
        case .cancelled: break
        }
      }
    }
  }

  // MARK: Steps

  private func announce(
    _ bound: AsyncStream<SocketAddress>, _ token: AccessToken,
  ) async throws -> ServerFile.Publication? {
    for await address in bound {
      guard let host = address.ipAddress, let port = address.port else { continue }
      let file = ServerFile(
        address: "http://\(Self.reachableHost(host)):\(port)", processID: getpid(), token: token)
      let publication = try file.publish(at: settings.serverFilePath)
      logger.info("listening", metadata: ["address": .string("\(host):\(port)")])
      await onListening(host, port)
      return publication
    }
    return nil
  }

  /// An address for programs on this machine, as it stands in a URL.
  static func reachableHost(_ host: String) -> String {
    switch host {
    case "0.0.0.0": "127.0.0.1"
    case "::": "[::1]"
    default: host.contains(":") ? "[\(host)]" : host
    }
  }

  /// Returns once requests have had their time, and a fifth of it more to write their answers.
  private func waitForDrain() async -> Step {
    do {
      try await gracefulShutdown()
      try await clock.sleep(for: settings.drainLimit * 1.2)
      return .drainedLongEnough
    } catch {
      return .cancelled
    }
  }

  // MARK: What is served

  private func application(
    _ token: AccessToken, onBound: @escaping @Sendable (any Channel) -> Void,
  ) -> Application<RouterResponder<Exchange>> {
    var quiet = logger
    if quiet.logLevel > .debug { quiet.logLevel = max(quiet.logLevel, .warning) }
    return Application(
      responder: router(token).buildResponder(),
      server: .http1(configuration: channelSettings()),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          settings.connectionLimit, logger: quiet)),
      onServerRunning: onBound, logger: quiet)
  }

  private func channelSettings() -> HTTP1Channel.Configuration {
    let (bytes, time) = (settings.lingerByteLimit, TimeAmount(settings.lingerTimeLimit))
    return HTTP1Channel.Configuration(
      additionalChannelHandlers: [LingeringClose(byteLimit: bytes, timeLimit: time)],
      idleTimeout: TimeAmount(settings.idleLimit),
      httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: settings.headerFieldLimit,
        maxHeaderListSize: settings.headerListLimit,
        maxHeaderFieldCount: settings.headerCountLimit))
  }

  private func router(_ token: AccessToken) -> Router<Exchange> {
    let desk = StoreDesk(store: store)
    let router = Router(context: Exchange.self, options: .autoGenerateHeadEndpoints)
    router.addMiddleware {
      RequestLog()
      UnreadBodies()
      RefusalAnswers()
    }
    HealthRoutes(reconciler: reconciler, desk: desk, patience: patience(settings.probeLimit))
      .add(to: router)
    HookRoute(
      secret: settings.hookSecret, throttle: throttle(), bodies: bodies(settings.hookBodyLimit),
      reconciler: reconciler
    ).add(to: router)
    let commands = router.group("/v1").add(middleware: TokenCheck(token: token))
    StatusRoute(desk: desk, startedAt: wall.now()).add(to: commands)
    ReconcileRoute(
      reconciler: reconciler, bodies: bodies(settings.bodyLimit),
      patience: patience(settings.waitLimit)
    ).add(to: commands)
    if let health {
      HealthVerdictRoute(watcher: health, bodies: bodies(settings.bodyLimit)).add(to: commands)
    }
    if let dispatch { DispatchRoute(dispatch: dispatch).add(to: commands) }
    if let snapshot { SnapshotRoute(desk: desk, make: snapshot).add(to: commands) }
    return router
  }

  private func throttle() -> Throttle {
    Throttle(
      TokenBucket(
        ratePerSecond: settings.hookRate, burst: settings.hookBurst, at: wall.now()),
      wall: wall)
  }

  private func bodies(_ limit: Int) -> BodyReader {
    BodyReader(sizeLimit: limit, timeLimit: settings.bodyTimeLimit, clock: clock)
  }

  private func patience(_ limit: Duration) -> Patience {
    Patience(limit: limit, drainLimit: settings.drainLimit, clock: clock)
  }
}
