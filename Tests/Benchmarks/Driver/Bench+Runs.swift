import Actions
import App
import Engine
import Logging
import Persistence
import Resources
import Synchronization
import Workflows

extension Bench {
  /// A dispatcher as the server has it, with another runner and another clock of the wall.
  static func dispatcher(
    _ store: Store, _ runner: any ActionRunner, wall: any WallClock,
  ) -> Dispatcher {
    let zones = ZoneFiles()
    return Dispatcher(
      store: store, runner: runner, zones: { try? zones.zone($0) },
      zoneDataVersion: zones.release() ?? "", clock: TimerClock(), wall: wall, logger: logger)
  }

  /// Turns until there is nothing more to do at once.
  static func settle(_ dispatcher: Dispatcher) async throws {
    for _ in 0..<100_000 {
      if await dispatcher.turn() != .zero { return }
    }
    throw Unexpected("the dispatcher does not come to rest")
  }

  static var logger: Logger {
    var logger = Logger(label: "bench", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .warning
    return logger
  }

  /// The server's own settings for a data directory, without flags or environment.
  static func workspace(_ dataDirectory: String) throws -> Workspace {
    var flags = SettingsFlags()
    flags.dataDirectory = dataDirectory
    return Workspace(
      settings: try Settings.load(flags, environment: { _ in nil }, readsFile: false))
  }

  /// Every run, the newest first.
  static func runs(_ store: Store) throws -> [Run] {
    var filter = RunFilter(limit: RunFilter.largestLimit)
    var runs: [Run] = []
    repeat {
      let page = try store.runs(filter)
      runs += page.runs
      filter.cursor = page.next
    } while filter.cursor != nil
    return runs
  }
}

/// Has every action succeed at once, without doing anything.
struct InstantRunner: ActionRunner {
  func start(_ request: ActionRequest, report: @escaping @Sendable (ActionReport) -> Void) {
    report(.started)
    report(.finished(ActionResult(.completed, exitCode: 0)))
  }

  func stop(_ run: String, kill: Bool) {}

  func recover() async -> [String] { [] }
}

/// A clock of the wall that shows what it is told to.
final class ToldClock: WallClock {
  private let time: Mutex<Timestamp>

  init(_ time: Timestamp) { self.time = Mutex(time) }

  func now() -> Timestamp { time.withLock { $0 } }

  func advance(seconds: Int64) { time.withLock { $0.nanoseconds += seconds * 1_000_000_000 } }
}
