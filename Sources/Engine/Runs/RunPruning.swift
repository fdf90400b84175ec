package import Logging
import Planning

/// Removes what ended long ago, a little at a time, while everything goes on.
package actor RunPruning {
  /// The time between two looks where nothing is left to remove.
  package static let interval: Duration = .seconds(600)
  /// The time between two batches.
  package static let pause: Duration = .milliseconds(200)
  /// How many executions and verdicts one transaction removes.
  package static let batch = 200

  private let store: any RunStore
  private let rule: RunRetention
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let executor = BlockingExecutor(label: "pruning")

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(
    store: any RunStore, rule: RunRetention, clock: any Clock<Duration>, wall: any WallClock,
    logger: Logger,
  ) {
    self.store = store
    self.rule = rule
    self.clock = clock
    self.wall = wall
    self.logger = logger
  }

  /// Runs until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let hasMore = look()
      do { try await clock.sleep(for: hasMore ? Self.pause : Self.interval) } catch { return }
    }
  }

  /// Removes one batch.
  ///
  /// - Returns: whether there is more.
  package func look() -> Bool {
    do throws(StoreError) {
      return try store.pruneRuns(rule, at: wall.now(), batch: Self.batch)
    } catch {
      logger.error("old runs cannot be removed", metadata: ["error": .string(error.message)])
      return false
    }
  }
}
