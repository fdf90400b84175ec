import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows
import YAML

/// What becomes of an apply that is watched.
struct HealthGateTests {
  private let health: HealthWorld
  private var world: World { health.world }

  init() throws { health = try HealthWorld() }

  @discardableResult
  private func apply(_ timeout: String) throws -> AppliedPlan {
    try world.apply(HealthWorld.job(timeout))
  }

  @Test func aWatchBeginsInTheTransactionOfTheApply() throws {
    let first = try apply("1h")
    let applied = try apply("2h")
    let record = try health.record(applied)
    #expect(record.state == .watching)
    #expect(record.root == applied.root)
    #expect(record.watch.deadline == applied.time.adding(.seconds(60)))
    #expect(record.good == nil, "the first apply is not proven yet")
    #expect(try health.record(first).state == .superseded)
    let event = try #require(try health.events(.healthWatched).last)
    #expect(event.subject == applied.revision)
    #expect(event.actor == "loop")
    #expect(Value(canonical: event.payload)?["apply"] == .integer(applied.sequence))
    #expect(try health.condition().status == .unknown)
    #expect(try health.condition().reason == "HealthCheckPending")
    #expect(try health.condition(.reconciling).status == .isTrue)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func passesAtTheEndOfTheWindow() async throws {
    let applied = try apply("1h")
    await health.look(5)
    #expect(try health.record(applied).state == .watching)
    await health.look()
    let record = try health.record(applied)
    #expect(record.state == .passed)
    #expect(record.actor == "health")
    #expect(record.watch.checks.map(\.isPassed) == [true])
    #expect(health.check.asked == 6)
    #expect(try health.events(.healthPassed).map(\.subject) == [applied.revision])
    #expect(try health.condition().status == .isTrue)
    #expect(try health.condition(.reconciling).status == .isFalse)
    // And then nothing is asked any more.
    await health.look(3)
    #expect(health.check.asked == 6)
  }

