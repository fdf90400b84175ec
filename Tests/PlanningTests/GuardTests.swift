import Planning
import Resources
import TestSupport
import Testing

struct GuardTests {
  /// Live jobs `j0…` of which the first ones are deleted or updated.
  private func plan(
    live count: Int, deleted: Int = 0, updated: Int = 0, created: Int = 0, isRollback: Bool = false,
  ) throws -> Plan {
    var old: [String: String] = [:]
    var new: [String: String] = [:]
    for index in 0..<count {
      let file = "manifests/j\(index).yaml"
      old[file] = Manifest.job("j\(index)")
      if index < deleted { continue }
      new[file] = Manifest.job("j\(index)", timeout: index < deleted + updated ? "2h" : nil)
    }
    for index in 0..<created {
      new["manifests/n\(index).yaml"] = Manifest.job("n\(index)", script: "echo \(index)")
    }
    var input = try Planned.input(from: old, to: new)
    input.isRollback = isRollback
    return try Planned.plan(input)
  }

  private func names(_ plan: Plan) -> [String] { plan.guards.map(\.name.rawValue) }

  // MARK: Mass deletion

  @Test(arguments: [
    (live: 40, deleted: 10, isBlocked: false),
    (live: 40, deleted: 11, isBlocked: true),
    (live: 55, deleted: 11, isBlocked: false),
    (live: 54, deleted: 11, isBlocked: true),
    (live: 100, deleted: 20, isBlocked: false),
    (live: 100, deleted: 21, isBlocked: true),
    (live: 12, deleted: 10, isBlocked: false),
  ])
  func massDeletionIsMoreThanTenAndMoreThanAFifth(
    live: Int, deleted: Int, isBlocked: Bool,
  ) throws {
    let plan = try plan(live: live, deleted: deleted)
    #expect(names(plan) == (isBlocked ? ["mass-delete"] : []))
    if isBlocked { #expect(plan.guards.first?.subject == "Job") }
  }

  @Test func massDeletionCountsEachKindByItself() throws {
    var old: [String: String] = [:]
    for index in 0..<20 { old["manifests/j\(index).yaml"] = Manifest.job("j\(index)") }
    for index in 0..<20 { old["manifests/r\(index).yaml"] = Manifest.receiver("r\(index)") }
    var new = old
    for index in 0..<10 {
      new["manifests/j\(index).yaml"] = nil
      new["manifests/r\(index).yaml"] = nil
    }
    #expect(names(try Planned.plan(from: old, to: new)) == [])
    new["manifests/j10.yaml"] = nil
    #expect(names(try Planned.plan(from: old, to: new)) == ["mass-delete"])
  }

  @Test func deletingEverythingWhileCreatingIsAMassDeletion() throws {
    let plan = try plan(live: 2, deleted: 2, created: 1)
    #expect(names(plan) == ["mass-delete"])
    #expect(plan.guards.first?.subject == "everything")
  }

  @Test func deletingEverythingIsAnEmptyTree() throws {
    #expect(names(try plan(live: 1, deleted: 1)) == ["empty-tree"])
    #expect(names(try plan(live: 30, deleted: 30)) == ["empty-tree"])
  }

  @Test func anEmptyRepositoryWithNothingLiveIsFine() throws {
    let plan = try plan(live: 0)
    #expect(plan.isEmpty)
    #expect(plan.guards.isEmpty)
  }

  // MARK: Mass update

  @Test(arguments: [
    (live: 11, updated: 10, isBlocked: false),
    (live: 11, updated: 11, isBlocked: true),
    (live: 100, updated: 30, isBlocked: false),
    (live: 100, updated: 31, isBlocked: true),
    (live: 37, updated: 11, isBlocked: false),
    (live: 36, updated: 11, isBlocked: true),
  ])
  func massUpdateIsMoreThanTenAndMoreThanThirtyPercent(
    live: Int, updated: Int, isBlocked: Bool,
  ) throws {
    #expect(
      names(try plan(live: live, updated: updated)) == (isBlocked ? ["mass-update"] : []))
  }

  @Test func aRollbackMayUpdateManyAndMayNotDeleteMany() throws {
    #expect(names(try plan(live: 100, updated: 100, isRollback: true)) == [])
    #expect(names(try plan(live: 100, deleted: 30, isRollback: true)) == ["mass-delete"])
  }

