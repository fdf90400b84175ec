import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What needs no approval goes ahead of what waits, and everything else goes on working.
struct PartialTests {
  private let approvals: ApprovalWorld
  private var world: World { approvals.world }

  init() throws { approvals = try ApprovalWorld(isPartial: true) }

  private func push(_ script: String = "two") {
    world.push(
      [
        "manifests/a.yaml": ApprovalWorld.guarded(script),
        "manifests/b.yaml": ApprovalWorld.free(script),
      ], by: "ana")
  }

  @Test func theRestGoesAheadAndThenWhatWaited() throws {
    push()
    #expect(try approvals.pass() == "applied update Job/b")
    #expect(try approvals.script("a") == "one")
    #expect(try !world.store.status().isExact)
    #expect(try approvals.ready() == "False AwaitingApproval")
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
    #expect(try world.store.status().isExact)
    #expect(try approvals.ready() == "True Applied")
    #expect(try approvals.pass() == "unchanged")
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func waitingWritesNothingAtEachPoll() throws {
    push()
    _ = try approvals.pass()
    let applies = try world.store.appliedPlans(limit: 100).count
    #expect(try approvals.pass() == "blocked approval Job/a")
    let before = try approvals.events()
    for _ in 0..<5 { #expect(try approvals.pass() == "blocked approval Job/a") }
    #expect(try approvals.events() == before)
    #expect(try world.store.appliedPlans(limit: 100).count == applies)
    #expect(try approvals.ready() == "False AwaitingApproval")
  }

  @Test func whereNothingElseChangesTheStateStaysExact() throws {
    let revision = try world.store.status().live.revision
    world.push(["manifests/a.yaml": ApprovalWorld.guarded("two")], by: "ana")
    #expect(try approvals.pass() == "blocked approval Job/a")
    #expect(try world.store.status().isExact)
    #expect(try world.store.status().live.revision == revision)
  }

  @Test func laterCommitsGoAheadToo() throws {
    push()
    _ = try approvals.pass()
    world.push(["manifests/c.yaml": ApprovalWorld.free("one", name: "c")])
    #expect(try approvals.pass() == "applied create Job/c")
    world.push(["manifests/c.yaml": nil])
    #expect(try approvals.pass() == "applied delete Job/c")
    world.push(["manifests/a.yaml": ApprovalWorld.guarded("one")])
    #expect(try approvals.pass() == "unchanged")
    #expect(try world.store.status().isExact)
    #expect(try approvals.ready() == "True Applied")
  }

  @Test func withoutTheSettingTheWholePlanWaits() throws {
    world.isPartial = false
    push()
    #expect(try approvals.pass() == "blocked approval Job/a")
    #expect(try approvals.script("b") == "one")
  }

  @Test func aGuardHoldsTheRestToo() throws {
    world.push(
      ["manifests/d.yaml": Manifest.job("d", annotations: Manifest.protected)])
    _ = try approvals.pass()
    world.push(["manifests/d.yaml": nil, "manifests/a.yaml": ApprovalWorld.guarded("two")])
    #expect(try approvals.pass() == "blocked protected Job/d approval Job/a")
    guard case .blocked(let plan, let blocks) = try world.reconcile().outcome else {
      Issue.record("it went ahead")
      return
    }
    #expect(blocks.count == 2)
    try world.store.acknowledge(
      .protected, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "",
      at: world.wall.now())
    // The acknowledgement is of the whole plan, so that it is not of the part.
    #expect(try approvals.pass().hasPrefix("blocked"))
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a delete Job/d")
  }

  @Test func theAuthorsOfWhatIsLeftAreStillKnown() throws {
    world.push(
      ["manifests/a.yaml": nil, "manifests/b.yaml": ApprovalWorld.free("two")], by: "ben")
    world.push(["manifests/c.yaml": ApprovalWorld.free("one", name: "c")], by: "eva")
    #expect(try approvals.pass() == "applied update Job/b create Job/c")
    try approvals.say("ben")
    #expect(try approvals.pass() == "blocked approval Job/a")
    try approvals.say("eva")
    #expect(try approvals.pass() == "applied delete Job/a")
  }

  @Test func driftOfAStateThatIsNotExactIsRepaired() throws {
    push()
    _ = try approvals.pass()
    let vandal = try Vandal(world.databasePath)
    try vandal.edit("b", "\"two\"", "\"bad\"")
    #expect(try approvals.pass() == "applied update Job/b")
    #expect(try approvals.script("b") == "two")
    // What waits is not put through by damaging it.
    try vandal.edit("a", "\"one\"", "\"bad\"")
    #expect(try approvals.pass() == "blocked approval Job/a")
    #expect(try approvals.script("a") == "one")
    #expect(try world.store.drifts().isEmpty)
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
    #expect(try world.store.drifts().isEmpty)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func driftOfWhatWaitsIsPutBackInThePassThatAppliesTheRest() throws {
    push()
    try Vandal(world.databasePath).edit("a", "\"one\"", "\"bad\"")
    let report = try world.reconcile()
    guard case .applied(_, let plan) = report.outcome else {
      Issue.record("the rest did not go ahead: \(report.outcome)")
      return
    }
    #expect(plan.changes.map(\.key.description) == ["Job/b"])
    #expect(report.repair?.counts[.update] == 1 && report.drifts.isEmpty)
    #expect(try approvals.script("a") == "one" && approvals.script("b") == "two")
    #expect(try !world.store.status().isExact)
    #expect(try world.store.firstBrokenEvent() == nil)
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
  }

  @Test func aRollbackOfThePartKeepsAllOfTheRevisionOut() throws {
    push()
    _ = try approvals.pass()
    let part = try world.root()
    try world.rollback(.previous)
    #expect(try approvals.script("b") == "one")
    #expect(try approvals.pass().hasPrefix("blocked quarantine"))
    try approvals.say("ben")
    #expect(try approvals.pass().hasPrefix("blocked quarantine"))
    #expect(try approvals.script("b") == "one")
    try world.store.clearQuarantine(part, actor: "cli:ana", at: world.wall.now())
    #expect(try approvals.pass() == "applied update Job/a update Job/b")
  }

  @Test func aRollbackToThePartIsNotExactEither() throws {
    push()
    _ = try approvals.pass()
    let part = try #require(try world.store.appliedPlans(limit: 1).first)
    try approvals.say("ben")
    _ = try approvals.pass()
    try world.rollback(.apply(part.sequence))
    #expect(try approvals.script("a") == "one")
    #expect(try approvals.script("b") == "two")
    #expect(try !world.store.status().isExact)
  }

  @Test func provenanceOfThePartIsThatOfItsCommits() throws {
    push()
    let revision = try #require(world.history.commits.last?.id)
    _ = try approvals.pass()
    let record = try #require(try world.store.records(kind: "Job", name: "b").first)
    #expect(record.origin?.commit == revision)
    try approvals.say("ben")
    world.push(["manifests/c.yaml": ApprovalWorld.free("one", name: "c")])
    _ = try approvals.pass()
    let waited = try #require(try world.store.records(kind: "Job", name: "a").first)
    #expect(waited.origin?.commit == revision)
  }

  @Test func thePartIsWatchedAndGoneBackFrom() async throws {
    let health = try HealthWorld()
    let world = health.world
    world.isPartial = true
    try world.apply([
      "manifests/role.yaml": ApprovalWorld.role, "manifests/a.yaml": ApprovalWorld.guarded("one"),
      "manifests/b.yaml": ApprovalWorld.free("one"),
    ])
    let good = try world.root()
    await health.look(6)
    world.push([
      "manifests/a.yaml": ApprovalWorld.guarded("two"),
      "manifests/b.yaml": ApprovalWorld.free("two"),
    ])
    guard case .applied(let part, _) = try world.reconcile().outcome else {
      Issue.record("the part did not go ahead")
      return
    }
    #expect(try health.record(part).state == .watching)
    health.check.say(.failing(reason: "it answered 500"))
    await health.look(2)
    #expect(try world.root() == good)
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
      Issue.record("the loop fights the rollback")
      return
    }
    #expect(blocks.contains { $0.name == "quarantine" })
  }
}
