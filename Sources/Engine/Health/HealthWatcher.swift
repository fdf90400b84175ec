import Faults
package import Logging
import Planning
package import Resources
import Workflows

/// Watches what was applied: asks the checks when they are due, and lets the judge end the watch.
///
/// Everything that it knows is in the store, so that it goes on after a restart where it was.
package actor HealthWatcher {
  /// Runs a judgement while no pass is made.
  package typealias Exclusion =
    @Sendable (() throws -> HealthJudge.Outcome) throws -> HealthJudge.Outcome

  private let judge: HealthJudge
  private let checks: [String: any HealthCheck]
  private let clock: any Clock<Duration>
  private let wall: any WallClock
  private let logger: Logger
  private let exclusively: Exclusion
  private let announceEnd: AsyncStream<Void>.Continuation
  private let executor = BlockingExecutor(label: "health")
  nonisolated private let wakeup = Wakeup()
  /// Says when a watch is over; for one listener.
  package nonisolated let ends: AsyncStream<Void>

  /// At least so often it looks for a watch that another process began.
  package static let pollInterval: Duration = .seconds(5)
  /// So many checks are asked at once.
  package static let concurrencyLimit = 8

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  package init(
    judge: HealthJudge, checks: [any HealthCheck], clock: any Clock<Duration>,
    wall: any WallClock, logger: Logger, exclusively: @escaping Exclusion = { try $0() },
  ) {
    self.judge = judge
    self.checks = Dictionary(checks.map { ($0.kind, $0) }) { first, _ in first }
    self.clock = clock
    self.wall = wall
    self.logger = logger
    self.exclusively = exclusively
    (ends, announceEnd) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Makes it look now.
  package nonisolated func trigger() { wakeup.call() }

  /// Runs until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let pause = await look()
      if Task.isCancelled { return }
      await wakeup.wait(for: pause, clock: clock)
    }
  }

  /// Runs until the watch that is open now is over, until somebody suspends the loop, or until the
  /// task is cancelled.
  ///
  /// Another process may look at the same watch; each look counts once.
  ///
  /// - Returns: that watch; nil where none is open.
  package func watchToTheEnd() async throws -> HealthRecord? {
    let store = judge.store
    guard let sequence = try store.openWatch()?.sequence else { return nil }
    while true {
      let pause = await look()
      let record = try store.watches(of: sequence...sequence).first
      if record?.state != .watching || Task.isCancelled { return record }
      if try store.status().suspension != nil { return record }
      await wakeup.wait(for: pause, clock: clock)
    }
  }

  /// What somebody else says of the state that is watched.
  package func conclude(
    _ verdict: HealthEnd.Verdict, reason: String, actor: String,
  ) throws -> (HealthRecord?, HealthJudge.Outcome) {
    guard let record = try judge.store.openWatch() else { return (nil, .notOpen) }
    let outcome = try end(record, record.watch, verdict, check: nil, reason: reason, actor: actor)
    return (try judge.store.watches(of: record.sequence...record.sequence).first, outcome)
  }

  package func latest() throws(StoreError) -> HealthRecord? { try judge.store.latestWatch() }

  package func now() -> Timestamp { wall.now() }

  // MARK: One look

  /// Asks what is due.
  ///
  /// - Returns: how long nothing is due.
  package func look() async -> Duration {
    do {
      guard let record = try judge.store.openWatch() else { return Self.pollInterval }
      // Who suspended the loop does not want the live state to change.
      if try judge.store.status().suspension != nil { return Self.pollInterval }
      let due = record.watch.due(at: wall.now())
      let observations = await observe(due, record)
      if Task.isCancelled { return .zero }
      FaultPoint.reach(.healthObserved)
      return try settle(record, observations)
    } catch {
      logger.error("health watch failed", metadata: ["error": .string("\(error)")])
      return Self.pollInterval
    }
  }

  private func observe(
    _ due: [Int], _ record: HealthRecord,
  ) async -> [Int: HealthObservation] {
    let checks = checks
    let wall = wall
    return await withTaskGroup(of: (Int, HealthObservation).self) { group in
      var waiting = due[...]
      func start() {
        guard let index = waiting.popFirst() else { return }
        let watched = record.watch.checks[index]
        group.addTask {
          guard let check = checks[watched.definition.kind] else {
            return (
              index,
              .unknown(reason: "this version of Writ has no check \(watched.definition.kind)")
            )
          }
          let subject = HealthSubject(record: record, sources: watched.sources)
          return (index, await check.observe(watched.definition, subject, at: wall.now()))
        }
      }
      for _ in 0..<Self.concurrencyLimit { start() }
      var result: [Int: HealthObservation] = [:]
      for await (index, observation) in group {
        result[index] = observation
        start()
      }
      return result
    }
  }

  private func settle(
    _ record: HealthRecord, _ observations: [Int: HealthObservation],
  ) throws -> Duration {
    let now = wall.now()
    var watch = record.watch
    let decision = watch.take(observations, at: now)
    switch decision {
    case .watching(let next):
      log(observations, record)
      if watch != record.watch {
        _ = try judge.store.advance(record.sequence, from: record.watch, to: watch)
        FaultPoint.reach(.healthAdvanced)
      }
      return pause(until: next, now)
    case .passed:
      _ = try end(record, watch, .passed, check: nil, reason: nil, actor: HealthJudge.actor)
    case .failed(let check, let reason):
      _ = try end(record, watch, .failed, check: check, reason: reason, actor: HealthJudge.actor)
    }
    return .zero
  }

  private func pause(until next: Timestamp, _ now: Timestamp) -> Duration {
    let left = Duration.nanoseconds(max(0, next.nanoseconds - now.nanoseconds))
    return min(left, Self.pollInterval)
  }

  private func end(
    _ record: HealthRecord, _ watch: HealthWatch, _ verdict: HealthEnd.Verdict, check: String?,
    reason: String?, actor: String,
  ) throws -> HealthJudge.Outcome {
    let end = HealthEnd(
      sequence: record.sequence, verdict: verdict, check: check, reason: reason, actor: actor,
      time: wall.now(), watch: watch)
    let outcome = try exclusively { [judge] in try judge.carryOut(end) }
    log(outcome, record, end)
    if case .notOpen = outcome { return outcome }
    announceEnd.yield()
    return outcome
  }

  // MARK: The log

  private func log(_ observations: [Int: HealthObservation], _ record: HealthRecord) {
    for (index, observation) in observations.sorted(by: { $0.key < $1.key }) {
      guard case .failing(let reason) = observation else { continue }
      let name = record.watch.checks[index].definition.name
      logger.warning(
        "health check fails",
        metadata: [
          "check": .string(name), "reason": .string(reason),
          "revision": .string(String(record.revision.prefix(12))),
        ])
    }
  }

  private func log(_ outcome: HealthJudge.Outcome, _ record: HealthRecord, _ end: HealthEnd) {
    var metadata: Logger.Metadata = [
      "revision": .string(String(record.revision.prefix(12))), "by": .string(end.actor),
    ]
    if let check = end.check { metadata["check"] = .string(check) }
    if let reason = end.reason { metadata["reason"] = .string(reason) }
    switch outcome {
    case .notOpen: return
    case .passed: logger.info("health gate passed", metadata: metadata)
    case .rolledBack(let applied, _):
      metadata["to"] = .string(String(applied.revision.prefix(12)))
      logger.error("health gate failed; rolled back", metadata: metadata)
    case .stayed(let why):
      metadata["why"] = .string(why)
      logger.error("health gate failed; the state stays", metadata: metadata)
    }
  }
}
