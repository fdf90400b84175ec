import Foundation
import Planning
import Rendering
import Resources
import Testing

/// What docs/PLAN-FORMAT.md shows is what the code writes.
@Suite(.serialized) struct PlanFormatTests {
  private static var screen: PlanScreen {
    var scene = Scene()
    scene.bystanders = 40
    scene.input.ancestry = .rewritten
    scene.changed(
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", ["timeout": "30s"]),
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", ["timeout": "45s"]),
      by: Scene.alice
    )
    var schedule = Scene.Item(
      "Schedule/db-nightly",
      at: "manifests/teams/db/nightly.yaml:1",
      ["job": "db-backup"]
    )
    schedule.references = [
      Reference(
        target: ResourceKey(kind: "Job", name: "db-backup"),
        pointer: JSONPointer(["spec", "job"]),
        range: Scenes.location("", 6, 8, 17).range
      )
    ]
    scene.wanted(schedule)
    scene.deleted(.init("Job/old", at: "manifests/old.yaml:1", ["timeout": "1m"]))
    scene.changed(
      .init("Job/warm", at: "manifests/warm.yaml:1", [:]),
      .init("Job/warm", at: "manifests/warm.yaml:9", [:])
    )
    scene.live(
      .init("Job/kept", at: "manifests/kept.yaml:1", [:], annotations: ["writ/prune": "false"])
    )
    var screen = judged(scene.screen())
    screen.diagnostics = Scenes.invalid.filter { $0.severity == .warning }
    return screen
  }

  /// The screen with a finding, and a change that waits for a second person.
  private static func judged(_ screen: PlanScreen) -> PlanScreen {
    var plan = screen.plan
    let time = Timestamp(seconds: 1_790_000_000)
    let exception = PolicyFinding.Exception(
      name: "slow-start", owner: "ana", reason: "until the new disks are there",
      expires: Timestamp(seconds: 1_800_000_000))
    plan.policies = [
      PolicyFinding(
        policy: "backups-are-short", rule: 0, severity: .deny,
        subject: ResourceKey(kind: "Job", name: "db-backup"),
        message: "a backup takes at most 40s", reason: "TooLong",
        pointer: JSONPointer(["spec", "timeout"]),
        location: Scenes.location("manifests/teams/db/backup.yaml", 19, 12, 15),
        exception: exception)
    ]
    let change = plan.changes[0]
    let requirement = ApprovalRequirement(
      key: change.key, change: change.identity, source: "spec.approval",
      message: "\(change.key) asks for approval of changes to it", approvers: 2,
      roles: ["operator"])
    plan.approvals = [requirement]
    let people = ["ben", "eva"].compactMap(Person.init)
    let said = people.prefix(1).map { person in
      ApprovalDecision(
        change: requirement.change, key: requirement.key, person: person, answer: .approve,
        reason: "looks right", time: time, expires: Timestamp(seconds: 1_790_604_800),
        actor: "cli:ben")
    }
    let ledger = ApprovalLedger(said, roles: ["operator": people])
    var result = PlanScreen(
      plan,
      verdict: .of(plan, .init(time: time, approvals: ledger)))
    result.acknowledged = screen.acknowledged
    result.reference = screen.reference
    result.duration = screen.duration
    result.commits = screen.commits
    result.approvals = ledger.standings(for: plan, at: time)
    result.time = time
    return result
  }

  private static var examples: [(name: String, value: Value)] {
    let file = JSONValue.read(PlanFile(screen.plan).bytes)
    return [
      ("plan", PlanJSON.value(screen)),
      ("diagnostics", DiagnosticsJSON.value(Scenes.invalid)), ("file", file),
    ]
  }

  @Test func theExamplesAreWhatTheCodeWrites() throws {
    var text = try String(decoding: Data(contentsOf: Golden.document), as: UTF8.self)
    for (name, value) in Self.examples {
      let marker = "<!-- example: \(name) -->\n```json\n"
      let start = try #require(text.range(of: marker)).upperBound
      let end = try #require(text.range(of: "```", range: start..<text.endIndex)).lowerBound
      if Golden.isUpdating {
        text.replaceSubrange(start..<end, with: JSONValue.pretty(value) + "\n")
      } else {
        #expect(JSONValue.read(Array(text[start..<end].utf8)) == value, "\(name)")
      }
    }
    if Golden.isUpdating { try Data(text.utf8).write(to: Golden.document) }
  }

  @Test func everyKeyOfTheExamplesIsDocumented() throws {
    let text = try String(decoding: Data(contentsOf: Golden.document), as: UTF8.self)
    for (_, value) in Self.examples {
      for key in JSONValue.keys(of: value) {
        let isDocumented = text.contains("`\(key)`")
        #expect(isDocumented, "\(key)")
      }
    }
  }

