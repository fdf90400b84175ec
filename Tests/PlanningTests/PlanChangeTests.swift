import Planning
import Resources
import TestSupport
import Testing

struct PlanChangeTests {
  private let backup = Manifest.job("backup")

  @Test func createsWhatIsNew() throws {
    let plan = try Planned.plan(from: [:], to: ["manifests/a.yaml": backup])
    let change = try #require(plan.change("Job/backup"))
    #expect(plan.lines == ["create Job/backup"])
    #expect(change.reason == .added)
    #expect(change.before == nil)
    #expect(change.after == change.content.map { Digest(of: $0) })
    #expect(change.location.description == "manifests/a.yaml:1:1")
    #expect(change.fields.isEmpty)
    #expect(plan.baseRevision == nil)
    #expect(plan.baseRoot == StateTree.emptyRoot)
    #expect(plan.unchangedCount == 0)
  }

  @Test func updatesWhatDiffers() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup],
      to: ["manifests/a.yaml": Manifest.job("backup", timeout: "90s")])
    let change = try #require(plan.change("Job/backup"))
    #expect(plan.lines == ["update Job/backup"])
    #expect(change.reason == .edited)
    #expect(change.fields.map(\.pointer.description) == ["/spec/timeout"])
    #expect(change.fields.first?.old == "1h")
    #expect(change.fields.first?.new == "1m30s")
    #expect(change.fields.first?.range?.start == SourcePosition(line: 7, column: 12))
    #expect(change.before != change.after)
    #expect(change.previousFile == nil)
  }

  @Test func deletesWhatLeftTheRepository() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup, "manifests/b.yaml": Manifest.job("other")],
      to: ["manifests/b.yaml": Manifest.job("other")])
    let change = try #require(plan.change("Job/backup"))
    #expect(plan.lines == ["delete Job/backup"])
    #expect(change.reason == .fileRemoved)
    #expect(change.risk == .high)
    #expect(change.after == nil)
    #expect(change.content == nil)
    #expect(plan.unchangedCount == 1)
  }

  @Test func deletesWhatLeftAFileThatStays() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": Manifest.file(backup, Manifest.job("other"))],
      to: ["manifests/a.yaml": Manifest.job("other")])
    #expect(plan.change("Job/backup")?.reason == .removedFromFile)
    #expect(plan.relocations.map(\.key.description) == ["Job/other"])
  }

  @Test func movesWhatStandsUnchangedInAnotherFile() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup], to: ["manifests/deep/b.yaml": backup])
    let change = try #require(plan.change("Job/backup"))
    #expect(plan.lines == ["move Job/backup"])
    #expect(change.reason == .movedFile)
    #expect(change.previousFile == "manifests/a.yaml")
    #expect(change.location.file == "manifests/deep/b.yaml")
    #expect(change.before == change.after)
    #expect(change.content == nil)
    #expect(plan.predictedRoot == plan.baseRoot)
  }

  @Test func updatesWhatMovedAndDiffers() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup],
      to: ["manifests/b.yaml": Manifest.job("backup", timeout: "2h")])
    #expect(plan.lines == ["update Job/backup"])
    #expect(plan.change("Job/backup")?.previousFile == "manifests/a.yaml")
  }

  @Test func tiesARenameTogether() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup], to: ["manifests/a.yaml": Manifest.job("dump")])
    #expect(plan.lines == ["create Job/dump", "delete Job/backup"])
    #expect(plan.change("Job/dump")?.renamed?.description == "Job/backup")
    #expect(plan.change("Job/backup")?.renamed?.description == "Job/dump")
  }

  @Test func tiesEachRenameToOneResourceOnly() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": Manifest.file(Manifest.job("a"), Manifest.job("b"))],
      to: [
        "manifests/a.yaml": Manifest.file(
          Manifest.job("u"), Manifest.job("v"), Manifest.job("w"))
      ])
    let renamed = plan.changes.filter { $0.action == .create }.map { $0.renamed?.description }
    #expect(renamed == ["Job/a", "Job/b", nil])
    #expect(plan.change("Job/a")?.renamed?.description == "Job/u")
    #expect(plan.change("Job/b")?.renamed?.description == "Job/v")
  }

  @Test func aRenameWithAnEditIsADeleteAndACreate() throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup],
      to: ["manifests/a.yaml": Manifest.job("dump", timeout: "2h")])
    #expect(plan.changes.allSatisfy { $0.renamed == nil })
  }

  @Test func nothingChangesWhereNothingDiffers() throws {
    let files = ["manifests/a.yaml": Manifest.file(backup, Manifest.schedule("s", job: "backup"))]
    let plan = try Planned.plan(from: files, to: files)
    #expect(plan.isEmpty)
    #expect(plan.relocations.isEmpty)
    #expect(plan.predictedRoot == plan.baseRoot)
    #expect(plan.unchangedCount == 2)
  }

  @Test(arguments: [
    (
      "a comment",
      "# nightly\napiVersion: writ/v1\nkind: Job\nmetadata: {name: backup}\nspec:\n  action: {shell: {script: \"true\"}}\n"
    ),
    (
      "key order",
      "kind: Job\nspec: {action: {shell: {script: \"true\"}}}\nmetadata: {name: backup}\napiVersion: writ/v1\n"
    ),
    (
      "a default spelt out",
      "apiVersion: writ/v1\nkind: Job\nmetadata: {name: backup}\nspec: {action: {shell: {script: \"true\"}}, timeout: 60m}\n"
    ),
    (
      "JSON",
      "{\"apiVersion\":\"writ/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"backup\"},\"spec\":{\"action\":{\"shell\":{\"script\":\"true\"}}}}\n"
    ),
    (
      "Windows line endings",
      "apiVersion: writ/v1\r\nkind: Job\r\nmetadata:\r\n  name: backup\r\nspec:\r\n  action: {shell: {script: \"true\"}}\r\n\r\n"
    ),
  ])
  func formattingAloneIsNoChange(_ how: String, _ text: String) throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup], to: ["manifests/a.yaml": text])
    #expect(plan.isEmpty, "\(how)")
    #expect(plan.predictedRoot == plan.baseRoot, "\(how)")
  }

  @Test func aResourceThatStandsElsewhereInItsFileIsRelocated() throws {
    let schedule = Manifest.schedule("nightly", job: "backup")
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": backup, "manifests/s.yaml": schedule],
      to: ["manifests/a.yaml": backup, "manifests/s.yaml": "# five\n# lines\n" + schedule])
    let relocation = try #require(plan.relocations.first)
    #expect(plan.isEmpty)
    #expect(relocation.location.range.start == SourcePosition(line: 3, column: 1))
    #expect(relocation.references.map(\.range.start) == [SourcePosition(line: 8, column: 8)])
  }

  @Test(arguments: [
    ("spec.timeout", Manifest.job("a", timeout: "2h"), Change.Risk.low),
    ("spec.action", Manifest.job("a", script: "false"), .medium),
  ])
  func sensitiveFieldsAreRiskier(_ field: String, _ text: String, _ risk: Change.Risk) throws {
    let plan = try Planned.plan(
      from: ["manifests/a.yaml": Manifest.job("a")], to: ["manifests/a.yaml": text])
    #expect(plan.change("Job/a")?.risk == risk, "\(field)")
  }

  @Test func originsAreThoseOfTheFile() throws {
    var input = try Planned.input(from: [:], to: ["manifests/a.yaml": backup])
    let origin = Origin(
      commit: "c0ffee", author: "Ana", email: "ana@example.org", time: Timestamp(seconds: 1))
    input.origins = ["manifests/a.yaml": origin]
    #expect(try Planned.plan(input).change("Job/backup")?.origin == origin)
  }

  @Test func whatTheKindRefusesIsADiagnostic() throws {
    let diagnostics = try Planned.diagnostics(
      from: ["manifests/p.yaml": Manifest.pack("p", version: "1.0.0")],
      to: ["manifests/p.yaml": Manifest.pack("p", version: "1.0.0", script: "false")])
    #expect(diagnostics.map(\.code) == ["immutable-version"])
    #expect(diagnostics.first?.location.description == "manifests/p.yaml:6:12")
  }

  @Test func aNewVersionOfAPackIsAnUpdate() throws {
    let plan = try Planned.plan(
      from: ["manifests/p.yaml": Manifest.pack("p", version: "1.0.0")],
      to: ["manifests/p.yaml": Manifest.pack("p", version: "1.1.0", script: "false")])
    #expect(plan.lines == ["update AutomationPack/p"])
  }
}