  @Test func movesAndCreatesAreNoMass() throws {
    var old: [String: String] = [:]
    var new: [String: String] = [:]
    for index in 0..<40 {
      old["manifests/a\(index).yaml"] = Manifest.job("j\(index)")
      new["manifests/b\(index).yaml"] = Manifest.job("j\(index)")
      new["manifests/n\(index).yaml"] = Manifest.job("n\(index)")
    }
    #expect(try Planned.plan(from: old, to: new).guards.isEmpty)
  }

  // MARK: Roots and history

  @Test func aMissingRootBlocksOnceSomethingIsLive() throws {
    let old = [
      "manifests/a.yaml": Manifest.job("a"), "policies/b.yaml": Manifest.job("b"),
    ]
    var input = try Planned.input(from: old, to: ["manifests/a.yaml": Manifest.job("a")])
    input.missingRoots = ["policies"]
    let plan = try Planned.plan(input)
    #expect(names(plan) == ["missing-root"])
    #expect(plan.guards.first?.subject == "policies")

    var first = try Planned.input(from: [:], to: ["manifests/a.yaml": Manifest.job("a")])
    first.missingRoots = ["policies"]
    #expect(try Planned.plan(first).guards.isEmpty)
  }

  @Test func rewrittenHistoryBlocksEvenWithoutAChange() throws {
    let files = ["manifests/a.yaml": Manifest.job("a")]
    var input = try Planned.input(from: files, to: files)
    input.ancestry = .rewritten
    let plan = try Planned.plan(input)
    #expect(plan.isEmpty)
    #expect(names(plan) == ["history-rewritten"])
  }

  @Test(arguments: [PlanInput.Ancestry.descends, .unknown])
  func otherHistoryDoesNotBlock(_ ancestry: PlanInput.Ancestry) throws {
    let files = ["manifests/a.yaml": Manifest.job("a")]
    var input = try Planned.input(from: files, to: files)
    input.ancestry = ancestry
    #expect(try Planned.plan(input).guards.isEmpty)
  }

  // MARK: Protected resources

  private let guarded = Manifest.job("a", annotations: Manifest.protected)
  private let bystander = Manifest.job("b")

  private func protectedGuards(_ new: String?) throws -> [String] {
    var files = ["manifests/b.yaml": bystander]
    files["manifests/a.yaml"] = new
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": guarded, "manifests/b.yaml": bystander], to: files)
    return plan.guards.map { "\($0.name.rawValue) \($0.subject)" }
  }

  @Test func deletingAProtectedResourceBlocks() throws {
    #expect(try protectedGuards(nil) == ["protected Job/a"])
  }

  @Test func renamingAProtectedResourceBlocks() throws {
    #expect(
      try protectedGuards(Manifest.job("renamed", annotations: Manifest.protected))
        == ["protected Job/a"])
  }

  @Test func editingAProtectedResourceDoesNot() throws {
    #expect(
      try protectedGuards(Manifest.job("a", timeout: "2h", annotations: Manifest.protected)) == [])
  }

  @Test(arguments: [[:], ["writ/protect": "false"]])
  func removingTheMarkAloneIsAllowed(_ annotations: [String: String]) throws {
    #expect(try protectedGuards(Manifest.job("a", annotations: annotations)) == [])
  }

  @Test func removingTheMarkWithAnotherEditBlocks() throws {
    #expect(try protectedGuards(Manifest.job("a", timeout: "2h")) == ["protected Job/a"])
  }

  @Test func theMarkCountsAsItIsLiveNotAsItIsWritten() throws {
    // The revision that deletes cannot also be the one that unprotects.
    let plan = try Planned.plan(
      from: [
        "manifests/a.yaml": Manifest.job("a", annotations: ["writ/protect": "false"]),
        "manifests/b.yaml": bystander,
      ], to: ["manifests/b.yaml": bystander])
    #expect(plan.guards.isEmpty)
  }

  @Test func findingsAreSorted() throws {
    var old = ["manifests/p.yaml": guarded]
    for index in 0..<20 { old["manifests/j\(index).yaml"] = Manifest.job("j\(index)") }
    var input = try Planned.input(from: old, to: ["manifests/x.yaml": Manifest.receiver("x")])
    input.ancestry = .rewritten
    input.missingRoots = ["policies", "manifests"]
    #expect(
      try Planned.plan(input).guards.map { "\($0.name.rawValue) \($0.subject)" } == [
        "history-rewritten head", "mass-delete everything", "missing-root manifests",
        "missing-root policies", "protected Job/a",
      ])
  }
}
