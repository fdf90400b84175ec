import Planning
import Resources
import TestSupport
import Testing

struct CrossCheckTests {
  private let job = Manifest.job("a")
  private let schedule = Manifest.schedule("s", job: "a")

  private func lines(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { diagnostic in
      "\(diagnostic.location) \(diagnostic.code)"
        + (diagnostic.related.map { " (\($0))" } ?? "")
    }
  }

  @Test func oneNameInTwoFilesNamesBothPlaces() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:], to: ["manifests/a.yaml": job, "manifests/b.yaml": "# second\n" + job])
    #expect(
      lines(diagnostics) == ["manifests/b.yaml:2:1 duplicate-resource (manifests/a.yaml:1:1)"])
    #expect(diagnostics.first?.message == "Job/a is defined twice")
    #expect(diagnostics.first?.hint != nil)
  }

  @Test func oneNameTwiceInOneFileNamesBothPlaces() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:], to: ["manifests/a.yaml": Manifest.file(job, job)])
    #expect(
      lines(diagnostics) == ["manifests/a.yaml:8:1 duplicate-resource (manifests/a.yaml:1:1)"])
  }

  @Test func oneNameThreeTimesIsTwoErrors() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:],
      to: ["manifests/a.yaml": job, "manifests/b.yaml": job, "manifests/c.yaml": job])
    #expect(
      lines(diagnostics) == [
        "manifests/b.yaml:1:1 duplicate-resource (manifests/a.yaml:1:1)",
        "manifests/c.yaml:1:1 duplicate-resource (manifests/a.yaml:1:1)",
      ])
  }

  @Test func oneNameOfTwoKindsIsTwoResources() throws {
    let plan = try Planned.plan(
      from: [:], to: ["manifests/a.yaml": Manifest.file(job, Manifest.receiver("a"))])
    #expect(plan.lines == ["create Job/a", "create Receiver/a"])
  }

  @Test func aNameThatAnUntouchedFileHasIsACollision() throws {
    var input = try Planned.input(
      from: ["manifests/old.yaml": job], to: ["manifests/new.yaml": job])
    input.touchedFiles = ["manifests/new.yaml"]
    #expect(
      lines(try Planned.diagnostics(input))
        == ["manifests/old.yaml:1:1 duplicate-resource (manifests/new.yaml:1:1)"])
  }

  @Test func aReferenceToNothingSaysWhatIsThere() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:],
      to: [
        "manifests/a.yaml": Manifest.job("db-backup"),
        "manifests/s.yaml": Manifest.schedule("s", job: "db-bakcup"),
      ])
    #expect(lines(diagnostics) == ["manifests/s.yaml:6:8 dangling-reference"])
    #expect(
      diagnostics.first?.message == "spec.job names Job/db-bakcup, which does not exist")
    #expect(diagnostics.first?.hint?.contains("db-backup") == true)
  }

  @Test func deletingWhatIsStillNamedNamesBothPlaces() throws {
    let diagnostics = try Planned.diagnostics(
      from: ["manifests/a.yaml": job, "manifests/s.yaml": schedule],
      to: ["manifests/s.yaml": schedule])
    #expect(
      lines(diagnostics) == ["manifests/s.yaml:6:8 dangling-reference (manifests/a.yaml:1:1)"])
    #expect(
      diagnostics.first?.message == "spec.job names Job/a, which this revision deletes")
  }

  @Test func deletingWhatAnUntouchedFileNamesIsFound() throws {
    let before = Snapshot(["manifests/a.yaml": job, "manifests/s.yaml": schedule])
    var input = PlanInput(
      from: before.resources.filter { $0.key.kind == "Job" }.map { LiveResource($0) }, to: [])
    let reference = try #require(before["Schedule/s"]?.references.first)
    input.referrers = [
      Referrer(
        key: ResourceKey(kind: "Schedule", name: "s"), target: reference.target,
        pointer: reference.pointer,
        location: SourceLocation(file: "manifests/s.yaml", range: reference.range))
    ]
    #expect(
      lines(try Planned.diagnostics(input))
        == ["manifests/s.yaml:6:8 dangling-reference (manifests/a.yaml:1:1)"])
  }

  @Test func deletingBothEndsOfAReferenceIsFine() throws {
    let plan = try Planned.plan(
      from: [
        "manifests/a.yaml": job, "manifests/s.yaml": schedule,
        "manifests/z.yaml": Manifest.job("z"),
      ], to: ["manifests/z.yaml": Manifest.job("z")])
    #expect(plan.lines == ["delete Schedule/s", "delete Job/a"])
  }

  @Test func aReferenceIntoAnUntouchedFileIsFine() throws {
    var input = try Planned.input(from: ["manifests/a.yaml": job], to: [:])
    input.desired = Snapshot(["manifests/s.yaml": schedule]).resources
    input.live = [:]
    input.touchedFiles = ["manifests/s.yaml"]
    input.existing = [ResourceKey(kind: "Job", name: "a")]
    #expect(try Planned.plan(input).lines == ["create Schedule/s"])
  }

  @Test func twoDefaultRoutesNameBothPlaces() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:],
      to: [
        "manifests/a.yaml": Manifest.route("a", isDefault: true),
        "manifests/b.yaml": Manifest.route("b", isDefault: true),
      ])
    #expect(
      lines(diagnostics) == ["manifests/b.yaml:6:12 duplicate-claim (manifests/a.yaml:6:12)"])
    #expect(
      diagnostics.first?.message
        == "RoutingPolicy/b and RoutingPolicy/a are both the default route")
  }

  @Test func theDefaultRouteMayChangeHands() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": Manifest.route("a", isDefault: true)],
      to: [
        "manifests/a.yaml": Manifest.route("a"),
        "manifests/b.yaml": Manifest.route("b", isDefault: true),
      ])
    #expect(plan.lines == ["update RoutingPolicy/a", "create RoutingPolicy/b"])
  }

  @Test func aDefaultRouteInAnUntouchedFileCounts() throws {
    var input = try Planned.input(
      from: [:], to: ["manifests/b.yaml": Manifest.route("b", isDefault: true)])
    let old = Snapshot(["manifests/a.yaml": Manifest.route("a", isDefault: true)]).resources[0]
    input.claimHolders = [
      ClaimHolder(
        key: old.key, claim: "the default route",
        location: SourceLocation(file: "manifests/a.yaml", range: old.claims[0].range))
    ]
    #expect(
      lines(try Planned.diagnostics(input))
        == ["manifests/b.yaml:6:12 duplicate-claim (manifests/a.yaml:6:12)"])
  }

  @Test func allErrorsComeAtOnceAndSorted() throws {
    let diagnostics = try Planned.diagnostics(
      from: [:],
      to: [
        "manifests/d.yaml": Manifest.file(
          Manifest.schedule("s", job: "nowhere"), Manifest.route("x", isDefault: true)),
        "manifests/a.yaml": Manifest.file(
          Manifest.route("u", isDefault: true), Manifest.route("v", receivers: ["gone", "also"])),
        "manifests/b.yaml": job, "manifests/c.yaml": job,
      ])
    #expect(diagnostics == diagnostics.sorted())
    #expect(
      lines(diagnostics) == [
        "manifests/a.yaml:14:15 dangling-reference",
        "manifests/a.yaml:14:21 dangling-reference",
        "manifests/c.yaml:1:1 duplicate-resource (manifests/b.yaml:1:1)",
        "manifests/d.yaml:6:8 dangling-reference",
        "manifests/d.yaml:14:12 duplicate-claim (manifests/a.yaml:6:12)",
      ])
  }
}
