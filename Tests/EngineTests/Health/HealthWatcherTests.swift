import Engine
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing
import Workflows

/// How watches go on over time: restarts, several processes, stores that fail.
@Suite(.timeLimit(.minutes(5))) struct HealthWatcherTests {
  private let health: HealthWorld
  private var world: World { health.world }

  init() throws { health = try HealthWorld() }

  @discardableResult
  private func apply(_ timeout: String) throws -> AppliedPlan {
    try world.apply(HealthWorld.job(timeout))
  }

  /// Each look by a watcher that knows nothing but the store.
  @Test func goesOnAfterARestartAtAnyMoment() async throws {
    let good = try apply("1h")
    for _ in 0..<6 { await health.look(by: health.watcher()) }
    #expect(try health.record(good).state == .passed)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look(by: health.watcher())
    #expect(try health.record(bad).watch.checks[0].failures == 1)
    await health.look(by: health.watcher())
    #expect(try world.root() == good.root)
  }

  @Test func aDeadlineThatWentByIsJudgedAtTheStart() async throws {
    let applied = try apply("1h")
    world.wall.advance(seconds: 100_000)
    _ = await health.watcher().look()
    #expect(try health.record(applied).state == .passed)
  }

  /// Died right after the transaction that went back.
  @Test func aRollbackThatIsDoneIsDone() async throws {
    try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    let applies = try world.store.appliedPlans(limit: 10).count
    await health.look(3, by: health.watcher())
    #expect(try world.store.appliedPlans(limit: 10).count == applies)
    #expect(try health.events(.healthFailed).count == 1)
    #expect(try health.record(bad).isRolledBack)
  }

  /// Going back and closing the watch are one: where one cannot be written neither is.
  @Test func aJudgementThatFailsIsMadeAgain() async throws {
    let good = try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look()
    let fails = Mutex(true)
    let watcher = health.watcher(exclusively: { judgement in
      if fails.withLock({ $0 }) { throw StoreError(.full, "the disk is full") }
      return try judgement()
    })
    await health.look(3, by: watcher)
    #expect(try world.root() == bad.root)
    #expect(try health.record(bad).state == .watching)
    fails.withLock { $0 = false }
    await health.look(by: watcher)
    #expect(try world.root() == good.root)
  }

  /// An apply slips in between the last failure and the judgement.
  @Test func nothingIsGoneBackFromThatIsNotLiveAnyMore() async throws {
    try apply("1h")
    await health.look(6)
    try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look()
    let newer = Mutex<AppliedPlan?>(nil)
    let pass = world.pass
    let revision = world.history.commit(HealthWorld.job("3h"))
    let source = world.history.revision(revision, roots: world.roots)
    let time = world.wall.now()
    let watcher = health.watcher(exclusively: { judgement in
      if case .applied(let applied, _) = try pass.run(source: source, actor: "loop", at: time)
        .outcome
      {
        newer.withLock { $0 = applied }
      }
      return try judgement()
    })
    await health.look(by: watcher)
    let applied = try #require(newer.withLock { $0 })
    #expect(try world.root() == applied.root)
    #expect(try health.record(applied).state == .watching)
    #expect(try world.store.quarantine() == [])
  }

  /// A server and `writ apply --wait-health` look at the same moment.
  @Test func ofTwoWhoLookOneCounts() async throws {
    let applied = try apply("1h")
    let record = try health.record(applied)
    var (one, two) = (record.watch, record.watch)
    let time = record.watch.next
    _ = one.take([0: .failing(reason: "one")], at: time)
    _ = two.take([0: .failing(reason: "two")], at: time)
    #expect(try world.store.advance(record.sequence, from: record.watch, to: one))
    #expect(try !world.store.advance(record.sequence, from: record.watch, to: two))
    #expect(try health.record(applied).watch == one)
  }

  @Test func aWatchThatIsOverIsNotEndedAgain() async throws {
    let applied = try apply("1h")
    let record = try health.record(applied)
    await health.look(6)
    let end = HealthEnd(
      sequence: record.sequence, verdict: .failed, reason: "late", actor: "cli:ana",
      time: world.wall.now(), watch: record.watch)
    guard case .notOpen = try HealthJudge(store: world.store, pass: world.pass).carryOut(end) else {
      Issue.record("it was ended twice")
      return
    }
    let failure = try thrown(StoreError.self) { try world.store.conclude(end, effects: []) }
    #expect(failure.code == .stale)
    #expect(try health.events(.healthFailed).isEmpty)
  }

  // MARK: The loop

  @Test func sleepsUntilTheNextCheckAndWakesForAnApply() async throws {
    let clock = ManualClock()
    let watcher = health.watcher(clock: clock)
    let run = Task { await watcher.run() }
    await clock.waitForSleep(number: 1)
    #expect(clock.pending == [HealthWatcher.pollInterval])
    try apply("1h")
    world.wall.advance(seconds: 7)
    watcher.trigger()
    await clock.waitForSleep(number: 2)
    #expect(clock.pending == [.seconds(3)])
    world.wall.advance(seconds: 3)
    clock.advance(by: .seconds(3))
    await clock.waitForSleep(number: 3)
    #expect(health.check.asked == 1)
    run.cancel()
    await run.value
  }

  @Test func tellsThatAWatchIsOver() async throws {
    try apply("1h")
    let watcher = health.watcher()
    await health.look(6, by: watcher)
    var ends = watcher.ends.makeAsyncIterator()
    #expect(await ends.next() != nil)
  }

  @Test func waitsForTheEndOfTheOpenWatch() async throws {
    let clock = ManualClock()
    let watcher = health.watcher(clock: clock)
    #expect(try await watcher.watchToTheEnd() == nil)
    let applied = try apply("1h")
    let waiting = Task { try await watcher.watchToTheEnd() }
    // Five seconds at a time, which is how long it sleeps at most.
    for round in 1...12 {
      await clock.waitForSleep(number: round)
      world.wall.advance(seconds: 5)
      clock.advance(by: .seconds(5))
    }
    let record = try #require(try await waiting.value)
    #expect(record.sequence == applied.sequence)
    #expect(record.state == .passed)
  }

  @Test func doesNotWaitWhileSuspended() async throws {
    try apply("1h")
    let time = world.wall.now()
    try world.store.setSuspended(
      Suspension(since: time, actor: "cli:ana", reason: "looking"), actor: "cli:ana", at: time)
    #expect(try await health.watcher().watchToTheEnd()?.state == .watching)
  }

  // MARK: What others say

  @Test func aMonitorMayEndIt() async throws {
    let good = try apply("1h")
    let watcher = health.watcher()
    let (passed, _) = try await watcher.conclude(.passed, reason: "fine", actor: "http:monitor")
    #expect(passed?.state == .passed)
    #expect(passed?.actor == "http:monitor")
    let bad = try apply("2h")
    let (failed, outcome) = try await watcher.conclude(
      .failed, reason: "error rate", actor: "http:monitor")
    #expect(failed?.sequence == bad.sequence)
    #expect(failed?.reason == "error rate")
    guard case .rolledBack = outcome else {
      Issue.record("it did not go back: \(outcome)")
      return
    }
    #expect(try world.root() == good.root)
    #expect(try world.store.quarantine().first?.actor == "http:monitor")
    let (nothing, none) = try await watcher.conclude(
      .failed, reason: "again", actor: "http:monitor")
    #expect(nothing == nil)
    guard case .notOpen = none else {
      Issue.record("there was nothing to end")
      return
    }
  }

  // MARK: Checks of the store

  @Test func effectsThatWereGivenUpAreFailures() async throws {
    world.health = HealthPolicy(
      window: .seconds(60), interval: .seconds(10), failureLimit: 1,
      checks: [CheckDefinition(kind: "effects", parameters: ["atMost": 0])])
    let good = try apply("1h")
    try settle(.delivered)
    await health.look(6)
    #expect(try health.record(good).state == .passed)
    // What was given up of an earlier apply does not count.
    try apply("2h")
    try settle(.abandoned(error: "404"))
    let bad = try world.store.latestWatch()
    await health.look()
    #expect(try world.root() == good.root)
    #expect(
      try world.store.watch(ofRoot: #require(bad).root)?.reason
        == "1 effect of the apply could not be delivered")
    try settle(.abandoned(error: "404"))
    let next = try apply("3h")
    await health.look()
    #expect(try health.record(next).state == .watching)
  }

  private func settle(_ result: EffectSettlement.Result) throws {
    for effect in try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10) {
      try world.store.settle(
        EffectSettlement(effect: effect, result: result), at: world.wall.now())
    }
  }

  @Test func conditionsThatStandAreFailures() async throws {
    world.health = HealthPolicy(
      window: .seconds(60), interval: .seconds(10), failureLimit: 1,
      checks: [
        CheckDefinition(
          kind: "conditions", parameters: ["types": ["Drifted", "Stalled"], "atMost": 0])
      ])
    let good = try apply("1h")
    await health.look(6)
    #expect(try health.record(good).state == .passed)
    let bad = try apply("2h")
    try world.store.record(
      [
        Engine.Condition(
          .drifted, .isTrue, reason: "Changed", message: "", observedRevision: nil,
          transitionTime: world.wall.now())
      ], events: [], actor: "loop", at: world.wall.now())
    await health.look()
    #expect(try health.record(bad).reason == "Drifted is True (Changed)")
    #expect(try world.root() == good.root)
  }

  @Test func aCheckThatNobodyKnowsIsNotPassed() async throws {
    world.health = HealthPolicy(
      window: .seconds(60), interval: .seconds(10), failureLimit: 1,
      checks: [CheckDefinition(kind: "oracle", parameters: [:])])
    let applied = try apply("1h")
    await health.look(20)
    #expect(
      try health.record(applied).reason
        == "it was not healthy at the end of the window: this version of Writ has no check oracle")
  }
}
