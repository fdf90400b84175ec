import Engine
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// A checkout of a CI system: cut short, or without blobs.
struct ShallowTests {
  private let repository: TemporaryRepository
  private let first: String
  private let head: String

  init() throws {
    repository = try TemporaryRepository()
    first = try repository.commit([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
    ])
    try repository.commit(["manifests/a.yaml": Manifest.job("a", timeout: "2h")], by: .ben)
    head = try repository.commit(["manifests/c.yaml": Manifest.job("c")])
  }

  private func revision(of path: String, _ reference: String = "HEAD") throws -> GitRevision {
    try GitRevision(
      repositoryPath: path, reference: reference, requestedRoots: nil, liveRoots: [],
      registry: .standard)
  }

  private func plan(
    _ source: GitRevision, live: MemoryLive = .empty,
  ) throws -> Plan {
    let result = try PlanAssembly(
      planner: Planner(registry: .standard), drift: DriftPolicy(), at: Timestamp(seconds: 0)
    ).plan(live: live, source: source, liveRoots: ["manifests"])
    guard case .plan(let plan) = result.outcome else { throw FixtureError("invalid") }
    return plan
  }

  @Test func aShallowCloneCanBePlanned() throws {
    let source = try revision(of: repository.clone("clone", "--depth=1"))
    #expect(source.isShallow)
    #expect(source.revision == head)
    let plan = try plan(source)
    #expect(plan.changes.map(\.key.name) == ["a", "b", "c"])
    let whole = try self.plan(repository.revision())
    #expect(plan.predictedRoot == whole.predictedRoot)
  }

  @Test func aCommitThatIsCutOffIsNotTakenForRewrittenHistory() throws {
    let source = try revision(of: repository.clone("clone", "--depth=1"))
    #expect(!source.contains(first))
    #expect(try source.ancestry(since: first) == .unknown)
    let live = MemoryLive(
      revision: first, resources: try repository.revision(first).delta(since: nil).resources)
    let plan = try plan(source, live: live)
    #expect(plan.guards.isEmpty)
    #expect(
      plan.changes.map { "\($0.action.rawValue) \($0.key.name)" } == ["update a", "create c"])
  }

  @Test func aDeepEnoughCloneKnowsItsAncestry() throws {
    let source = try revision(of: repository.clone("clone", "--depth=2"))
    let parent = try repository.git("rev-parse", "\(head)~1")
    #expect(try source.ancestry(since: parent) == .descends)
    #expect(try source.delta(since: parent).touchedFiles == ["manifests/c.yaml"])
  }

  @Test func originsBeyondTheCutAreTheHeads() throws {
    let source = try revision(of: repository.clone("clone", "--depth=2"))
    let origins = try source.origins(
      of: ["manifests/a.yaml", "manifests/b.yaml", "manifests/c.yaml"], since: nil)
    #expect(origins["manifests/c.yaml"]?.commit == head)
    #expect(origins["manifests/b.yaml"]?.commit == head)
  }

  @Test(arguments: ["HEAD~1", "first"])
  func aRevisionBeyondTheCutSaysWhatIsMissing(_ name: String) throws {
    let path = try repository.clone("clone", "--depth=1")
    let error = try thrown(SourceError.self) {
      try revision(of: path, name == "first" ? first : name)
    }
    #expect(error.code == .incomplete)
    #expect(error.message.contains("fetch"))
  }

  @Test func aCloneWithoutBlobsSaysWhatIsMissing() throws {
    try repository.git("config", "uploadpack.allowFilter", "true")
    let path = try repository.clone("clone", "--filter=blob:none", "--no-checkout")
    let source = try revision(of: path)
    let error = try thrown(SourceError.self) { try source.delta(since: nil) }
    #expect(error.code == .incomplete)
    #expect(error.message.contains("fetch"))
  }

  @Test func aCheckedOutCloneWithoutOldBlobsCanBePlanned() throws {
    try repository.git("config", "uploadpack.allowFilter", "true")
    let path = try repository.clone("clone", "--filter=blob:none")
    #expect(try plan(revision(of: path)).changes.count == 3)
  }
}
