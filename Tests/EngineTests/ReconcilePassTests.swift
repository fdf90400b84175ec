import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct ReconcilePassTests {
  private let world: World

  init() throws { world = try World() }

  private let jobs: [String: String?] = [
    "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
  ]

  /// `Ready False Blocked`, one line for each condition.
  private func conditions() throws -> [String] {
    try world.store.conditions().map {
      "\($0.kind.rawValue) \($0.status.rawValue) \($0.reason)"
    }
  }

  private func journal() throws -> [String] {
    try world.store.events(JournalQuery(limit: 1000)).map(\.kind.rawValue)
  }

  @Test func appliesWhatIsNew() throws {
    let revision = world.push(jobs)
    let report = try world.reconcile()
    guard case .applied(let applied, let plan) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(report.revision == revision)
    #expect(applied.revision == revision)
    #expect(applied.planDigest == plan.digest)
    #expect(applied.actor == "loop")
    #expect(try world.live().keys.sorted() == ["Job/a", "Job/b"])
    #expect(
      try conditions() == [
        "Drifted False InSync", "Ready True Applied", "Reconciling False InSync",
        "SourceVerified Unknown VerificationOff", "Stalled False InSync",
      ])
    #expect(try world.store.conditions().allSatisfy { $0.observedRevision == revision })
  }

  @Test func aSecondPassChangesNothing() throws {
    try world.apply(jobs)
    let before = try world.image()
    for _ in 0..<3 {
      guard case .unchanged = try world.reconcile().outcome else {
        Issue.record("something changed")
        return
      }
    }
    #expect(try world.image() == before)
  }

  @Test func aRevisionWithoutAChangeIsRememberedAndNotAnnounced() throws {
    try world.apply(jobs)
    let effects = try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 100).count
    let revision = world.push(["README.md": "hello"])
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("something changed")
      return
    }
    #expect(try world.store.status().live.revision == revision)
    #expect(
      try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 100).count == effects)
  }

  @Test func anApplyIsAnnouncedOnceWithItsPlan() throws {
    let applied = try world.apply(jobs)
    let effects = try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 100)
    let payload = try #require(effects.first.flatMap { Value(canonical: $0.payload) })
    let key = "\(applied.planDigest)/\(applied.time.nanoseconds)/notify"
    #expect(effects.map(\.idempotencyKey) == [key])
    #expect(payload["plan"]?.string == applied.planDigest.description)
    #expect(payload["stateRoot"]?.string == applied.root.description)
    #expect(payload["counts"] == ["create": 2, "delete": 0, "move": 0, "update": 0])
  }

  @Test func withoutAListenerNothingIsAnnounced() throws {
    world.effects = .none
    try world.apply(jobs)
    #expect(try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 100).isEmpty)
  }

  // MARK: Invalid

  @Test func invalidManifestsLeaveEverythingAsItWas() throws {
    try world.apply(jobs)
    let before = try world.liveImage()
    let revision = world.push([
      "manifests/a.yaml": Manifest.job("a").replacing("spec:", with: "spec:\n  timout: 1h"),
      "manifests/b.yaml": Manifest.file(Manifest.job("b"), Manifest.job("b")),
      "manifests/new.yaml": Manifest.job("new"),
    ])
    guard case .invalid(let diagnostics) = try world.reconcile().outcome else {
      Issue.record("it was valid")
      return
    }
    #expect(diagnostics.map(\.code) == ["unknown-field", "duplicate-resource"])
    #expect(try world.liveImage() == before)
    #expect(
      try conditions().filter { !$0.hasPrefix("Drifted") } == [
        "Ready False InvalidManifests", "Reconciling False InvalidManifests",
        "SourceVerified Unknown VerificationOff", "Stalled True InvalidManifests",
      ])
    let ready = try #require(try world.store.conditions().first { $0.kind == .ready })
    #expect(ready.observedRevision == revision)
    #expect(ready.message.contains("manifests/a.yaml:6:3"))
  }

  @Test func anInvalidRevisionIsInTheJournalOnce() throws {
    world.push(["manifests/a.yaml": "hello"])
    for _ in 0..<3 { try world.reconcile() }
    #expect(try journal() == ["revision.invalid"])
    world.push(["manifests/b.yaml": "hello"])
    try world.reconcile()
    #expect(try journal() == ["revision.invalid", "revision.invalid"])
  }

  @Test func aRepairIsAppliedFromWhatIsLive() throws {
    try world.apply(jobs)
    world.push(["manifests/a.yaml": "hello", "manifests/c.yaml": Manifest.job("c")])
    try world.reconcile()
    let applied = try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(applied.counts[.create] == 1)
    #expect(applied.counts[.update] == 1)
    #expect(try conditions().contains("Ready True Applied"))
    #expect(try conditions().contains("Stalled False InSync"))
  }

  // MARK: Blocked

  @Test func aGuardHoldsThePlanUntilSomebodyAcknowledgesIt() throws {
    try world.apply(jobs)
    let before = try world.liveImage()
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": nil])
    guard case .blocked(let plan, let blocks) = try world.reconcile().outcome else {
      Issue.record("it was not blocked")
      return
    }
    #expect(blocks.map(\.name) == ["empty-tree"])
    #expect(try world.liveImage() == before)
    #expect(try conditions().contains("Stalled True Blocked"))
    let ready = try #require(try world.store.conditions().first { $0.kind == .ready })
    #expect(ready.message.contains("writ ack empty-tree --plan \(plan.digest.abbreviated)"))

    try world.store.acknowledge(
      .emptyTree, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "moving out",
      at: world.wall.now())
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("it is still blocked")
      return
    }
    #expect(try world.live().isEmpty)
    #expect(try world.root() == StateTree.emptyRoot)
    let event = try #require(
      try world.store.events(JournalQuery(limit: 1000)).last { $0.kind == .planApplied })
    #expect(Value(canonical: event.payload)?["acknowledged"] == ["empty-tree"])
  }

  @Test func anAcknowledgementIsForThatPlanAlone() throws {
    try world.apply(jobs)
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": nil])
    guard case .blocked(let plan, _) = try world.reconcile().outcome else {
      Issue.record("it was not blocked")
      return
    }
    try world.store.acknowledge(
      .emptyTree, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "",
      at: world.wall.now())
    world.push(["README.md": "another commit, another plan"])
    guard case .blocked(let other, _) = try world.reconcile().outcome else {
      Issue.record("another plan went through")
      return
    }
    #expect(other.digest != plan.digest)
  }

  @Test func anAcknowledgementOfAnotherGuardDoesNotHelp() throws {
    try world.apply(jobs)
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": nil])
    guard case .blocked(let plan, _) = try world.reconcile().outcome else {
      Issue.record("it was not blocked")
      return
    }
    try world.store.acknowledge(
      .massDelete, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "",
      at: world.wall.now())
    guard case .blocked = try world.reconcile().outcome else {
      Issue.record("it went through")
      return
    }
  }

  @Test func aBlockedPlanIsInTheJournalOnce() throws {
    try world.apply(jobs)
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": nil])
    for _ in 0..<3 { try world.reconcile() }
    #expect(try journal().filter { $0 == "plan.blocked" }.count == 1)
  }

  @Test func aProtectedResourceTakesTwoCommits() throws {
    try world.apply([
      "manifests/p.yaml": Manifest.job("p", annotations: Manifest.protected),
      "manifests/z.yaml": Manifest.job("z"),
    ])
    world.push(["manifests/p.yaml": nil])
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
      Issue.record("it was deleted")
      return
    }
    #expect(blocks.map { "\($0.name) \($0.subject)" } == ["protected Job/p"])
    try world.apply(["manifests/p.yaml": Manifest.job("p")])
    try world.apply(["manifests/p.yaml": nil])
    #expect(try world.live().keys.sorted() == ["Job/z"])
  }

  @Test func rewrittenHistoryChangesNothing() throws {
    let first = world.push(jobs)
    try world.reconcile()
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    let before = try world.liveImage()
    guard case .blocked(_, let blocks) = try world.reconcile(first).outcome else {
      Issue.record("it was not blocked")
      return
    }
    #expect(blocks.map(\.name) == ["history-rewritten"])
    #expect(try world.liveImage() == before)
    #expect(try conditions().contains("Ready False HistoryRewritten"))
  }

  // MARK: Suspended

  @Test func aSuspendedLoopAppliesNothing() throws {
    try world.apply(jobs)
    let suspension = Suspension(since: world.wall.now(), actor: "cli:ana", reason: "holiday")
    try world.store.setSuspended(suspension, actor: "cli:ana", at: world.wall.now())
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    let before = try world.liveImage()
    guard case .suspended(let found) = try world.reconcile().outcome else {
      Issue.record("it was not suspended")
      return
    }
    #expect(found == suspension)
    #expect(try world.liveImage() == before)
    let ready = try #require(try world.store.conditions().first { $0.kind == .ready })
    #expect(ready.reason == "Suspended")
    #expect(ready.message.contains("writ resume"))

    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("it did not resume")
      return
    }
  }

  // MARK: What is live

  @Test func keptResourcesStayUntilTheirManifestIsBack() throws {
    let kept = Manifest.job("k", annotations: Manifest.kept)
    try world.apply(["manifests/k.yaml": kept, "manifests/a.yaml": Manifest.job("a")])
    world.push(["manifests/k.yaml": nil])
    try world.reconcile()
    #expect(try world.live()["Job/k"]?.isOrphaned == true)
    #expect(try journal().last == "resource.orphaned")
    try world.apply(["manifests/k2.yaml": kept])
    #expect(try world.live()["Job/k"]?.isOrphaned == false)
    #expect(try world.live()["Job/k"]?.location.file == "manifests/k2.yaml")
  }

  /// An orphan that is adopted is what its new manifest says, not what the old one said.
  @Test func anAdoptedOrphanLetsGoOfWhatItNamedAndClaimed() throws {
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a", annotations: Manifest.kept),
      "manifests/r.yaml": Manifest.route("r", isDefault: true, annotations: Manifest.kept),
    ])
    world.push(["manifests/s.yaml": nil, "manifests/r.yaml": nil])
    try world.reconcile()
    world.push([
      "manifests/a.yaml": nil, "manifests/s2.yaml": Manifest.schedule("s", job: "b"),
      "manifests/r2.yaml": Manifest.route("r"),
      "manifests/new.yaml": Manifest.route("new", isDefault: true),
    ])
    #expect(try world.assemble().isIncremental)
    guard case .applied(let applied, _) = try world.reconcile().outcome else {
      Issue.record("the orphan held on")
      return
    }
    #expect(applied.counts == [.create: 1, .update: 2, .delete: 1, .move: 0])
  }

  @Test func otherRootsAreReadWhole() throws {
    try world.apply(jobs)
    world.push(["policies/p.yaml": Manifest.job("p")])
    try world.reconcile()
    #expect(try world.live()["Job/p"] == nil)
    world.roots = ["manifests", "policies"]
    #expect(try world.assemble().isIncremental == false)
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("the root was not read")
      return
    }
    #expect(try world.live()["Job/p"] != nil)
    #expect(try world.store.status().roots == ["manifests", "policies"])
  }

  @Test func aRootThatVanishesBlocks() throws {
    world.roots = ["manifests", "policies"]
    var files = jobs
    files["policies/p.yaml"] = Manifest.job("p")
    try world.apply(files)
    world.push(["policies/p.yaml": nil])
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
      Issue.record("it was not blocked")
      return
    }
    #expect(blocks.map { "\($0.name) \($0.subject)" } == ["missing-root policies"])
  }

  @Test func whatRefersToADeletedResourceIsFoundWithoutReadingIt() throws {
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      "manifests/z.yaml": Manifest.job("z"),
    ])
    world.push(["manifests/a.yaml": nil])
    let result = try world.assemble()
    #expect(result.isIncremental)
    #expect(result.blobsRead == 0)
    guard case .invalid(let diagnostics) = result.outcome else {
      Issue.record("it is valid")
      return
    }
    #expect(diagnostics.map(\.location.description) == ["manifests/s.yaml:6:8"])
  }
}
