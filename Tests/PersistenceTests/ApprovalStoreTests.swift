import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What people said is kept, journaled, bounded, and counts once.
struct ApprovalStoreTests {
  private let world: World
  private let time = Timestamp(seconds: 1_767_614_400)

  init() throws { world = try World() }

  private func decision(
    _ name: String = "ben", _ answer: ApprovalDecision.Answer = .approve, about text: String = "x",
    key: String = "Job/a", at time: Timestamp? = nil,
  ) throws -> ApprovalDecision {
    let time = time ?? self.time
    return ApprovalDecision(
      change: Digest(of: Array(text.utf8)), key: try #require(ResourceKey(key)),
      person: try #require(Person(name)), answer: answer, reason: "because \"it\" is\nright",
      time: time, expires: Timestamp(nanoseconds: time.nanoseconds + 7 * 86_400_000_000_000),
      actor: "cli:root")
  }

  private func journal() throws -> [String] {
    try world.store.events(JournalQuery(limit: 100)).map {
      "\($0.kind.rawValue) \($0.subject) \($0.actor)"
    }
  }

  @Test func survivesARestartAndABackup() throws {
    let decisions = [try decision("ben"), try decision("eva", .reject, about: "y", key: "Job/b")]
    try world.store.decide(decisions, at: time)
    world.store.close()
    let again = try Store(path: world.databasePath, access: .readOnly)
    #expect(try again.decisions(on: nil) == decisions)
    #expect(try again.decisions(on: [decisions[0].change]) == [decisions[0]])
    #expect(try again.decisions(on: []) == [])
    #expect(try again.decisions(on: [.zero]) == [])
  }

  @Test func theLastWordOfAPersonTakesThePlaceOfTheOneBefore() throws {
    try world.store.decide([try decision("ben")], at: time)
    try world.store.decide([try decision("eva")], at: time)
    let last = try decision("ben", .reject)
    try world.store.decide([last], at: time)
    #expect(try world.store.decisions(on: nil) == [last, try decision("eva")])
    #expect(
      try journal() == [
        "change.approved Job/a cli:root", "change.approved Job/a cli:root",
        "change.rejected Job/a cli:root",
      ])
    let event = try #require(try world.store.events(JournalQuery(limit: 1)).first)
    let payload = try #require(Value(canonical: event.payload))
    #expect(payload["person"] == "ben")
    #expect(payload["change"]?.string == last.change.description)
    #expect(payload["reason"]?.string == last.reason)
  }

  @Test func takingBackIsJournaledAndOnlyWhereSomethingWasSaid() throws {
    let mine = try decision("ben")
    try world.store.decide([mine], at: time)
    let other = try decision("eva")
    let gone = try world.store.withdraw([mine, other], actor: "cli:eva", reason: "oops", at: time)
    #expect(gone == [mine])
    #expect(try world.store.decisions(on: nil) == [])
    #expect(try journal().last == "change.withdrawn Job/a cli:eva")
    #expect(try world.store.withdraw([mine], actor: "cli:eva", reason: "", at: time) == [])
    #expect(try journal().count == 2)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func whatWasAppliedIsUsedUp() throws {
    let file = "manifests/a.yaml"
    try world.apply([file: Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    world.push([file: Manifest.job("a", timeout: "2h")])
    let change = try #require(try world.plan().changes.first)
    var used = try decision()
    used.change = change.identity
    var kept = try decision(key: "Job/b")
    kept.change = change.identity
    let other = try decision(about: "other")
    try world.store.decide([used, kept, other], at: time)
    try world.reconcile()
    #expect(try Set(world.store.decisions(on: nil)) == [kept, other])
  }

  @Test func anApplyThatFailsUsesNothingUp() throws {
    let file = "manifests/a.yaml"
    try world.apply([file: Manifest.job("a")])
    world.push([file: Manifest.job("a", timeout: "2h")])
    var plan = try world.plan()
    var said = try decision()
    said.change = try #require(plan.changes.first).identity
    try world.store.decide([said], at: time)
    plan.predictedRoot = .zero
    #expect(throws: StoreError.self) {
      try world.store.apply(plan, ApplyContext(actor: "test", time: time))
    }
    #expect(try world.store.decisions(on: nil) == [said])
  }

  @Test func whatRanOutLongAgoGoes() throws {
    func day(_ number: Int64) -> Timestamp {
      Timestamp(nanoseconds: time.nanoseconds + number * 86_400_000_000_000)
    }
    try world.store.decide(
      [try decision("ben"), try decision("eva", .reject)], at: time)
    try world.store.decide([try decision("cleo", at: day(36))], at: day(36))
    #expect(try world.store.decisions(on: nil).map(\.person.name) == ["ben", "cleo", "eva"])
    try world.store.decide([try decision("cleo", at: day(38))], at: day(38))
    #expect(try world.store.decisions(on: nil).map(\.person.name) == ["cleo", "eva"])
    try world.store.decide([try decision("dan", at: day(366))], at: day(366))
    #expect(try world.store.decisions(on: nil).map(\.person.name) == ["dan"])
  }

  @Test func thereAreOnlySoMany() throws {
    let many = try (0..<ApprovalLimits.decisions).map { try decision(about: "\($0)") }
    try world.store.decide(many, at: time)
    let error = try #require(throws: StoreError.self) {
      try world.store.decide([try decision(about: "one more")], at: time)
    }
    #expect(error.code == .full)
    #expect(try world.store.decisions(on: nil).count == ApprovalLimits.decisions)
    try world.store.decide([many[0]], at: time)
  }

  @Test func aDamagedRowIsAnErrorAndNoApproval() throws {
    try world.store.decide([try decision()], at: time)
    world.store.close()
    try RawDatabase(world.databasePath).execute("UPDATE approval SET resource_key = 'nothing'")
    let again = try Store(path: world.databasePath, access: .readOnly)
    let error = try #require(throws: StoreError.self) { try again.decisions(on: nil) }
    #expect(error.code == .corrupt)
  }
}
