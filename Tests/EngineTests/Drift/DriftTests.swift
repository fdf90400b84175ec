import Engine
import Foundation
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct DriftTests {
  private let world: World
  private let vandal: Vandal

  init() throws {
    world = try World()
    vandal = try Vandal(world.databasePath)
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/b.yaml": Manifest.job("b", timeout: "2h"),
      "manifests/r.yaml": Manifest.receiver("r"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
    ])
  }

  private func timeout(_ name: String) throws -> String? {
    try world.store.records(kind: "Job", name: name).first?.content["spec"]?["timeout"]?.string
  }

  private func plan(_ report: ReconcilePass.Report) throws -> Plan {
    guard case .applied(_, let plan) = report.outcome else {
      throw FixtureError("not applied: \(report.outcome)")
    }
    return plan
  }

  private func told(_ plan: Plan) -> [String] {
    plan.changes.map { "\($0.action.rawValue) \($0.key) \($0.reason.rawValue)" }
  }

  @Test func whatNobodyTouchedIsNoDrift() throws {
    #expect(try world.store.drifts() == [])
    #expect(try world.store.auditDrift(at: world.wall.now()) == 0)
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("a pass over an untouched state changed something")
      return
    }
    #expect(try vandal.count("SELECT count(*) FROM foreign_write") == 0)
  }

  /// What somebody does with a shell, and what the next pass does about it.
  enum Damage: String, CaseIterable {
    case content, digest, deletion, insertion, place, otherContent, name, reference, claim
    case missingContent, deletionOfReferrer

    func inflict(_ vandal: Vandal) throws {
      switch self {
      case .content: try vandal.edit("a", "\"1h\"", "\"9h\"")
      case .digest:
        try vandal.execute("UPDATE resource SET digest = zeroblob(32) WHERE name = 'a'")
      case .deletion: try vandal.execute("DELETE FROM resource WHERE name = 'r'")
      case .insertion:
        let key = ResourceKey(kind: "Job", name: "stranger")
        let bytes = Array(
          #"{"kind":"Job","metadata":{"annotations":{},"labels":{},"name":"stranger"},"spec":{}}"#
            .utf8)
        try vandal.execute(
          "INSERT INTO content (id, digest, bytes) VALUES (900, ?, ?)",
          [Data(Digest(of: bytes).bytes), Data(bytes)])
        try vandal.execute(
          """
          INSERT INTO resource SELECT ?, 'Job', 'stranger', digest, 900, '../../etc/passwd',
            1, 1, 1, 1, 0, 1, 0, 1 FROM content WHERE id = 900
          """, [StateTree.identifier(of: key)])
      case .place: try vandal.execute("UPDATE resource SET file = '../x', start_line = 9")
      case .otherContent:
        try vandal.execute(
          """
          UPDATE resource SET content_id = (SELECT content_id FROM resource WHERE name = 'b')
          WHERE name = 'a'
          """)
      case .name: try vandal.execute("UPDATE resource SET name = 'c' WHERE name = 'b'")
      case .reference: try vandal.execute("UPDATE reference SET target_name = 'b'")
      case .claim:
        try vandal.execute("INSERT INTO claim SELECT 'x', id, 1, 1, 1, 1 FROM resource")
      case .deletionOfReferrer: try vandal.execute("DELETE FROM resource WHERE name = 's'")
      case .missingContent:
        try vandal.execute(
          "DELETE FROM content WHERE id = (SELECT content_id FROM resource WHERE name = 'b')")
      }
    }
  }

  /// Whether everything is live as it was, with places, references and claims.
  static func expect(_ world: World, toBe before: [String: LiveResource]) throws {
    let after = try world.live()
    #expect(after.keys.sorted() == before.keys.sorted())
    for (key, resource) in before {
      #expect(after[key]?.digest == resource.digest)
      #expect(after[key]?.location == resource.location)
      #expect(after[key]?.references == resource.references)
      #expect(after[key]?.claims == resource.claims)
    }
  }

  @Test(arguments: Damage.allCases)
  func anOrdinaryPlanPutsBackWhatWasApplied(_ damage: Damage) throws {
    let before = try world.live()
    let root = try world.root()
    try damage.inflict(vandal)
    // A digest that does not fit the content is no other content.
    #expect(try world.store.drifts().isEmpty == (damage == .digest))
    try world.reconcile()
    #expect(try world.root() == root)
    try Self.expect(world, toBe: before)
    #expect(try world.store.drifts() == [])
    #expect(try world.store.firstBrokenEvent() == nil)
    #expect(try world.store.auditDrift(at: world.wall.now()) == 0)
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("the pass after the repair of \(damage) was not the last")
      return
    }
  }

  /// Two readers see the same: the plan before drift is on record is the plan after.
  @Test(arguments: Damage.allCases.filter { $0 != .name })
  func aPlanThatOnlyReadsIsThePlanOfThePass(_ damage: Damage) throws {
    try damage.inflict(vandal)
    let read = try world.plan()
    let whole = try world.assemble(readsEverything: true)
    _ = try world.store.recordDrift(at: world.wall.now())
    let recorded = try world.plan()
    #expect(read.digest == recorded.digest, "\(damage)")
    guard case .plan(let everything) = whole.outcome else {
      Issue.record("no plan")
      return
    }
    #expect(CanonicalJSON.text(of: everything.value) == CanonicalJSON.text(of: read.value))
  }

  @Test func theRepairSaysThatItIsOne() throws {
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try vandal.execute("DELETE FROM resource WHERE name = 'r'")
    let drifts = try world.store.drifts()
    #expect(drifts.map(\.key.description) == ["Job/a", "Receiver/r"])
    #expect(drifts.map(\.operation) == ["update of content", "delete from resource"])
    #expect(drifts.allSatisfy { $0.changedAt != nil && $0.noticedAt == nil })
    let plan = try plan(try world.reconcile())
    #expect(told(plan) == ["update Job/a drifted", "create Receiver/r drifted"])
    #expect(plan.changes[0].fields.map(\.pointer.dotted) == ["spec.timeout"])
    #expect(plan.changes[0].fields.first?.old == "9h")
    let events = try world.store.events(JournalQuery(subject: "Job/a", limit: 9))
    #expect(events.map(\.kind) == [.resourceCreated, .resourceDrifted, .resourceUpdated])
    #expect(events[1].actor == "unknown")
  }

  @Test func onlyWhatWasWrittenIsRead() throws {
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    let result = try world.assemble()
    #expect(result.isIncremental)
    #expect(result.blobsRead == 1)
  }

  @Test func aDriftThatIsTakenBackByHandIsOver() throws {
    world.drift.mode = .warn
    let sequence = try world.store.records(kind: "Job", name: "a").first?.sequence
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    #expect(try world.reconcile().drifts.map(\.key.description) == ["Job/a"])
    try vandal.edit("a", "\"9h\"", "\"1h\"")
    #expect(try world.reconcile().drifts == [])
    #expect(try world.store.records(kind: "Job", name: "a").first?.sequence == sequence)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func aWriteThatChangesNothingIsNoDrift() throws {
    try vandal.execute("UPDATE resource SET name = name; UPDATE content SET bytes = bytes")
    #expect(try world.store.drifts() == [])
    guard case .unchanged = try world.reconcile().outcome else {
      Issue.record("it was repaired all the same")
      return
    }
    #expect(try vandal.count("SELECT count(*) FROM foreign_write") == 0)
  }

  @Test(arguments: [DriftPolicy.Mode.warn, .off])
  func whatIsHeldStaysUntilGitChangesIt(_ mode: DriftPolicy.Mode) throws {
    world.drift.mode = mode
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    let report = try world.reconcile()
    guard case .unchanged = report.outcome else {
      Issue.record("held drift was repaired")
      return
    }
    #expect(report.drifts.map(\.key.description) == (mode == .warn ? ["Job/a"] : []))
    #expect(try timeout("a") == "9h")
    let condition = try world.store.conditions().first { $0.kind == .drifted }
    #expect(condition?.status == (mode == .warn ? .isTrue : .isFalse))
    // Another commit leaves it alone, also in the same file and in the whole plan.
    try world.apply([
      "manifests/a.yaml": Manifest.file(
        Manifest.job("a", timeout: "1h"), Manifest.receiver("more"))
    ])
    #expect(try timeout("a") == "9h")
    guard case .plan(let whole) = try world.assemble(readsEverything: true).outcome else {
      Issue.record("no plan")
      return
    }
    #expect(whole.isEmpty)
    // A commit that changes it wins.
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "3h")])
    #expect(try timeout("a") == "3h")
    #expect(try world.store.drifts() == [])
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func theAnnotationOfWhatWasAppliedCountsBeforeTheSettings() throws {
    try world.apply([
      "manifests/a.yaml": Manifest.job(
        "a", timeout: "1h", annotations: ["writ/drift": "warn"])
    ])
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try vandal.edit("b", #""annotations":{}"#, #""annotations":{"writ/drift":"off"}"#)
    let report = try world.reconcile()
    #expect(told(try plan(report)) == ["update Job/b drifted"])
    #expect(try timeout("a") == "9h")
  }

  @Test func ignoredFieldsAreNoDriftButOthersAre() throws {
    world.drift.ignored = [
      DriftPolicy.IgnoreRule(kind: "Job", name: nil, field: JSONPointer(dotted: "spec.timeout"))
    ]
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    let report = try world.reconcile()
    guard case .unchanged = report.outcome else {
      Issue.record("an ignored field was repaired")
      return
    }
    #expect(report.drifts == [])
    try vandal.edit("a", #""concurrency":"forbid""#, #""concurrency":"allow""#)
    #expect(told(try plan(try world.reconcile())) == ["update Job/a drifted"])
    #expect(try timeout("a") == "1h")
  }

  @Test func theFullComparisonFindsWhatTheTriggersWereNotThereFor() throws {
    try vandal.dropTriggers()
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try vandal.execute("DELETE FROM resource WHERE name = 'r'")
    #expect(try world.store.drifts() == [])
    #expect(try world.store.auditDrift(at: world.wall.now()) == 2)
    #expect(
      try world.store.drifts().map { "\($0.key) \($0.operation)" } == [
        "Job/a full comparison", "Receiver/r full comparison",
      ])
    let plan = try plan(try world.reconcile())
    #expect(told(plan) == ["update Job/a drifted", "create Receiver/r drifted"])
    #expect(try world.store.auditDrift(at: world.wall.now()) == 0)
  }

  @Test func rollbackLeadsThroughDrift() throws {
    let first = try world.root()
    try world.apply(["manifests/b.yaml": Manifest.job("b", timeout: "5h")])
    try vandal.edit("a", "\"1h\"", "\"9h\"")
    try world.rollback(.previous)
    #expect(try world.root() == first)
    #expect(try timeout("a") == "1h")
    #expect(try world.store.drifts() == [])
    #expect(try world.store.firstBrokenEvent() == nil)
  }
}
