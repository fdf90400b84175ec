package import Engine
import Integrations
package import Logging
package import Persistence
import Planning
import Resources

/// The health gate, put together.
extension Workspace {
  package func healthGate(_ store: Store) -> HealthGate {
    HealthGate(store: store, policy: settings.health, registry: registry)
  }

  package func healthJudge(_ store: Store) -> HealthJudge {
    HealthJudge(store: store, pass: pass(store))
  }

  /// Runs `body` with a watcher of this process, and ends its connections afterwards.
  ///
  /// - Parameter logger: hears of checks that fail.
  package func withHealthWatcher<Result>(
    _ store: Store, logger: Logger, _ body: (HealthWatcher) async throws -> Result,
  ) async throws -> Result {
    let clock = TimerClock()
    let http = HTTPHealthCheck(clock: clock)
    let watcher = HealthWatcher(
      judge: healthJudge(store),
      checks: [
        http, EffectsCheck(store: store), ConditionsCheck(store: store),
        ExpressionHealthCheck(store: store),
      ],
      clock: clock, wall: wall, logger: logger,
      exclusively: { judgement in
        let lock = try passLock()
        defer { withExtendedLifetime(lock) {} }
        return try judgement()
      })
    do {
      let result = try await body(watcher)
      await http.shutDown()
      return result
    } catch {
      await http.shutDown()
      throw error
    }
  }
}
