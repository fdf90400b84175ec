import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// A pass applies what people agreed to, exactly that, and nothing else.
struct ApprovalTests {
  private let approvals: ApprovalWorld
  private var world: World { approvals.world }

  init() throws { approvals = try ApprovalWorld() }

  private func push(_ script: String = "two", by author: String = "ana") {
    world.push(["manifests/a.yaml": ApprovalWorld.guarded(script)], by: author)
  }

  @Test func aChangeWaitsAndIsAppliedOnceSomebodyAgreed() throws {
    push()
    #expect(try approvals.pass() == "blocked approval Job/a")
    #expect(try approvals.ready() == "False AwaitingApproval")
    let words = try #require(try world.store.conditions().first { $0.kind == .ready }).message
    #expect(words.contains("writ approve "), "\(words)")
    #expect(words.contains("0 of 1 approval of operator"), "\(words)")
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
    #expect(try approvals.ready() == "True Applied")
    #expect(try world.store.status().isExact)
  }

  @Test func waitingWritesNothingAtEachPoll() throws {
    push()
    _ = try approvals.pass()
    let before = try approvals.events()
    for _ in 0..<5 { _ = try approvals.pass() }
    #expect(try approvals.events() == before)
  }

  @Test func theAuthorCannotApprove() throws {
    push(by: "ben")
    try approvals.say("ben")
    #expect(try approvals.pass() == "blocked approval Job/a")
    try approvals.say("eva")
    #expect(try approvals.pass() == "applied update Job/a")
  }

  @Test func anUnrelatedCommitKeepsTheApproval() throws {
    push()
    try approvals.say("ben")
    world.push(["manifests/b.yaml": ApprovalWorld.free("two")], by: "eva")
    #expect(try approvals.pass() == "applied update Job/a update Job/b")
  }

  @Test func anotherChangeVoidsIt() throws {
    push("two")
    try approvals.say("ben")
    push("three")
    #expect(try approvals.pass() == "blocked approval Job/a")
    push("two")
    #expect(try approvals.pass() == "applied update Job/a")
  }

  @Test func anApprovalCountsOnce() throws {
    push("two")
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
    push("one")
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a")
    push("two")
    #expect(try approvals.pass() == "blocked approval Job/a")
  }

  @Test func itRunsOut() throws {
    push()
    try approvals.say("ben", lasting: 10)
    world.wall.advance(seconds: 60)
    #expect(try approvals.pass() == "blocked approval Job/a")
  }

  @Test func aRejectionHoldsUntilItIsTakenBack() throws {
    push()
    try approvals.say("ben")
    try approvals.say("eva", .reject)
    #expect(try approvals.pass() == "blocked approval Job/a")
    let rejection = try world.store.decisions(on: nil).filter { $0.answer == .reject }
    _ = try world.store.withdraw(
      rejection, actor: "cli:eva", reason: "", at: world.wall.now())
    #expect(try approvals.pass() == "applied update Job/a")
  }

  @Test func itSurvivesARestart() throws {
    push()
    try approvals.say("ben")
    let store = try Store(path: world.databasePath, access: .readWrite)
    let pass = ReconcilePass(
      store: store, planner: world.planner, windows: world.windows, effects: .none)
    guard
      case .applied = try pass.run(
        source: world.history.revision(), actor: "loop", at: world.wall.now()
      ).outcome
    else {
      Issue.record("the approval was forgotten")
      return
    }
  }

  @Test func aRoleThatThePushBringsDoesNotCountYet() throws {
    world.push(
      [
        "manifests/a.yaml": ApprovalWorld.guarded("two"),
        "manifests/role.yaml": ApprovalWorld.role("mallory"),
      ], by: "ana")
    try approvals.say("mallory")
    #expect(try approvals.pass() == "blocked approval Job/a")
    try approvals.say("ben")
    #expect(try approvals.pass() == "applied update Job/a update Role/operator")
  }

  @Test func aRollbackWaitsForNobody() throws {
    push()
    try approvals.say("ben")
    _ = try approvals.pass()
    try world.rollback(.previous)
    #expect(try approvals.script("a") == "one")
  }

  @Test func aPlanThatNeedsNoApprovalAsksNobody() throws {
    world.push(["manifests/b.yaml": ApprovalWorld.free("two")])
    let plan = try world.plan()
    // A store that cannot be asked for decisions.
    let store = FailingStore(world.store, failingAt: .max)
    let gate = PlanGate(store: store, windows: world.windows)
    let before = store.callCount
    _ = try gate.judge(plan, at: world.wall.now())
    #expect(store.callCount - before == 3, "acknowledgements, quarantine, windows")
  }

  @Test func whatSomebodyChangedBesideGitIsPutBackWithoutAsking() throws {
    let vandal = try Vandal(world.databasePath)
    try vandal.edit("a", "\"one\"", "\"bad\"")
    #expect(try approvals.pass() == "applied update Job/a")
    #expect(try approvals.script("a") == "one")
  }
}
