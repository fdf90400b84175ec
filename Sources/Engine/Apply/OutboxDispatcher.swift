internal import Faults
package import Logging
import Planning
import Resources

/// Brings one effect to the outside world.
package protocol EffectSender: Sendable {
  /// Returns once the receiver has taken the effect. Throws words for the log.
  func send(_ effect: OutboxEffect) async throws(EffectError)
}

package struct EffectError: Error, Sendable, CustomStringConvertible {
  package var message: String
  /// Whether trying again cannot help.
  package var isFinal: Bool

  package init(_ message: String, isFinal: Bool = false) {
    self.message = message
    self.isFinal = isFinal
  }

  package var description: String { message }
}

/// Delivers what committed transactions left in the outbox: at least once, with an idempotency key.
package actor OutboxDispatcher {
  private let store: any StateStore
  private let sender: any EffectSender
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let executor = BlockingExecutor(label: "outbox")
  nonisolated private let wakeup = Wakeup()
  /// What was sent, but could not be written down.
  private var unsettled: EffectSettlement?

  /// After so many attempts an effect is abandoned, and the journal says so.
  package static let attemptLimit = 20

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(
    store: any StateStore, sender: any EffectSender, clock: any Clock<Duration>,
    wall: any WallClock, logger: Logger,
  ) {
    self.store = store
    self.sender = sender
    self.clock = clock
    self.wall = wall
    self.logger = logger
  }

  package nonisolated func trigger() { wakeup.call() }

  package func run() async {
    while !Task.isCancelled {
      await deliverDue()
      if Task.isCancelled { return }
      await wakeup.wait(for: .seconds(15), clock: clock)
    }
  }

  /// Delivers what is due now.
  package func deliverDue() async {
    do {
      // While the store fails nothing more is sent, else the same effect would go out at each try.
      if let unsettled { try settle(unsettled) }
      for effect in try store.dueEffects(at: wall.now(), limit: 100) {
        if Task.isCancelled { return }
        FaultPoint.reach(.outboxClaimed)
        let result = await deliver(effect)
        try settle(EffectSettlement(effect: effect, result: result))
        FaultPoint.reach(.outboxSettled)
      }
    } catch {
      logger.error("outbox failed", metadata: ["error": .string("\(error)")])
    }
  }

  private func settle(_ settlement: EffectSettlement) throws(StoreError) {
    unsettled = settlement
    try store.settle(settlement, at: wall.now())
    unsettled = nil
  }

  private func deliver(_ effect: OutboxEffect) async -> EffectSettlement.Result {
    do throws(EffectError) {
      FaultPoint.reach(.effectBeforeSend)
      try await sender.send(effect)
      FaultPoint.reach(.effectSent)
      return .delivered
    } catch {
      if error.isFinal || effect.attempts + 1 >= Self.attemptLimit {
        logger.error(
          "effect abandoned",
          metadata: ["key": .string(effect.idempotencyKey), "error": .string(error.message)])
        return .abandoned(error: error.message)
      }
      let seconds = min(3600, 1 << min(effect.attempts, 12))
      let next = Timestamp(nanoseconds: wall.now().nanoseconds + Int64(seconds) * 1_000_000_000)
      return .retry(at: next, error: error.message)
    }
  }
}
