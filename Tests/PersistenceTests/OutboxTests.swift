import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct OutboxTests {
  private let world: World

  init() throws {
    world = try World()
    world.push(["manifests/a.yaml": Manifest.job("a")])
  }

  private func effect(_ key: String) -> NewEffect {
    NewEffect(kind: "notify", idempotencyKey: key, payload: Array("payload of \(key)".utf8))
  }

  private func apply(_ plan: Plan, _ effects: [NewEffect]) throws {
    _ = try world.store.apply(
      plan, ApplyContext(actor: "test", time: world.wall.now(), effects: effects))
  }

  private func due(after seconds: Int64 = 0) throws -> [OutboxEffect] {
    let now = world.wall.now().nanoseconds
    return try world.store.dueEffects(
      at: Timestamp(nanoseconds: now + seconds * 1_000_000_000), limit: 100)
  }

  @Test func effectsAppearWithTheCommit() throws {
    try apply(try world.plan(), [effect("one"), effect("two")])
    #expect(try due().map(\.idempotencyKey) == ["one", "two"])
    #expect(try due().map(\.attempts) == [0, 0])
    #expect(try due().first?.payload == effect("one").payload)
    #expect(try due().first?.kind == "notify")
  }

  @Test func effectsOfAnApplyThatFailsNeverAppear() throws {
    var plan = try world.plan()
    plan.predictedRoot = .zero
    #expect(throws: StoreError.self) { try apply(plan, [effect("one")]) }
    #expect(try due(after: 1_000_000).isEmpty)
  }

  @Test func oneKeyIsOneEffect() throws {
    try apply(try world.plan(), [effect("one"), effect("one")])
    world.push(["manifests/b.yaml": Manifest.job("b")])
    try apply(try world.plan(), [effect("one"), effect("three")])
    #expect(try due().map(\.idempotencyKey) == ["one", "three"])
  }

  @Test func aDeliveredEffectIsDoneAndInTheJournal() throws {
    try apply(try world.plan(), [effect("one")])
    let one = try #require(try due().first)
    try world.store.settle(EffectSettlement(effect: one, result: .delivered), at: world.wall.now())
    #expect(try due(after: 1_000_000).isEmpty)
    let events = try world.store.events(JournalQuery(subject: "one", limit: 10))
    #expect(events.map(\.kind.rawValue) == ["effect.delivered"])
    #expect(events.map(\.actor) == ["outbox"])
  }

  @Test func aFailedEffectIsDueAgainLaterWithTheSameKey() throws {
    try apply(try world.plan(), [effect("one")])
    let one = try #require(try due().first)
    let later = Timestamp(nanoseconds: world.wall.now().nanoseconds + 5_000_000_000)
    try world.store.settle(
      EffectSettlement(effect: one, result: .retry(at: later, error: "refused")),
      at: world.wall.now())
    #expect(try due(after: 4).isEmpty)
    let again = try #require(try due(after: 5).first)
    #expect(again.idempotencyKey == "one")
    #expect(again.id == one.id)
    #expect(again.attempts == 1)
  }

  @Test func anAbandonedEffectIsInTheJournal() throws {
    try apply(try world.plan(), [effect("one")])
    let one = try #require(try due().first)
    try world.store.settle(
      EffectSettlement(effect: one, result: .abandoned(error: "gone")), at: world.wall.now())
    #expect(try due(after: 1_000_000).isEmpty)
    let events = try world.store.events(JournalQuery(subject: "one", limit: 10))
    #expect(events.map(\.kind.rawValue) == ["effect.abandoned"])
    #expect(events.first.flatMap { Value(canonical: $0.payload) }?["error"] == "gone")
  }

  @Test func aSettledEffectStaysSettled() throws {
    try apply(try world.plan(), [effect("one")])
    let one = try #require(try due().first)
    let now = world.wall.now()
    try world.store.settle(EffectSettlement(effect: one, result: .delivered), at: now)
    try world.store.settle(
      EffectSettlement(effect: one, result: .retry(at: now, error: "late")), at: now)
    #expect(try due(after: 1_000_000).isEmpty)
  }

  @Test func dueEffectsAreLimitedAndInOrder() throws {
    try apply(try world.plan(), (0..<10).map { effect("e\($0)") })
    let first = try world.store.dueEffects(at: world.wall.now(), limit: 3)
    #expect(first.map(\.idempotencyKey) == ["e0", "e1", "e2"])
  }
}
