import Planning
import Resources
import TestSupport
import Testing

/// Plans that together have every member that a plan can have.
enum PlanSamples {
  static func small() throws -> Plan {
    var input = try Planned.input(
      from: ["manifests/a.yaml": Manifest.job("a")],
      to: ["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    input.origins = [
      "manifests/a.yaml": Origin(
        commit: "c0ffee", author: "Ana", email: "ana@example.org", time: Timestamp(seconds: 1))
    ]
    return try Planned.plan(input)
  }

  static func rich() throws -> Plan {
    let old = [
      "manifests/gone.yaml": Manifest.job("gone", annotations: Manifest.protected),
      "manifests/kept.yaml": Manifest.job("kept", annotations: Manifest.kept),
      "manifests/moved.yaml": Manifest.receiver("moved"),
      "manifests/edited.yaml": Manifest.file(
        Manifest.job("edited"), Manifest.schedule("later", job: "edited"),
        Manifest.route("fallback", isDefault: true, receivers: ["moved"])),
      "manifests/renamed.yaml": Manifest.job("before", script: "echo \\\"é🙂\\\""),
    ]
    let new = [
      "manifests/there.yaml": Manifest.receiver("moved"),
      "manifests/edited.yaml": "# a comment\n"
        + Manifest.file(
          Manifest.job("edited", timeout: "2h", labels: ["team": "db"]),
          Manifest.schedule("later", job: "edited"),
          Manifest.route("fallback", isDefault: true, receivers: ["moved"])),
      "manifests/renamed.yaml": Manifest.job("after", script: "echo \\\"é🙂\\\""),
    ]
    var input = try Planned.input(from: old, to: new)
    input.ancestry = .rewritten
    input.missingRoots = ["policies"]
    for file in Set(old.keys).union(new.keys) {
      input.origins[file] = Origin(
        commit: "c0ffee", author: "Ana Ö.", email: "ana@example.org",
        time: Timestamp(nanoseconds: 1_700_000_000_000_000_001))
    }
    return try Planned.plan(input)
  }
}

struct PlanBytesTests {
  @Test func theRichSampleHasEverything() throws {
    let plan = try PlanSamples.rich()
    #expect(Set(plan.changes.map(\.action)) == Set(Change.Action.allCases))
    #expect(!plan.relocations.isEmpty)
    #expect(!plan.orphaned.isEmpty)
    #expect(plan.guards.count == 3)
    #expect(plan.changes.contains { $0.renamed != nil })
    #expect(plan.relocations.contains { !$0.claims.isEmpty })
  }

  @Test(arguments: [PlanSamples.small, PlanSamples.rich])
  func encodingDecodedBytesGivesTheSameBytes(_ sample: @Sendable () throws -> Plan) throws {
    let bytes = try sample().canonicalBytes
    let value = try #require(Value(canonical: bytes))
    let again = try #require(Plan(value))
    #expect(again.canonicalBytes == bytes)
    #expect(again.digest == Digest(of: bytes))
  }

  @Test(arguments: [PlanSamples.small, PlanSamples.rich])
  func aSavedPlanIsThePlan(_ sample: @Sendable () throws -> Plan) throws {
    let plan = try sample()
    #expect(try PlanFile(reading: PlanFile(plan).bytes).plan == plan)
  }

  @Test func theSamePlanIsTheSameBytesEachTime() throws {
    let first = try PlanSamples.rich().canonicalBytes
    for _ in 0..<10 { #expect(try PlanSamples.rich().canonicalBytes == first) }
  }

  /// The bytes are a format: saved plans, acknowledgements and approvals outlive a release.
  @Test func theFormatIsStable() throws {
    let text = CanonicalJSON.text(of: try PlanSamples.rich().value)
    #expect(try GoldenFile("plan.json").difference(from: text + "\n") == nil)
  }

  @Test func theDigestIsOfTheBytesWithoutContents() throws {
    var plan = try PlanSamples.small()
    let digest = plan.digest
    plan.changes[0].content = nil
    #expect(plan.digest == digest)
    plan.changes[0].after = Digest(of: [1])
    #expect(plan.digest != digest)
  }

  @Test func everyMemberIsPartOfTheDigest() throws {
    let plan = try PlanSamples.rich()
    func differs(_ edit: (inout Plan) -> Void) -> Bool {
      var other = plan
      edit(&other)
      return other.digest != plan.digest
    }
    #expect(differs { $0.baseRevision = nil })
    #expect(differs { $0.revision = "other" })
    #expect(differs { $0.roots = [] })
    #expect(differs { $0.baseRoot = .zero })
    #expect(differs { $0.predictedRoot = .zero })
    #expect(differs { $0.changes.removeLast() })
    #expect(differs { $0.changes.reverse() })
    #expect(differs { $0.relocations = [] })
    #expect(differs { $0.orphaned = [] })
    #expect(differs { $0.guards = [] })
    #expect(differs { $0.unchangedCount += 1 })
    #expect(differs { $0.isRollback.toggle() })
    for index in plan.changes.indices {
      #expect(differs { $0.changes[index].location.file += "x" })
      #expect(differs { $0.changes[index].marks.isKept.toggle() })
      #expect(differs { $0.changes[index].marks.isProtected.toggle() })
      #expect(differs { $0.changes[index].origin = nil })
      #expect(differs { $0.changes[index].reason = .rolledBack })
    }
  }
}
