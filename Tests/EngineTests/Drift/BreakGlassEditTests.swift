import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows
import YAML

struct BreakGlassEditTests {
  private let world: World

  init() throws {
    world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
    ])
  }

  private static func resource(_ text: String, _ world: World) throws -> Resource {
    let read = YAMLReader.read(Array(text.utf8), file: "edit.yaml")
    let decoded = ManifestDecoder(registry: world.planner.registry)
      .decode(try #require(read.documents.first).root, file: "edit.yaml")
    return try #require(decoded.resource)
  }

  /// Changes what is live as `writ edit` does.
  @discardableResult
  static func edit(_ world: World, _ text: String, hours: Int64) throws -> AppliedPlan {
    world.wall.advance(seconds: 1)
    let now = world.wall.now()
    let breaking = BreakGlassEdit(store: world.store, planner: world.planner)
    let plan = try breaking.propose(try resource(text, world), at: now)
    let edit = Drift.Edit(
      owner: "cli:ana", reason: "the disk is full",
      expiresAt: now.advanced(by: .seconds(hours * 3600)))
    return try world.store.apply(
      plan, breaking.context(for: plan, edit: edit, at: now, effects: world.effects))
  }

  @discardableResult
  private func edit(_ text: String, hours: Int64 = 4) throws -> AppliedPlan {
    try Self.edit(world, text, hours: hours)
  }

  private func timeout() throws -> String? {
    try world.store.records(kind: "Job", name: "a").first?.content["spec"]?["timeout"]?.string
  }

  @Test func anEditHoldsUntilItExpires() throws {
    let root = try world.root()
    let applied = try edit(Manifest.job("a", timeout: "9h"))
    #expect(applied.isEdit)
    #expect(try timeout() == "9h")
    let report = try world.reconcile()
    guard case .unchanged = report.outcome else {
      Issue.record("the loop took the edit back at once")
      return
    }
    #expect(report.drifts.first?.edit?.owner == "cli:ana")
    #expect(
      try world.assemble().warnings.map(\.message) == [
        "Job/a was edited by cli:ana (the disk is full) and stays so until 2026-01-05T16:00:02Z, unless git changes it"
      ])
    let condition = try world.store.conditions().first { $0.kind == .drifted }
    #expect(condition?.reason == "BreakGlass")
    #expect(condition?.message.contains("the disk is full") == true)
    world.wall.advance(seconds: 4 * 3600)
    guard case .applied(_, let plan) = try world.reconcile().outcome else {
      Issue.record("the loop left an edit that had expired")
      return
    }
    #expect(plan.changes.map(\.reason) == [.drifted])
    #expect(try world.root() == root)
    #expect(try world.store.drifts() == [])
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  /// It is for the night in which the rule is what stands in the way; it shows, and it expires.
  @Test func policiesDoNotHoldUpAnEditAndJudgeGitAfterwardsAsBefore() throws {
    try world.apply([
      "manifests/p.yaml": PolicyPassTests.policy(limit: "2h")
    ])
    try edit(Manifest.job("a", timeout: "9h"))
    #expect(try timeout() == "9h")
    #expect(try world.store.drifts().count == 1)
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "9h")])
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
      Issue.record("the same by a push got past the policy")
      return
    }
    #expect(blocks.map(\.name) == [Verdict.Block.policy])
  }

  @Test func gitTakesAnEditOverAndThenItIsNoDriftAnyMore() throws {
    try edit(Manifest.job("a", timeout: "9h"))
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "9h")])
    guard case .applied(_, let plan) = try world.reconcile().outcome else {
      Issue.record("the push was not applied")
      return
    }
    let change = try #require(plan.changes.first)
    #expect(plan.changes.count == 1 && change.reason == .adopted)
    #expect(change.before == change.after)
    #expect(change.fields.map(\.pointer.dotted) == ["spec.timeout"])
    #expect(change.fields.first?.old == "1h" && change.fields.first?.new == "9h")
    #expect(try timeout() == "9h")
    #expect(try world.store.drifts() == [])
    world.wall.advance(seconds: 5 * 3600)
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("it came back when the edit had expired")
      return
    }
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  /// The approval that the edit took away counts, because it was never taken away in git.
  @Test func whatNeedsApprovalNeedsItAlsoAfterAnEdit() throws {
    let guarded = "  approval: {required: true}\n"
    try world.apply(["manifests/g.yaml": Manifest.job("g", timeout: "1h") + guarded])
    try edit(Manifest.job("g", timeout: "9h"))
    world.push(["manifests/g.yaml": Manifest.job("g", timeout: "9h")])
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
      Issue.record("the push went past the approval")
      return
    }
    #expect(blocks.map(\.name) == [Verdict.Block.approval])
  }

  @Test func gitWinsOverAnEdit() throws {
    try edit(Manifest.job("a", timeout: "9h"))
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "3h")])
    #expect(try timeout() == "3h")
    #expect(try world.store.drifts() == [])
  }

  @Test func aSecondEditStillKnowsWhatWasApplied() throws {
    let root = try world.root()
    try edit(Manifest.job("a", timeout: "9h"), hours: 1)
    try edit(Manifest.job("a", timeout: "8h"), hours: 9)
    world.wall.advance(seconds: 3 * 3600)
    try world.reconcile()
    #expect(try timeout() == "8h")
    world.wall.advance(seconds: 9 * 3600)
    try world.reconcile()
    #expect(try timeout() == "1h")
    #expect(try world.root() == root)
  }

  @Test func aWriteOverAnEditIsNobodysAnyMore() throws {
    try edit(Manifest.job("a", timeout: "9h"))
    try Vandal(world.databasePath).edit("a", "\"9h\"", "\"7h\"")
    #expect(try world.store.drifts().first?.edit == nil)
    try world.reconcile()
    #expect(try timeout() == "1h")
  }

  @Test func anEditMustFitWhatIsLive() throws {
    let root = try world.root()
    let text = Manifest.schedule("s", job: "nothing")
    #expect(throws: BreakGlassEdit.Failure.self) { try edit(text) }
    #expect(throws: BreakGlassEdit.Failure.self) { try edit(Manifest.job("other")) }
    #expect(throws: BreakGlassEdit.Failure.self) { try edit(Manifest.job("a", timeout: "1h")) }
    #expect(try world.root() == root)
    #expect(try world.store.drifts() == [])
  }

  @Test func rollbackTakesAnEditBack() throws {
    let root = try world.root()
    try edit(Manifest.job("a", timeout: "9h"))
    try world.rollback(.previous)
    #expect(try world.root() == root)
    #expect(try world.store.drifts() == [])
  }
}
