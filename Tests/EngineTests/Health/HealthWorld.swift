import Engine
import Kinds
import Logging
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing
import Workflows

/// A check whose answer a test chooses.
final class FakeCheck: HealthCheck {
  let kind = "fake"
  private let answer: Mutex<HealthObservation>
  private let count = Mutex(0)

  init(_ answer: HealthObservation = .healthy) { self.answer = Mutex(answer) }

  var asked: Int { count.withLock { $0 } }

  func say(_ observation: HealthObservation) { answer.withLock { $0 = observation } }

  func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation {
    count.withLock { $0 += 1 }
    return answer.withLock { $0 }
  }
}

/// A world whose applies are watched for 60 s, every 10 s, by a fake check that may fail twice.
struct HealthWorld {
  let world: World
  let check = FakeCheck()

  init(policy: HealthPolicy? = HealthWorld.policy) throws {
    world = try World()
    world.health = policy
  }

  static let policy = HealthPolicy(
    window: .seconds(60), interval: .seconds(10), failureLimit: 2,
    checks: [CheckDefinition(kind: "fake", parameters: [:])])

  static func job(_ timeout: String) -> [String: String?] {
    ["manifests/a.yaml": Manifest.job("a", timeout: timeout)]
  }

  /// A watcher as a process makes it when it starts.
  func watcher(
    store: (any WatchedStore)? = nil, clock: any Clock<Duration> = ManualClock(),
    exclusively: @escaping HealthWatcher.Exclusion = { try $0() },
  ) -> HealthWatcher {
    HealthWatcher(
      judge: HealthJudge(store: store ?? world.store, pass: world.pass),
      checks: [check, EffectsCheck(store: world.store), ConditionsCheck(store: world.store)],
      clock: clock, wall: world.wall,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, exclusively: exclusively)
  }

  /// Looks every ten seconds, so many times, as the loop would.
  func look(_ times: Int = 1, by watcher: HealthWatcher? = nil) async {
    let watcher = watcher ?? self.watcher()
    for _ in 0..<times {
      world.wall.advance(seconds: 10)
      _ = await watcher.look()
    }
  }

  func record(_ applied: AppliedPlan) throws -> HealthRecord {
    try #require(try world.store.watches(of: applied.sequence...applied.sequence).first)
  }

  func condition(_ kind: Engine.Condition.Kind = .ready) throws -> Engine.Condition {
    try #require(try world.store.conditions().first { $0.kind == kind })
  }

  func events(_ kinds: JournalEvent.Kind...) throws -> [JournalEvent] {
    try world.store.events(JournalQuery(limit: 10_000)).filter { kinds.contains($0.kind) }
  }
}
