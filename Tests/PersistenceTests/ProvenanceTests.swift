import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What the store keeps of where fields come from.
struct ProvenanceTests {
  private let world: World
  private let key = ResourceKey(kind: "Job", name: "a")

  init() throws { world = try World() }

  private func mark(_ pointer: String) throws -> FieldOrigins.Mark? {
    try world.store.provenance(of: key)?.origins.mark(at: JSONPointer(parsing: pointer))
  }

  @Test func aResourceThatOneCommitMadeNeedsNoRow() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let raw = try RawDatabase(world.databasePath)
    #expect(try raw.count("provenance") == 0)
    #expect(try mark("/spec/timeout") == .commit(world.history.commits[0].id, sequence: 2))
    #expect(try raw.count("resource") == 1)
  }

  @Test func anUpdateMarksWhatItChanges() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let applied = try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(
      try mark("/spec/timeout")
        == .commit(world.history.commits[1].id, sequence: applied.lastSequence))
    #expect(try mark("/spec/jitter") == .commit(world.history.commits[0].id, sequence: 2))
    let event = try #require(try world.store.event(applied.lastSequence))
    let transition = try #require(ResourceTransition(key: key, payload: event.payload))
    #expect(
      transition.previousOrigins
        == FieldOrigins(base: .commit(world.history.commits[0].id, sequence: 2)))
    #expect(transition.origins == (try world.store.provenance(of: key)?.origins))
    let provenance = try #require(try world.store.provenance(of: key))
    #expect(provenance.moments[applied.lastSequence]?.time == applied.time)
    #expect(try world.store.apply(of: applied.lastSequence) == applied)
    #expect(try world.store.apply(of: 1_000) == nil)
  }

  @Test func aMoveLeavesTheOriginsAsTheyWere() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try world.apply(["manifests/a.yaml": nil, "manifests/b.yaml": Manifest.job("a")])
    #expect(try mark("/spec/timeout") == .commit(world.history.commits[0].id, sequence: 2))
  }

  @Test func aResourceThatComesBackStartsAnew() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    try world.apply(["manifests/a.yaml": nil])
    #expect(try world.store.provenance(of: key) == nil)
    let back = try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(
      try mark("/spec/timeout")
        == .commit(world.history.commits[3].id, sequence: back.lastSequence))
  }

  @Test func aRollbackBringsBackWhatWasAndWhoMadeIt() throws {
    let first = try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    try world.rollback(.revision(first.revision))
    #expect(try mark("/spec/timeout") == .commit(first.revision, sequence: 2))
  }

  @Test func commitsAreKeptWithWhoAndWhy() throws {
    let person = CommitRecord.Person(
      name: "Ana", email: "ana@example.org", time: Timestamp(seconds: 5))
    let robot = CommitRecord.Person(
      name: "Robot", email: "robot@example.org", time: Timestamp(seconds: 7))
    world.push(["manifests/a.yaml": Manifest.job("a")])
    var plan = try world.plan()
    let id = try #require(plan.changes[0].origin?.commit)
    plan.commits = [
      CommitRecord(commit: id, author: person, committer: robot, subject: "Add a")
    ]
    _ = try world.store.apply(plan, ApplyContext(actor: "test", time: world.wall.now()))
    let kept = try #require(try world.store.commit(id))
    #expect(kept.record == plan.commits[0])
    #expect(kept.signer == nil)
    #expect(try world.store.provenance(of: key)?.commits[id] == kept)
    #expect(try world.store.commit("none") == nil)
  }

  /// A database of before origins were kept: an update without a row takes the event for the base.
  @Test func aDatabaseWithoutRowsHasTheEventForItsBase() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    try RawDatabase(world.databasePath).execute("DELETE FROM provenance")
    #expect(try mark("/spec/jitter") == .commit(world.history.commits[1].id, sequence: 4))
    let applied = try world.apply([
      "manifests/a.yaml": Manifest.job("a", script: "x", timeout: "2h")
    ])
    #expect(try mark("/spec/jitter") == .commit(world.history.commits[1].id, sequence: 4))
    #expect(
      try mark("/spec/action/shell/script")
        == .commit(world.history.commits[2].id, sequence: applied.lastSequence))
  }
}
