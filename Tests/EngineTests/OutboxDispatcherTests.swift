import Engine
import GRDB
import Logging
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing
import Workflows

@Suite(.timeLimit(.minutes(5)))
struct OutboxDispatcherTests {
  private let world: World
  private let sender = FakeSender()
  private let clock = ManualClock()

  /// A receiver that refuses what a test says, and remembers everything.
  final class FakeSender: EffectSender {
    private struct State {
      var refusal: EffectError?
      var refused: Set<String>?
      var sent: [String] = []
    }

    private let state = Mutex(State())

    /// Refuses everything, or only `keys`; nil accepts again.
    func refuse(_ error: EffectError?, only keys: Set<String>? = nil) {
      state.withLock { state in
        state.refusal = error
        state.refused = keys
      }
    }

    /// The keys of all attempts.
    var sent: [String] { state.withLock { $0.sent } }

    func send(_ effect: OutboxEffect) async throws(EffectError) {
      let error = state.withLock { state -> EffectError? in
        state.sent.append(effect.idempotencyKey)
        if let refused = state.refused, !refused.contains(effect.idempotencyKey) { return nil }
        return state.refusal
      }
      if let error { throw error }
    }
  }

  init() throws { world = try World() }

  private func dispatcher() -> OutboxDispatcher {
    OutboxDispatcher(
      store: world.store, sender: sender, clock: clock, wall: world.wall,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func enqueue(_ keys: String...) throws {
    world.push(["manifests/j.yaml": Manifest.job("j", script: keys.joined())])
    _ = try world.store.apply(
      try world.plan(),
      ApplyContext(
        actor: "test", time: world.wall.now(),
        effects: keys.map { NewEffect(kind: "notify", idempotencyKey: $0, payload: []) }))
  }

  private func outcomes() throws -> [String] {
    try world.store.events(JournalQuery(limit: 1000))
      .filter { $0.kind == .effectDelivered || $0.kind == .effectAbandoned }
      .map { "\($0.kind.rawValue) \($0.subject)" }
  }

  /// Else each try would send it again for as long as the disk is full.
  @Test func whatWasSentIsNotSentAgainWhileTheStoreCannotNoteIt() async throws {
    try enqueue("one", "two")
    let raw = try DatabaseQueue(path: world.databasePath)
    try await raw.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER outbox_full BEFORE UPDATE ON outbox
          BEGIN SELECT RAISE (ABORT, 'full'); END
          """)
    }
    let dispatcher = dispatcher()
    for _ in 1...3 { await dispatcher.deliverDue() }
    #expect(sender.sent == ["one"])
    #expect(try outcomes() == [])
    try await raw.write { db in try db.execute(sql: "DROP TRIGGER outbox_full") }
    await dispatcher.deliverDue()
    #expect(sender.sent == ["one", "two"])
    #expect(try outcomes() == ["effect.delivered one", "effect.delivered two"])
  }

  @Test func deliversWhatIsDueOnce() async throws {
    try enqueue("one", "two")
    let dispatcher = dispatcher()
    await dispatcher.deliverDue()
    await dispatcher.deliverDue()
    #expect(sender.sent == ["one", "two"])
    #expect(try outcomes() == ["effect.delivered one", "effect.delivered two"])
  }

  @Test func triesAgainLaterWithTheSameKey() async throws {
    try enqueue("one")
    sender.refuse(EffectError("connection refused"))
    let dispatcher = dispatcher()
    for attempt in 1...5 {
      await dispatcher.deliverDue()
      // Not before its time.
      await dispatcher.deliverDue()
      #expect(sender.sent.count == attempt)
      world.wall.advance(seconds: 1 << (attempt - 1))
    }
    sender.refuse(nil)
    await dispatcher.deliverDue()
    #expect(Set(sender.sent) == ["one"])
    #expect(try outcomes() == ["effect.delivered one"])
  }

  /// Died between the delivery and the note of it: the receiver hears of it again, and can tell.
  @Test func deliversAgainWhatNobodyNoted() async throws {
    try enqueue("one")
    let due = try #require(
      try world.store.dueEffects(at: world.wall.now(), limit: 10).first)
    try await sender.send(due)
    await dispatcher().deliverDue()
    #expect(sender.sent == ["one", "one"])
  }

  @Test func givesUpAfterTheLimitAndSaysSo() async throws {
    try enqueue("one")
    sender.refuse(EffectError("connection refused"))
    let dispatcher = dispatcher()
    for _ in 0..<OutboxDispatcher.attemptLimit + 5 {
      await dispatcher.deliverDue()
      world.wall.advance(seconds: 3600)
    }
    #expect(sender.sent.count == OutboxDispatcher.attemptLimit)
    #expect(try outcomes() == ["effect.abandoned one"])
  }

  @Test func givesUpAtOnceWhereTryingCannotHelp() async throws {
    try enqueue("one")
    sender.refuse(EffectError("400 Bad Request", isFinal: true))
    let dispatcher = dispatcher()
    await dispatcher.deliverDue()
    world.wall.advance(seconds: 1_000_000)
    await dispatcher.deliverDue()
    #expect(sender.sent == ["one"])
    #expect(try outcomes() == ["effect.abandoned one"])
  }

  @Test func oneThatFailsDoesNotHoldUpTheOthers() async throws {
    try enqueue("one", "two", "three")
    sender.refuse(EffectError("no"), only: ["two"])
    await dispatcher().deliverDue()
    #expect(sender.sent == ["one", "two", "three"])
    #expect(try outcomes() == ["effect.delivered one", "effect.delivered three"])
  }

  @Test func aTriggerDeliversAtOnceAndTheClockAnyway() async throws {
    let dispatcher = dispatcher()
    let run = Task { await dispatcher.run() }
    await clock.waitForSleep(number: 1)
    try enqueue("one")
    dispatcher.trigger()
    await clock.waitForSleep(number: 2)
    #expect(sender.sent == ["one"])
    try enqueue("two")
    clock.advance(by: .seconds(15))
    await clock.waitForSleep(number: 3)
    #expect(sender.sent == ["one", "two"])
    run.cancel()
    await run.value
  }
}
