import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct RollbackTests {
  private let world: World

  init() throws { world = try World() }

  private func job(_ timeout: String) -> [String: String?] {
    ["manifests/a.yaml": Manifest.job("a", timeout: timeout)]
  }

  /// Both plans to the newest revision, and that they are the same bytes.
  private func expectOnePlan(_ revision: String? = nil) throws {
    let part = try world.assemble(revision)
    let whole = try world.assemble(revision, readsEverything: true)
    guard case .plan(let first) = part.outcome, case .plan(let second) = whole.outcome else {
      Issue.record("there is no plan")
      return
    }
    #expect(
      CanonicalJSON.text(of: first.value) == CanonicalJSON.text(of: second.value))
  }

  @Test func goesBackToTheStateRootThatWas() throws {
    let first = try world.apply(job("1h"))
    let second = try world.apply(job("2h"))
    let back = try world.rollback(.previous)
    #expect(back.root == first.root)
    #expect(back.isRollback)
    #expect(back.revision == first.revision)
    #expect(try world.root() == first.root)
    #expect(try world.store.quarantine().map(\.root) == [second.root])
    #expect(try world.store.quarantine().first?.revision == second.revision)
    #expect(try world.store.firstBrokenEvent() == nil)
    let record = try #require(try world.store.records(kind: "Job", name: "a").first)
    #expect(record.content["spec"]?["timeout"] == "1h")
  }

  @Test func everyChangeSaysThatItWasRolledBack() throws {
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"), "manifests/gone.yaml": Manifest.job("gone"),
    ])
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "2h"), "manifests/gone.yaml": nil,
      "manifests/new.yaml": Manifest.receiver("new"),
    ])
    let proposal = try Rollback(store: world.store, planner: world.planner)
      .propose(.previous, at: world.wall.now())
    #expect(
      proposal.plan.changes.map { "\($0.action.rawValue) \($0.key) \($0.reason.rawValue)" } == [
        "update Job/a rolled-back", "create Job/gone rolled-back",
        "delete Receiver/new rolled-back",
      ])
    #expect(proposal.plan.isRollback)
  }

  @Test func theLoopDoesNotApplyTheSameContentAgain() throws {
    try world.apply(job("1h"))
    try world.apply(job("2h"))
    let back = try world.rollback(.previous)
    for _ in 0..<3 {
      guard case .blocked(_, let blocks) = try world.reconcile().outcome else {
        Issue.record("the loop fights the rollback")
        return
      }
      #expect(blocks.map(\.name) == ["quarantine"])
    }
    #expect(try world.root() == back.root)
    let ready = try #require(try world.store.conditions().first { $0.kind == .ready })
    #expect(ready.reason == "Quarantined")
    #expect(ready.message.contains("writ quarantine clear"))
  }

  @Test func aCommitThatMakesTheSameContentStaysOut() throws {
    try world.apply(job("1h"))
    try world.apply(job("2h"))
    try world.rollback(.previous)
    world.push(["README.md": "nothing to do with it"])
    guard case .blocked = try world.reconcile().outcome else {
      Issue.record("the content came back")
      return
    }
  }

  @Test func aNewCommitResumes() throws {
    try world.apply(job("1h"))
    try world.apply(job("2h"))
    try world.rollback(.previous)
    let next = try world.apply(job("3h"))
    #expect(try world.root() == next.root)
    try expectOnePlan()
  }

  @Test func aRevertInGitIsNoChange() throws {
    let first = try world.apply(job("1h"))
    try world.apply(job("2h"))
    try world.rollback(.previous)
    let revision = world.push(job("1h"))
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("something changed")
      return
    }
    #expect(try world.root() == first.root)
    #expect(try world.store.status().live.revision == revision)
  }

  @Test func clearingTheQuarantineLetsTheContentIn() throws {
    try world.apply(job("1h"))
    let second = try world.apply(job("2h"))
    try world.rollback(.previous)
    try world.store.clearQuarantine(second.root, actor: "cli:ana", at: world.wall.now())
    guard case .applied(let applied, _) = try world.reconcile().outcome else {
      Issue.record("it is still out")
      return
    }
    #expect(applied.root == second.root)
  }

  /// The plan is the same, byte for byte; that it is applied once more is news all the same.
  @Test func whatIsAppliedAgainIsAnnouncedAgain() throws {
    try world.apply(job("1h"))
    let second = try world.apply(job("2h"))
    try world.rollback(.previous)
    try world.store.clearQuarantine(second.root, actor: "cli:ana", at: world.wall.now())
    try world.reconcile()
    let again = try #require(try world.store.appliedPlans(limit: 1).first)
    #expect(again.planDigest == second.planDigest)
    let effects = try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10)
    #expect(effects.count == 4)
  }

  @Test func twiceGoesTwoStatesBack() throws {
    let first = try world.apply(job("1h"))
    let second = try world.apply(job("2h"))
    let third = try world.apply(job("3h"))
    #expect(try world.rollback(.previous).root == second.root)
    #expect(try world.rollback(.previous).root == first.root)
    #expect(Set(try world.store.quarantine().map(\.root)) == [second.root, third.root])
    let error = try thrown(Rollback.Failure.self) { try world.rollback(.previous) }
    guard case .noSuchState = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func goesBackToANamedRevision() throws {
    let first = try world.apply(job("1h"))
    try world.apply(job("2h"))
    try world.apply(job("3h"))
    let back = try world.rollback(.revision(String(first.revision.prefix(12))))
    #expect(back.root == first.root)
    #expect(try world.store.status().live.revision == first.revision)
  }

  @Test func anUnknownRevisionIsRefused() throws {
    try world.apply(job("1h"))
    let error = try thrown(Rollback.Failure.self) { try world.rollback(.revision("beef")) }
    guard case .noSuchState(let words) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(words.contains("beef"))
  }

  @Test func theLiveRevisionIsThereAlready() throws {
    let first = try world.apply(job("1h"))
    let error = try thrown(Rollback.Failure.self) {
      try world.rollback(.revision(first.revision))
    }
    guard case .alreadyThere(let applied) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(applied == first)
  }

  @Test func nothingAppliedIsNothingToGoBackTo() throws {
    let error = try thrown(Rollback.Failure.self) { try world.rollback(.previous) }
    guard case .noSuchState = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func goesBackOverAMove() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    try world.apply([
      "manifests/a.yaml": nil, "manifests/deep/a.yaml": Manifest.job("a"),
      "manifests/b.yaml": Manifest.job("b", timeout: "2h"),
    ])
    try world.rollback(.previous)
    #expect(try world.live()["Job/a"]?.location.file == "manifests/a.yaml")
    world.push(["manifests/c.yaml": Manifest.job("c")])
    try expectOnePlan()
  }

  @Test func goesBackOverAnOrphan() throws {
    let kept = Manifest.job("k", annotations: Manifest.kept)
    try world.apply(["manifests/k.yaml": kept, "manifests/b.yaml": Manifest.job("b")])
    try world.apply(["manifests/k.yaml": nil, "manifests/b.yaml": Manifest.job("b", timeout: "2h")])
    #expect(try world.live()["Job/k"]?.isOrphaned == true)
    try world.rollback(.previous)
    #expect(try world.live()["Job/k"]?.isOrphaned == false)
    #expect(try world.live()["Job/k"]?.location.file == "manifests/k.yaml")
  }

  @Test func goesBackToAnOrphan() throws {
    let kept = Manifest.job("k", annotations: Manifest.kept)
    try world.apply(["manifests/k.yaml": kept, "manifests/b.yaml": Manifest.job("b")])
    try world.apply(["manifests/k.yaml": nil, "manifests/b.yaml": Manifest.job("b", timeout: "2h")])
    try world.apply([
      "manifests/k.yaml": Manifest.job("k"), "manifests/b.yaml": Manifest.job("b", timeout: "3h"),
    ])
    try world.rollback(.previous)
    #expect(try world.live()["Job/k"]?.isOrphaned == true)
    #expect(try world.live()["Job/k"]?.marks.isKept == true)
  }

  @Test func goesBackOverWhatWasKeptAndCameLater() throws {
    try world.apply(["manifests/b.yaml": Manifest.job("b")])
    try world.apply(["manifests/k.yaml": Manifest.job("k", annotations: Manifest.kept)])
    world.push(["manifests/k.yaml": nil])
    try world.reconcile()
    let back = try world.rollback(.previous)
    #expect(back.counts[.delete] == 1)
    #expect(try world.live().keys.sorted() == ["Job/b"])
  }

  @Test func theMarksOfThePastCount() throws {
    try world.apply([
      "manifests/p.yaml": Manifest.job("p", annotations: Manifest.protected),
      "manifests/z.yaml": Manifest.job("z"),
    ])
    try world.apply(["manifests/p.yaml": Manifest.job("p")])
    try world.apply(["manifests/p.yaml": nil])
    try world.rollback(.previous)
    try world.rollback(.previous)
    #expect(try world.live()["Job/p"]?.marks.isProtected == true)
  }

  @Test func manyUpdatesBackAreNoMassUpdate() throws {
    var files: [String: String?] = [:]
    for index in 0..<40 { files["manifests/j\(index).yaml"] = Manifest.job("j\(index)") }
    let first = try world.apply(files)
    for index in 0..<40 {
      files["manifests/j\(index).yaml"] = Manifest.job("j\(index)", timeout: "2h")
    }
    world.push(files)
    guard case .blocked(let plan, _) = try world.reconcile().outcome else {
      Issue.record("it was not blocked")
      return
    }
    try world.store.acknowledge(
      .massUpdate, plan: plan.digest.abbreviated, actor: "cli:ana", reason: "",
      at: world.wall.now())
    try world.reconcile()
    let proposal = try Rollback(store: world.store, planner: world.planner)
      .propose(.previous, at: world.wall.now())
    #expect(proposal.plan.guards.isEmpty)
    #expect(try world.rollback(.previous).root == first.root)
  }

  /// A state that the journal restores is the snapshot of its revision, places included.
  @Test func afterwardsAPlanFromChangedFilesIsAPlanFromAllFiles() throws {
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      "manifests/r.yaml": Manifest.route("r", isDefault: true),
    ])
    let first = world.history.commits[0].files
    try world.apply([
      "manifests/s.yaml": Manifest.schedule("s", job: "a", every: "2h"),
      "manifests/r.yaml": Manifest.route("r"),
    ])
    try world.rollback(.previous)
    var reverted = first.mapValues { Optional($0) }
    reverted["manifests/b.yaml"] = Manifest.job("b")
    world.push(reverted)
    try expectOnePlan()
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func anyEarlierRevisionCanBeRestored(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let history = RandomHistory(seed: seed, length: 8)
    var last: [String: String] = [:]
    var applies: [AppliedPlan] = []
    for files in history.commits {
      var changes = files.mapValues { Optional($0) }
      for file in last.keys where files[file] == nil { changes[file] = .some(nil) }
      last = files
      world.push(changes)
      guard case .plan(let plan) = try world.assemble().outcome else { continue }
      world.wall.advance(seconds: 1)
      applies.append(
        try world.store.apply(plan, ApplyContext(actor: "test", time: world.wall.now())))
    }
    for _ in 0..<4 {
      let current = try world.root()
      guard let target = generator.pick(applies.filter { $0.root != current }) else { return }
      // The newest apply of a revision counts; earlier rollbacks went to others.
      let back = try world.rollback(.revision(target.revision))
      #expect(back.root == target.root, "seed \(seed)")
      let live = try world.live().values
      #expect(
        StateTree(entries: live.map { .init(key: $0.key, digest: $0.digest) }).root == target.root,
        "seed \(seed)")
      #expect(try world.store.firstBrokenEvent() == nil, "seed \(seed)")
    }
  }
}
