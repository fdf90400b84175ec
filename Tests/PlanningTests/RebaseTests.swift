import Planning
import Resources
import TestSupport
import Testing

struct RebaseTests {
  private let base = [
    "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
    "manifests/c.yaml": Manifest.job("c"),
  ]

  /// A saved plan that updates a, deletes b, moves c and creates d.
  private func saved() throws -> Plan {
    try Planned.plan(
      from: base,
      to: [
        "manifests/a.yaml": Manifest.job("a", timeout: "2h"),
        "manifests/c2.yaml": Manifest.job("c"), "manifests/d.yaml": Manifest.job("d", script: "d"),
      ])
  }

  private func rebase(
    _ plan: Plan, onto files: [String: String],
  ) -> (plan: Plan, conflicts: [Plan.Conflict]) {
    let live = Snapshot(files)
    let input = PlanInput(from: live.resources.map { LiveResource($0) }, to: [])
    var base = input.base
    base.revision = "other"
    return plan.rebased(
      onto: base,
      live: Dictionary(uniqueKeysWithValues: live.resources.map { ($0.key, $0.digest) }),
      tree: input.tree)
  }

  @Test func anUnrelatedChangeDoesNotVoidAPlan() throws {
    let plan = try saved()
    var files = base
    files["manifests/e.yaml"] = Manifest.job("e")
    let rebased = rebase(plan, onto: files)
    #expect(rebased.conflicts.isEmpty)
    #expect(rebased.plan.lines == plan.lines)
    #expect(rebased.plan.baseRevision == "other")
    #expect(rebased.plan.baseRoot == Snapshot(files).root)
    #expect(
      rebased.plan.predictedRoot
        == Snapshot([
          "1.yaml": Manifest.job("a", timeout: "2h"), "2.yaml": Manifest.job("c"),
          "3.yaml": Manifest.job("d", script: "d"), "4.yaml": Manifest.job("e"),
        ]).root)
    #expect(rebased.plan.unchangedCount == 1)
  }

  @Test func onItsOwnBaseAPlanStaysWhatItIs() throws {
    let plan = try saved()
    let rebased = rebase(plan, onto: base)
    #expect(rebased.plan.lines == plan.lines)
    #expect(rebased.plan.predictedRoot == plan.predictedRoot)
    #expect(rebased.plan.unchangedCount == plan.unchangedCount)
  }

  @Test func whatIsDoneAlreadyIsLeftOut() throws {
    let rebased = rebase(
      try saved(),
      onto: [
        "manifests/a.yaml": Manifest.job("a", timeout: "2h"), "manifests/c.yaml": Manifest.job("c"),
        "manifests/d.yaml": Manifest.job("d", script: "d"),
      ])
    #expect(rebased.conflicts.isEmpty)
    #expect(rebased.plan.lines == ["move Job/c"])
  }

  @Test func whatChangedMeanwhileIsAConflict() throws {
    let other = Manifest.job("a", timeout: "3h")
    let rebased = rebase(
      try saved(),
      onto: [
        "manifests/a.yaml": other, "manifests/b.yaml": Manifest.job("b", timeout: "3h"),
        "manifests/c.yaml": Manifest.job("c", timeout: "3h"),
        "manifests/d.yaml": Manifest.job("d", timeout: "3h"),
      ])
    #expect(
      rebased.conflicts.map(\.key.description) == ["Job/a", "Job/b", "Job/c", "Job/d"])
    let conflict = try #require(rebased.conflicts.first)
    #expect(conflict.expected == Snapshot(base)["Job/a"]?.digest)
    #expect(conflict.found == Snapshot(["a.yaml": other])["Job/a"]?.digest)
    #expect(rebased.plan.isEmpty)
  }

  @Test func whatIsGoneMeanwhileIsAConflictForUpdatesAndMoves() throws {
    let rebased = rebase(try saved(), onto: [:])
    #expect(rebased.conflicts.map(\.key.description) == ["Job/a", "Job/c"])
    #expect(rebased.conflicts.allSatisfy { $0.found == nil })
    #expect(rebased.plan.lines == ["create Job/d"])
  }

  @Test func relocationsAndOrphansOfWhatIsGoneAreLeftOut() throws {
    let plan = try Planned.plan(
      from: [
        "manifests/a.yaml": Manifest.job("a"),
        "manifests/k.yaml": Manifest.job("k", annotations: Manifest.kept),
      ], to: ["manifests/a.yaml": "# moved down\n" + Manifest.job("a")])
    #expect(plan.relocations.count == 1)
    #expect(plan.orphaned.count == 1)
    let rebased = rebase(plan, onto: [:])
    #expect(rebased.plan.relocations.isEmpty)
    #expect(rebased.plan.orphaned.isEmpty)
  }
}