  @Test func goesBackWhenTheCheckFails() async throws {
    let good = try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "it answered 500"))
    await health.look()
    #expect(try world.root() == bad.root, "one failure is not enough")
    await health.look()
    #expect(try world.root() == good.root)
    let back = try #require(try world.store.appliedPlans(limit: 1).first)
    #expect(back.isRollback)
    #expect(back.actor == "health")
    #expect(back.revision == good.revision)
    let record = try health.record(bad)
    #expect(record.state == .failed)
    #expect(record.isRolledBack)
    #expect(record.check == "fake")
    #expect(record.reason == "it answered 500")
    let quarantine = try #require(try world.store.quarantine().first)
    #expect(quarantine.root == bad.root)
    #expect(quarantine.revision == bad.revision)
    #expect(quarantine.actor == "health")
    #expect(quarantine.reason == "failed its health gate: fake: it answered 500")
    let event = try #require(try health.events(.healthFailed).last)
    let payload = try #require(Value(canonical: event.payload))
    #expect(event.subject == bad.revision)
    #expect(payload["reason"] == "it answered 500")
    #expect(payload["check"] == "fake")
    #expect(payload["root"] == .string(bad.root.description))
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func saysSoInConditionsBeforeAndAfterTheNextPass() async throws {
    try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "it answered 500"))
    await health.look(2)
    let before = try health.condition()
    #expect(before.status == .isFalse)
    #expect(before.reason == "HealthCheckFailed")
    #expect(before.message.contains("it answered 500"))
    #expect(before.message.contains("writ quarantine clear \(bad.root.abbreviated)"))
    #expect(before.observedRevision == bad.revision)
    guard case .blocked = try world.reconcile().outcome else {
      Issue.record("the loop fights the rollback")
      return
    }
    #expect(try health.condition() == before)
    #expect(try health.condition(.stalled).status == .isTrue)
  }

  @Test func theRollbackIsAnnouncedWithItsReason() async throws {
    try apply("1h")
    await health.look(6)
    try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    let last = try #require(
      try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10).last)
    let payload = try #require(Value(canonical: last.payload))
    #expect(payload["rollback"] == true)
    #expect(payload["reason"] == "failed its health gate: fake: bad")
  }

  @Test func whenGitMovesOnTheLoopDoesToo() async throws {
    let good = try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    world.push(["README.md": "nothing to do with it"])
    guard case .blocked = try world.reconcile().outcome else {
      Issue.record("the same content came back")
      return
    }
    #expect(try world.root() == good.root)
    health.check.say(.healthy)
    let fixed = try apply("3h")
    #expect(try world.root() == fixed.root)
    #expect(try health.record(fixed).state == .watching)
    #expect(try health.record(fixed).good?.root == good.root)
    await health.look(6)
    #expect(try health.record(fixed).state == .passed)
    #expect(try health.record(bad).state == .failed)
    #expect(try health.condition().status == .isTrue)
  }

  @Test func theFirstApplyStaysAndSaysSo() async throws {
    let first = try apply("1h")
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    #expect(try world.root() == first.root)
    #expect(try world.store.quarantine() == [])
    #expect(try health.record(first).hasStayed)
    for _ in 0..<2 {
      let ready = try health.condition()
      #expect(ready.status == .isFalse)
      #expect(ready.reason == "HealthCheckFailed")
      #expect(ready.message.contains("no earlier state"))
      try world.reconcile()
    }
    // It is over: nothing is asked and nothing is done again.
    let count = try world.store.events(JournalQuery(limit: 1000)).count
    await health.look(5)
    try world.reconcile()
    #expect(try world.store.events(JournalQuery(limit: 1000)).count == count)
    let effects = try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10)
    #expect(Value(canonical: try #require(effects.last).payload)?["event"] == "health.failed")
    // There is still nothing good to go back to after the next one.
    let second = try apply("2h")
    #expect(try health.record(second).good == nil)
    health.check.say(.healthy)
    await health.look(6)
    #expect(try health.condition().status == .isTrue)
  }

  // MARK: Several applies

  /// A is good, B is watched, C comes during B's window and fails: back to A.
  @Test func goesBackOverEverythingThatWasNotProven() async throws {
    let a = try apply("1h")
    await health.look(6)
    let b = try apply("2h")
    await health.look(2)
    let c = try apply("3h")
    #expect(try health.record(b).state == .superseded)
    #expect(try health.record(c).good?.root == a.root)
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    #expect(try world.root() == a.root)
    #expect(try world.store.quarantine().map(\.root) == [c.root])
    // B was not found bad, so git may go back to it.
    health.check.say(.healthy)
    let again = try apply("2h")
    #expect(again.root == b.root)
    #expect(try health.record(again).state == .watching)
  }

  @Test func aRevertDuringTheWindowIsAProvenStateAgain() async throws {
    let a = try apply("1h")
    await health.look(6)
    try apply("2h")
    let reverted = try apply("1h")
    #expect(reverted.root == a.root)
    #expect(try world.store.openWatch() == nil)
    #expect(try health.condition().status == .isTrue)
  }

  @Test func aCommitThatChangesNothingLeavesTheWatchAsItIs() async throws {
    try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look()
    let revision = world.push(["README.md": "words"])
    try world.reconcile()
    #expect(try world.store.status().live.revision == revision)
    #expect(try health.record(bad).watch.checks[0].failures == 1)
    await health.look()
    #expect(try health.record(bad).isRolledBack)
  }

  @Test func anOperatorsRollbackEndsTheWatch() async throws {
    try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    try world.rollback(.previous)
    #expect(try health.record(bad).state == .superseded)
    #expect(try world.store.openWatch() == nil)
    let root = try world.root()
    health.check.say(.failing(reason: "bad"))
    await health.look(3)
    #expect(try world.root() == root)
    #expect(health.check.asked == 6)
  }

  @Test func whatWasClearedIsWatchedAgain() async throws {
    let a = try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    try world.store.clearQuarantine(bad.root, actor: "cli:ana", at: world.wall.now())
    guard case .applied(let again, _) = try world.reconcile().outcome else {
      Issue.record("it is still out")
      return
    }
    #expect(try health.record(again).state == .watching)
    await health.look(2)
    #expect(try world.root() == a.root)
  }

  // MARK: Changes by other means

  /// Somebody mends by hand what the bad commit brought: both go, and the commit stays out.
  @Test func anEditDuringTheWindowIsGoneBackFromToo() async throws {
    let good = try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    try edit(Manifest.job("a", timeout: "9h"))
    #expect(try world.root() != bad.root)
    #expect(try health.record(bad).state == .watching)
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    #expect(try world.root() == good.root)
    #expect(try world.store.quarantine().map(\.root) == [bad.root])
    guard case .blocked = try world.reconcile().outcome else {
      Issue.record("the bad commit came back")
      return
    }
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  private func edit(_ text: String) throws {
    let read = YAMLReader.read(Array(text.utf8), file: "edit.yaml")
    let decoded = ManifestDecoder(registry: world.planner.registry)
      .decode(try #require(read.documents.first).root, file: "edit.yaml")
    let now = world.wall.now()
    let breaking = BreakGlassEdit(store: world.store, planner: world.planner)
    let plan = try breaking.propose(try #require(decoded.resource), at: now)
    let edit = Drift.Edit(
      owner: "cli:ana", reason: "test", expiresAt: now.adding(.hours(4)))
    _ = try world.store.apply(
      plan, breaking.context(for: plan, edit: edit, at: now, effects: world.effects))
  }

  // MARK: Guards

  /// The bad commit brings a protected job and takes one away; a freeze is on.
  @Test func noGuardHoldsTheWayBackUp() async throws {
    var files: [String: String?] = [:]
    for index in 0..<30 { files["manifests/j\(index).yaml"] = Manifest.job("j\(index)") }
    let good = try world.apply(files)
    await health.look(6)
    var more: [String: String?] = [
      "manifests/p.yaml": Manifest.job("p", annotations: Manifest.protected),
      "manifests/freeze.yaml": Manifest.changeWindow(
        "freeze",
        """
        mode: freeze
        reason: holidays
        windows: [{from: "00:00", to: "24:00"}]
        """),
    ]
    for index in 0..<30 { more["manifests/n\(index).yaml"] = Manifest.job("n\(index)") }
    try world.apply(more)
    health.check.say(.failing(reason: "bad"))
    await health.look(2)
    #expect(try world.root() == good.root)
    let event = try #require(
      try health.events(.planApplied).last.flatMap { event in Value(canonical: event.payload) })
    #expect(event["acknowledged"] == ["mass-delete", "protected"])
  }

  // MARK: Suspension

  @Test func aSuspendedLoopDoesNotGoBackByItself() async throws {
    try apply("1h")
    await health.look(6)
    let bad = try apply("2h")
    let time = world.wall.now()
    try world.store.setSuspended(
      Suspension(since: time, actor: "cli:ana", reason: "looking"), actor: "cli:ana", at: time)
    health.check.say(.failing(reason: "bad"))
    await health.look(20)
    #expect(health.check.asked == 6)
    #expect(try world.root() == bad.root)
    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    await health.look(2)
    #expect(try health.record(bad).isRolledBack)
  }

  // MARK: Resources that ask

  private static func watchedJob(_ name: String, timeout: String = "1h") -> String {
    Manifest.job(name, timeout: timeout)
      + "  health: {window: 60s, interval: 10s, failures: 2, checks: [{conditions: {}}]}\n"
  }

  @Test func aJobMayAskForAWatch() throws {
    world.health = nil
    let first = try world.apply(["manifests/a.yaml": Manifest.job("a")])
    #expect(try world.store.latestWatch() == nil)
    let second = try world.apply(["manifests/w.yaml": Self.watchedJob("w")])
    let record = try health.record(second)
    #expect(record.watch.checks.map(\.sources) == [["Job/w"]])
    #expect(record.watch.checks.map(\.failureLimit) == [2])
    #expect(record.good?.root == first.root)
    // A change beside it goes with the job's watch.
    let third = try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(try health.record(third).watch == record.watch)
    #expect(try health.record(third).good?.root == first.root)
    // One that takes the job away leaves nothing to watch.
    try world.apply(["manifests/w.yaml": nil])
    #expect(try world.store.openWatch() == nil)
  }

  @Test func aJobThatStaysAsItIsIsNotWatched() async throws {
    world.health = nil
    try world.apply(["manifests/w.yaml": Self.watchedJob("w")])
    await health.look(6)
    #expect(try world.store.latestWatch()?.state == .passed)
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    #expect(try world.store.openWatch() == nil)
  }
}
