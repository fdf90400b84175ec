import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing

struct SavedPlanTests {
  private let world: World
  private let saved: Plan

  init() throws {
    world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
    ])
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    saved = try PlanFile(reading: PlanFile(try world.plan()).bytes).plan
  }

  private func apply(_ plan: Plan) throws -> SavedPlanApply.Outcome {
    try SavedPlanApply(
      store: world.store, planner: world.planner, windows: world.windows, effects: .none
    )
    .run(plan, actor: "cli:ana", at: world.wall.now())
  }

  @Test func onItsOwnBaseExactlyThePlanIsApplied() throws {
    guard case .applied(let applied) = try apply(saved) else {
      Issue.record("it was not applied")
      return
    }
    #expect(applied.planDigest == saved.digest)
    #expect(applied.isExact)
    #expect(try world.root() == saved.predictedRoot)
  }

  @Test func twiceIsDoneAlready() throws {
    _ = try apply(saved)
    guard case .alreadyDone = try apply(saved) else {
      Issue.record("it was applied twice")
      return
    }
  }

  @Test func anUnrelatedMergeDoesNotVoidIt() throws {
    let world = world
    world.push(["manifests/a.yaml": Manifest.job("a"), "manifests/c.yaml": Manifest.job("c")])
    try world.reconcile()
    guard case .applied(let applied) = try apply(saved) else {
      Issue.record("it was not applied")
      return
    }
    #expect(!applied.isExact)
    let live = try world.live()
    #expect(live.keys.sorted() == ["Job/a", "Job/b", "Job/c"])
    // What is live is no commit's snapshot, so the next pass reads everything, and comes to rest.
    #expect(try world.assemble().isIncremental == false)
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("the loop did not take over again")
      return
    }
    #expect(try world.assemble().isIncremental)
  }

  @Test func whatChangedMeanwhileIsAConflictAndNothingIsApplied() throws {
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "3h")])
    try world.reconcile()
    let root = try world.root()
    guard case .conflicts(let conflicts) = try apply(saved) else {
      Issue.record("there was no conflict")
      return
    }
    #expect(conflicts.map(\.key.description) == ["Job/a"])
    #expect(try world.root() == root)
  }

  @Test func aMovedFileMakesTheStateInexactThoughTheRootFits() throws {
    world.push([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": nil,
      "manifests/b2.yaml": Manifest.job("b"),
    ])
    try world.reconcile()
    guard case .applied(let applied) = try apply(saved) else {
      Issue.record("it was not applied")
      return
    }
    #expect(applied.root == saved.predictedRoot)
    #expect(!applied.isExact)
    // The saved revision has b in its old file; a plan from changed files alone would lose it.
    let whole = try world.assemble(saved.revision, readsEverything: true)
    let part = try world.assemble(saved.revision)
    guard case .plan(let first) = whole.outcome, case .plan(let second) = part.outcome else {
      Issue.record("there is no plan")
      return
    }
    #expect(first.canonicalBytes == second.canonicalBytes)
    #expect(first.changes.map(\.action) == [.move])
  }

  @Test func aGuardHoldsItUntilItIsAcknowledged() throws {
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": nil])
    let plan = try world.plan()
    guard case .blocked(let blocks) = try apply(plan) else {
      Issue.record("it was not blocked")
      return
    }
    #expect(blocks.map(\.name) == ["empty-tree"])
    try world.store.acknowledge(
      .emptyTree, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "moving out",
      at: world.wall.now())
    guard case .applied = try apply(plan) else {
      Issue.record("it was not applied")
      return
    }
    #expect(try world.live().isEmpty)
  }
}
