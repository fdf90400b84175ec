import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// What a file says of a plan is nobody's word.
struct SavedPlanApprovalTests {
  private let approvals: ApprovalWorld
  private var world: World { approvals.world }

  init() throws {
    approvals = try ApprovalWorld()
    world.push(["manifests/a.yaml": ApprovalWorld.guarded("two")], by: "ana")
  }

  private func apply(_ plan: Plan, hasSource: Bool = true) throws -> String {
    let apply = SavedPlanApply(
      store: world.store, planner: world.planner, windows: world.windows, effects: .none)
    let read = try PlanFile(reading: PlanFile(plan).bytes).plan
    switch try apply.run(
      read, source: hasSource ? world.history.revision() : nil, actor: "cli:ana",
      at: world.wall.now())
    {
    case .applied: return "applied"
    case .alreadyDone: return "done"
    case .conflicts: return "conflicts"
    case .blocked(let blocks): return blocks.map { "\($0.name): \($0.message)" }.joined()
    }
  }

  @Test func waitsLikeAnyOther() throws {
    let plan = try world.plan()
    #expect(try apply(plan).hasPrefix("approval: spec.approval"))
    try approvals.say("ben")
    #expect(try apply(plan) == "applied")
  }

  @Test func aRequirementThatWasTakenOutOfTheFileStillHolds() throws {
    var plan = try world.plan()
    plan.approvals = []
    #expect(try apply(plan).hasPrefix("approval: spec.approval"))
    #expect(try approvals.script("a") == "one")
  }

  @Test func anAuthorThatTheFileNamesIsNotBelieved() throws {
    var plan = try world.plan()
    try approvals.say("ana")
    plan.changes[0].origin = Origin(
      commit: plan.revision, author: "somebody", email: "else@example.org",
      time: world.wall.now())
    plan.commits = []
    #expect(try apply(plan).contains("ana may be ana"))
    #expect(try approvals.script("a") == "one")
  }

  @Test func withoutTheRevisionNobodyCanApprove() throws {
    try approvals.say("ben")
    #expect(try apply(world.plan(), hasSource: false).contains("who wrote the change is not known"))
  }

  @Test func aPlanOfAnotherContentThanTheRevisionsIsNobodys() throws {
    var plan = try world.plan()
    let content = Array(
      String(decoding: try #require(plan.changes[0].content), as: UTF8.self)
        .replacing("two", with: "bad").utf8)
    plan.changes[0].content = content
    plan.changes[0].after = Digest(of: content)
    var tree = try world.store.read { live throws(StoreError) in try live.tree(around: plan.keys) }
    tree.update([(key: plan.changes[0].key, digest: plan.changes[0].after)])
    plan.predictedRoot = tree.root
    plan.approvals[0].change = plan.changes[0].identity
    let time = world.wall.now()
    try world.store.decide(
      [
        ApprovalDecision(
          change: plan.approvals[0].change, key: plan.approvals[0].key,
          person: try #require(Person("ben")), answer: .approve, reason: "", time: time,
          expires: Timestamp(nanoseconds: .max))
      ], at: time)
    #expect(try apply(plan).contains("who wrote the change is not known"))
    #expect(try approvals.script("a") == "one")
  }

  @Test func aFileCannotSayThatItIsARollback() throws {
    var plan = try world.plan()
    plan.isRollback = true
    let error = try #require(throws: StoreError.self) { try apply(plan) }
    #expect(error.hint == "go back with: writ rollback")
    #expect(try approvals.script("a") == "one")
  }
}
