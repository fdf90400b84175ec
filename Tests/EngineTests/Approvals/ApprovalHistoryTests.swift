import Engine
import GitSource
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// Who wrote what, out of real git histories.
struct ApprovalHistoryTests {
  private let repository: TemporaryRepository
  private let directory: TemporaryDirectory

  init() throws {
    repository = try TemporaryRepository()
    directory = try TemporaryDirectory()
    try repository.commit([
      "manifests/role.yaml": ApprovalWorld.role, "manifests/a.yaml": Self.job("one", "1h"),
    ])
    #expect(try pass() == "applied")
  }

  private static func job(_ script: String, _ timeout: String) -> String {
    Manifest.job("a", script: script, timeout: timeout) + "  approval: {roles: [operator]}\n"
  }

  private static let time = Timestamp(seconds: 1_767_614_400)

  /// One pass by a process of its own.
  private func pass() throws -> String {
    let store = try Store(path: directory.path("writ.db"), access: .readWrite)
    defer { store.close() }
    let source = try GitRevision(
      repositoryPath: repository.path, reference: "main", requestedRoots: nil,
      liveRoots: store.status().roots, registry: .standard)
    let outcome = try ReconcilePass(
      store: store, planner: Planner(registry: .standard),
      windows: LiveChangeWindows { _, _ in 0 }, effects: .none
    ).run(source: source, actor: "loop", at: Self.time).outcome
    switch outcome {
    case .applied: return "applied"
    case .blocked(_, let blocks): return blocks.map(\.message).joined()
    default: return "\(outcome)"
    }
  }

  private func approve(_ name: String) throws {
    let store = try Store(path: directory.path("writ.db"), access: .readWrite)
    defer { store.close() }
    let roots = try store.status().roots
    let source = try GitRevision(
      repositoryPath: repository.path, reference: "main", requestedRoots: nil, liveRoots: roots,
      registry: .standard)
    let outcome = try store.read { live throws(StoreError) in
      Result {
        try PlanAssembly(
          planner: Planner(registry: .standard), drift: DriftPolicy(), at: Self.time
        ).plan(live: live, source: source, liveRoots: roots)
      }
    }.get().outcome
    guard case .plan(let plan) = outcome else { throw FixtureError("there is no plan") }
    let requirement = try #require(plan.approvals.first)
    try store.decide(
      [
        ApprovalDecision(
          change: requirement.change, key: requirement.key, person: try #require(Person(name)),
          answer: .approve, reason: "", time: Self.time,
          expires: Timestamp(nanoseconds: Self.time.nanoseconds + 1))
      ], at: Self.time)
  }

  @Test func whoWroteAnEarlierCommitOfThePushCannotApprove() throws {
    try repository.commit(["manifests/a.yaml": Self.job("two", "1h")], by: .ben)
    try repository.commit(["manifests/a.yaml": Self.job("two", "2h")], by: .ana)
    for author in ["ben", "ana", "ana@example.org"] {
      try approve(author)
      #expect(try pass().contains("cannot approve it"))
    }
    try approve("eva")
    #expect(try pass() == "applied")
  }

  @Test func whoWroteOnABranchThatSomebodyElseMergedCannotApprove() throws {
    let base = try #require(repository.heads["main"])
    try repository.reset("side", to: base)
    try repository.commit(
      ["manifests/a.yaml": Self.job("two", "1h")], on: "side", by: .ben)
    try repository.commit(["README.md": "hello"], by: .ana)
    try repository.merge("side")
    try approve("ben")
    #expect(try pass().contains("cannot approve it"))
    try approve("eva")
    #expect(try pass() == "applied")
  }

  @Test func itHoldsOverAnUnrelatedMergeAndARestart() throws {
    try repository.commit(["manifests/a.yaml": Self.job("two", "1h")], by: .ana)
    try approve("ben")
    let before = try #require(repository.heads["main"])
    try repository.reset("side", to: before)
    try repository.commit(["manifests/b.yaml": Manifest.job("b")], on: "side", by: .ben)
    try repository.merge("side")
    #expect(try pass() == "applied")
  }

  @Test func whoRepeatsTheChangeInTheirOwnNameCannotApproveIt() throws {
    let base = try #require(repository.heads["main"])
    try repository.commit(["manifests/a.yaml": Self.job("two", "1h")], by: .ana)
    try approve("ben")
    try repository.reset("main", to: base)
    try repository.commit(["manifests/a.yaml": Self.job("two", "1h")], by: .ben)
    #expect(try pass().contains("cannot approve it"))
  }

  @Test func whoWroteAnOldPartOfItMayApproveANewOne() throws {
    try repository.commit(["manifests/a.yaml": Self.job("two", "1h")], by: .ben)
    try approve("eva")
    #expect(try pass() == "applied")
    try repository.commit(["manifests/a.yaml": Self.job("two", "2h")], by: .ana)
    try approve("ben")
    #expect(try pass() == "applied")
  }

  @Test func whoDeletedItCannotHideBehindALaterCommitToTheFile() throws {
    let both = Manifest.file(Self.job("one", "1h"), Manifest.job("b"))
    try repository.commit(["manifests/a.yaml": both], by: .ana)
    #expect(try pass() == "applied")
    try repository.commit(["manifests/a.yaml": Manifest.job("b")], by: .ben)
    try repository.commit(["manifests/a.yaml": Manifest.job("b", timeout: "2h")], by: .eva)
    try approve("ben")
    #expect(try pass().contains("cannot approve it"))
    try approve("eva")
    #expect(try pass() == "applied")
  }
}