  @Test func aSavedPlanIsReadBack() throws {
    let plan = Self.screen.plan
    #expect(try PlanFile(reading: PlanFile(plan).bytes).plan == plan)
  }

  @Test func theBytesAreCanonical() throws {
    for scene in Scenes.all {
      let value = PlanJSON.value(scene.screen)
      let bytes = CanonicalJSON.bytes(of: value)
      #expect(CanonicalJSON.bytes(of: try JSONReader.read(bytes)) == bytes, "\(scene.name)")
      #expect(bytes == CanonicalJSON.bytes(of: PlanJSON.value(scene.screen)))
    }
  }

  @Test func verdictAndExitCodeAgree() {
    let expected = [
      "first-apply": ("ready", 2), "mass-delete": ("blocked", 3), "no-change": ("unchanged", 0),
    ]
    for scene in Scenes.all {
      guard let (verdict, code) = expected[scene.name] else { continue }
      let value = PlanJSON.value(scene.screen)
      #expect(value["verdict"]?.string == verdict)
      #expect(value["exitCode"]?.integer == Int64(code))
    }
  }

  @Test func anInvalidRevisionHasEveryKeyToo() {
    let invalid = PlanJSON.invalid(
      revision: Scene.head,
      reference: "main",
      roots: ["manifests"],
      baseRevision: nil,
      baseRoot: StateTree.emptyRoot,
      diagnostics: Scenes.invalid
    )
    let plan = PlanJSON.value(Self.screen)
    #expect(invalid.members?.map(\.key) == plan.members?.map(\.key))
    #expect(invalid["verdict"] == "invalid")
    #expect(invalid["exitCode"] == 1)
    #expect(invalid["diagnostics"]?.array?.count == 4)
  }

  @Test func guardsTellWhoClearedThem() {
    var screen = Scenes.protected
    let before = PlanJSON.value(screen)["guards"]?.array ?? []
    #expect(before.count == 10)
    #expect(before.allSatisfy { $0["acknowledged"] == false })
    #expect(before.last?["guard"] == "quarantine")
    screen.acknowledged = [.protected]
    screen.verdict = .of(
      screen.plan, .init(time: Timestamp(nanoseconds: 0), acknowledged: [.protected]))
    let after = PlanJSON.value(screen)["guards"]?.array ?? []
    #expect(after.count == 9)
    #expect(after.allSatisfy { $0["acknowledged"] == true })
  }

  /// A field of a resource may be called `range` or `location`; its value is its own.
  @Test func valuesOfFieldsStayAsTheyAre() {
    let old: Value = ["range": [1, 2, 3, 4], "location": "here"]
    let new: Value = ["range": [4, 3, 2, 1], "location": "there"]
    var scene = Scene()
    scene.changed(
      .init("Job/a", at: "a.yaml:1", ["x": old]),
      .init("Job/a", at: "a.yaml:1", ["x": 1])
    )
    scene.changed(
      .init("Job/b", at: "b.yaml:1", ["x": 1]),
      .init("Job/b", at: "b.yaml:1", ["x": new])
    )
    let changes = PlanJSON.value(scene.screen())["changes"]
    #expect(changes?[0]?["fields"]?[0]?["old"] == old)
    #expect(changes?[1]?["fields"]?[0]?["new"] == new)
    #expect(changes?[1]?["fields"]?[0]?["range"]?["line"] == 6)
  }
}

/// JSON as the documentation shows it.
enum JSONValue {
  static func read(_ bytes: [UInt8]) -> Value { (try? JSONReader.read(bytes)) ?? .null }

  /// Members and items on lines of their own, unless all of them fit on one.
  static func pretty(_ value: Value, indent: Int = 0) -> String {
    let compact = CanonicalJSON.text(of: value)
    if indent > 0, compact.count + indent <= 76 { return compact }
    let blanks = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch value {
    case .array(let items) where !items.isEmpty:
      return "[\n" + items.map { blanks + pretty($0, indent: indent + 2) }.joined(separator: ",\n")
        + end + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        "\(blanks)\(CanonicalJSON.text(of: .string(member.key))): "
          + pretty(member.value, indent: indent + 2)
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    default: return compact
    }
  }

  /// All keys, except for those within values of fields and contents of resources.
  static func keys(of value: Value) -> Set<String> {
    switch value {
    case .array(let items): return items.reduce(into: []) { $0.formUnion(keys(of: $1)) }
    case .object(let members):
      return members.reduce(into: []) {
        $0.insert($1.key)
        if !["old", "new", "contents"].contains($1.key) { $0.formUnion(keys(of: $1.value)) }
      }
    default: return []
    }
  }
}
