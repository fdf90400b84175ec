import Planning
import Resources
import TestSupport
import Testing

struct OrphanTests {
  private let kept = Manifest.job("a", annotations: Manifest.kept)

  private func live(_ files: [String: String], orphaned: Set<String> = []) -> [LiveResource] {
    Snapshot(files).resources.map {
      LiveResource($0, isOrphaned: orphaned.contains($0.key.description))
    }
  }

  @Test func whatAsksToBeKeptStaysInForce() throws {
    let plan = try Planned.plan(from: ["manifests/a.yaml": kept], to: [:])
    #expect(plan.isEmpty)
    #expect(plan.orphaned.map(\.description) == ["Job/a"])
    #expect(plan.predictedRoot == plan.baseRoot)
    #expect(plan.guards.isEmpty)
  }

  @Test func anOrphanIsOrphanedOnce() throws {
    let plan = try Planned.plan(
      PlanInput(from: live(["manifests/a.yaml": kept], orphaned: ["Job/a"]), to: []))
    #expect(plan.isEmpty)
    #expect(plan.orphaned.isEmpty)
  }

  @Test func anOrphanIsAdoptedWhenItsManifestIsBack() throws {
    let desired = Snapshot(["manifests/b.yaml": kept]).resources
    let plan = try Planned.plan(
      PlanInput(from: live(["manifests/a.yaml": kept], orphaned: ["Job/a"]), to: desired))
    #expect(plan.lines == ["update Job/a"])
    #expect(plan.change("Job/a")?.fields.isEmpty == true)
    #expect(plan.orphaned.isEmpty)
  }

  @Test func anOrphanStillExistsForThoseWhoNameIt() throws {
    let desired = Snapshot(["manifests/s.yaml": Manifest.schedule("s", job: "a")]).resources
    let plan = try Planned.plan(
      PlanInput(from: live(["manifests/a.yaml": kept], orphaned: ["Job/a"]), to: desired))
    #expect(plan.lines == ["create Schedule/s"])
  }

  @Test func whatIsAboutToBeOrphanedStillExistsForThoseWhoNameIt() throws {
    let schedule = Manifest.schedule("s", job: "a")
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": kept, "manifests/s.yaml": schedule],
      to: ["manifests/s.yaml": schedule])
    #expect(plan.orphaned.map(\.description) == ["Job/a"])
  }

  @Test(arguments: [false, true])
  func whatAnOrphanNamesCannotBeDeleted(_ isOrphanedAlready: Bool) throws {
    let schedule = Manifest.schedule("s", job: "a", annotations: Manifest.kept)
    let before = live(
      ["manifests/a.yaml": Manifest.job("a"), "manifests/s.yaml": schedule],
      orphaned: isOrphanedAlready ? ["Schedule/s"] : [])
    let diagnostics = try Planned.diagnostics(PlanInput(from: before, to: []))
    #expect(diagnostics.map(\.code) == ["dangling-reference"])
    #expect(diagnostics.first?.resource?.description == "Schedule/s")
    #expect(diagnostics.first?.location.description == "manifests/s.yaml:7:8")
  }

  @Test(arguments: [false, true])
  func whatAnOrphanClaimsStaysClaimed(_ isOrphanedAlready: Bool) throws {
    let old = Manifest.route("old", isDefault: true, annotations: Manifest.kept)
    let before = live(
      ["manifests/old.yaml": old], orphaned: isOrphanedAlready ? ["RoutingPolicy/old"] : [])
    let desired = Snapshot(["manifests/new.yaml": Manifest.route("new", isDefault: true)]).resources
    let diagnostics = try Planned.diagnostics(PlanInput(from: before, to: desired))
    #expect(diagnostics.map(\.code) == ["duplicate-claim"])
  }
}
