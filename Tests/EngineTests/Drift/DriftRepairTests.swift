import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What is held up in git does not keep what somebody did beside git.
struct DriftRepairTests {
  private let world: World
  private let vandal: Vandal

  init() throws {
    world = try World()
    vandal = try Vandal(world.databasePath)
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/b.yaml": Manifest.job("b", timeout: "2h"),
      "manifests/kept.yaml": Manifest.receiver("kept", annotations: Manifest.protected),
      "manifests/p.yaml": PolicyPassTests.policy(limit: "3h"),
      "manifests/r.yaml": Manifest.receiver("r"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
    ])
  }

  /// Why a head cannot go live.
  enum Obstacle: CaseIterable {
    case mistake, policy, guardOfWhatIsProtected

    func push(to world: World) throws {
      switch self {
      case .mistake: world.push(["manifests/b.yaml": "kind: Job\n"])
      case .policy: world.push(["manifests/b.yaml": Manifest.job("b", timeout: "9h")])
      case .guardOfWhatIsProtected:
        world.push(["manifests/kept.yaml": nil])
      }
    }

    func isMet(by report: ReconcilePass.Report) -> Bool {
      switch (self, report.outcome) {
      case (.mistake, .invalid): true
      case (.policy, .blocked(_, let blocks)): blocks.map(\.name) == [Verdict.Block.policy]
      case (.guardOfWhatIsProtected, .blocked(_, let blocks)): blocks.map(\.name) == ["protected"]
      default: false
      }
    }
  }

  private func timeout() throws -> String? {
    try world.store.records(kind: "Job", name: "a").first?.content["spec"]?["timeout"]?.string
  }

  private func edit(_ timeout: String, hours: Int64) throws {
    try BreakGlassEditTests.edit(world, Manifest.job("a", timeout: timeout), hours: hours)
  }

  @Test(arguments: DriftTests.Damage.allCases)
  func everyDamageIsPutBackBesideAHeadThatCannotGoLive(_ damage: DriftTests.Damage) throws {
    let before = try world.live()
    let root = try world.root()
    try Obstacle.mistake.push(to: world)
    try damage.inflict(vandal)
    let report = try world.reconcile()
    #expect(Obstacle.mistake.isMet(by: report))
    #expect(try world.root() == root)
    try DriftTests.expect(world, toBe: before)
    #expect(report.drifts == [])
    #expect(try world.store.drifts() == [])
    #expect(try world.store.firstBrokenEvent() == nil)
    #expect(try world.reconcile().repair == nil)
  }

  @Test(arguments: Obstacle.allCases)
  func anEditDoesNotOutliveItsEndBehindAPushThatIsHeldUp(_ obstacle: Obstacle) throws {
    let root = try world.root()
    let origins = try world.store.provenance(of: ResourceKey(kind: "Job", name: "a"))?.origins
    try edit("9h", hours: 2)
    try obstacle.push(to: world)
    let first = try world.reconcile()
    #expect(obstacle.isMet(by: first) && first.repair == nil)
    #expect(try timeout() == "9h")
    world.wall.advance(seconds: 2 * 3600)
    let second = try world.reconcile()
    #expect(obstacle.isMet(by: second))
    #expect(second.repair?.counts[.update] == 1)
    #expect(try timeout() == "1h")
    #expect(try world.root() == root)
    #expect(try world.store.provenance(of: ResourceKey(kind: "Job", name: "a"))?.origins == origins)
    #expect(try world.store.conditions().first { $0.kind == .drifted }?.status == .isFalse)
  }

  /// The digest by which it is cleared is that of the plan beside what was put back.
  @Test func whatTheReportNamesCanBeAcknowledged() throws {
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try Obstacle.guardOfWhatIsProtected.push(to: world)
    guard case .blocked(let plan, _) = try world.reconcile().outcome else {
      Issue.record("what is protected was deleted")
      return
    }
    #expect(plan.changes.map(\.key.description) == ["Receiver/kept"])
    try world.store.acknowledge(
      .protected, plan: plan.digest.description, actor: "cli:ana", reason: "test",
      at: world.wall.now())
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("the acknowledgement does not fit")
      return
    }
    #expect(try timeout() == "1h")
  }

  /// The policy is younger than what was applied, which a step to the head would have to obey.
  @Test func policiesDoNotJudgeAgainWhatWasApplied() throws {
    try world.apply(["manifests/p.yaml": PolicyPassTests.policy(limit: "30m")])
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    #expect(try world.reconcile().repair != nil)
    #expect(try timeout() == "1h")
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("the repair left something to do")
      return
    }
  }

  /// Another Writ may read what was applied otherwise, or not at all; that is no failed pass.
  @Test func whatCannotBeReadAnyMoreIsLeftToGit() throws {
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try vandal.execute("DELETE FROM resource WHERE name = 'r'")
    let kinds = KindRegistry.standard.kinds.filter { $0.name != "Receiver" }
    let pass = ReconcilePass(
      store: world.store, planner: Planner(registry: KindRegistry(kinds)),
      windows: world.windows, effects: world.effects)
    try Obstacle.mistake.push(to: world)
    let report = try pass.run(
      source: world.history.revision(nil, roots: world.roots), actor: "loop", at: world.wall.now())
    #expect(report.repair?.counts[.update] == 1)
    #expect(report.drifts.map(\.key.description) == ["Receiver/r"])
    #expect(try timeout() == "1h")
  }

  @Test func whatMayStayStays() throws {
    world.drift = DriftPolicy(mode: .warn)
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try Obstacle.mistake.push(to: world)
    let report = try world.reconcile()
    #expect(report.repair == nil && report.drifts.count == 1)
    #expect(try timeout() == "9h")
  }

  @Test func aFreezeHoldsTheRepairAsItHoldsEveryPlan() throws {
    try world.apply([
      "manifests/w.yaml": Manifest.changeWindow("ice", "mode: freeze\nreason: r\nwindows: [{}]")
    ])
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try Obstacle.mistake.push(to: world)
    let report = try world.reconcile()
    #expect(report.repair == nil && report.drifts.map(\.key.description) == ["Job/a"])
    #expect(try timeout() == "9h")
  }

  @Test func aSuspendedRepositoryIsLeftAlone() throws {
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    let now = world.wall.now()
    try world.store.setSuspended(
      Suspension(since: now, actor: "cli:ana", reason: "test"), actor: "cli:ana", at: now)
    #expect(try world.reconcile().repair == nil)
    #expect(try timeout() == "9h")
  }
}
