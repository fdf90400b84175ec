import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct ApplyTests {
  private let world: World

  init() throws {
    world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.file(
        Manifest.job("a"), Manifest.schedule("a-nightly", job: "a")),
      "manifests/m.yaml": Manifest.receiver("m"),
      "manifests/x.yaml": Manifest.file(Manifest.job("x"), Manifest.job("w", script: "w")),
    ])
  }

  private func apply(_ plan: Plan) throws(StoreError) -> AppliedPlan {
    try world.store.apply(plan, ApplyContext(actor: "cli:test", time: world.wall.now()))
  }

  @Test func makesThePlanTrue() throws {
    world.push([
      "manifests/a.yaml": Manifest.file(
        Manifest.job("a", timeout: "2h", annotations: Manifest.protected),
        Manifest.schedule("a-nightly", job: "a")),
      "manifests/m.yaml": nil, "manifests/m2.yaml": Manifest.receiver("m"),
      "manifests/x.yaml": Manifest.file(Manifest.job("x"), Manifest.job("z", script: "z")),
    ])
    let plan = try world.plan()
    #expect(Set(plan.changes.map(\.action)) == Set(Change.Action.allCases))
    let applied = try apply(plan)
    let live = try world.live()
    let head = Snapshot(world.history.commits[1].files)
    #expect(live.keys.sorted() == head.resources.map(\.key.description).sorted())
    for resource in head.resources {
      let found = try #require(live[resource.key.description])
      #expect(found.digest == resource.digest)
      #expect(found.location == resource.location)
      #expect(found.marks == resource.marks)
      #expect(found.references == resource.references)
      #expect(try world.store.content(of: resource.digest) == resource.content)
    }
    let status = try world.store.status()
    #expect(status.live.root == head.root)
    #expect(status.live.root == plan.predictedRoot)
    #expect(status.live.revision == plan.revision)
    #expect(status.live.counts == ["Job": 3, "Schedule": 1, "Receiver": 1])
    #expect(status.roots == ["manifests"])
    #expect(status.appliedAt == world.wall.now())
    #expect(applied.counts == [.create: 1, .update: 1, .delete: 1, .move: 1])
    #expect(try world.store.appliedPlans(limit: 1) == [applied])
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func theJournalTellsEachChangeInOrder() throws {
    world.push([
      "manifests/a.yaml": "# down\n"
        + Manifest.file(Manifest.job("a"), Manifest.schedule("a-nightly", job: "a")),
      "manifests/m.yaml": nil,
      "manifests/n.yaml": Manifest.receiver("new"),
    ])
    let plan = try world.plan()
    let applied = try apply(plan)
    let events = try world.store.events(
      JournalQuery(after: applied.sequence - 1, limit: 100))
    #expect(
      events.map { "\($0.kind.rawValue) \($0.subject)" } == [
        "plan.applied \(plan.revision)", "resource.created Receiver/new",
        "resource.deleted Receiver/m", "resource.relocated Job/a",
        "resource.relocated Schedule/a-nightly",
      ])
    #expect(applied.lastSequence == events.last?.sequence)
    #expect(events.allSatisfy { $0.actor == "cli:test" && $0.time == world.wall.now() })
  }

  @Test func aDeletedResourceTakesItsReferencesWithIt() throws {
    world.push(["manifests/a.yaml": Manifest.job("a")])
    _ = try apply(try world.plan())
    let referrers = try world.store.read { live throws(StoreError) in
      try live.referrers(to: [ResourceKey(kind: "Job", name: "a")])
    }
    #expect(referrers.isEmpty)
  }

  @Test func contentsAreKeptForTheWayBack() throws {
    let old = try #require(Snapshot(world.history.commits[0].files)["Job/x"])
    world.push(["manifests/x.yaml": Manifest.job("w", script: "w")])
    _ = try apply(try world.plan())
    #expect(try world.store.content(of: old.digest) == old.content)
  }

  @Test func transitionsTellWhatWasBefore() throws {
    let first = try #require(try world.store.appliedPlans(limit: 1).first)
    world.push(["manifests/m.yaml": nil, "manifests/n.yaml": Manifest.receiver("new")])
    _ = try apply(try world.plan())
    world.push(["manifests/n.yaml": Manifest.receiver("new", annotations: Manifest.protected)])
    _ = try apply(try world.plan())
    let transitions = try world.store.transitions(after: first.lastSequence)
    #expect(transitions.map(\.key.description) == ["Receiver/m", "Receiver/new"])
    #expect(transitions[0].before?.location.file == "manifests/m.yaml")
    #expect(transitions[1].before == nil)
    #expect(try world.store.transitions(after: 1_000_000).isEmpty)
  }

  @Test func recordsSayWhereAResourceComesFrom() throws {
    let revision = world.push(["manifests/m.yaml": Manifest.receiver("m2")], by: "ben")
    let applied = try apply(try world.plan())
    let record = try #require(
      try world.store.records(kind: "Receiver", name: "m2").first)
    #expect(record.origin?.commit == revision)
    #expect(record.origin?.author == "ben")
    #expect(record.appliedAt == applied.time)
    #expect(record.content["metadata"]?["name"] == "m2")
    #expect(record.sequence > applied.sequence)
    #expect(try world.store.records(kind: nil, name: nil).count == 5)
    #expect(
      try world.store.records(kind: "Job", name: nil).map(\.resource.key.name) == ["a", "w", "x"])
    #expect(try world.store.records(kind: "Job", name: "none").isEmpty)
  }

  @Test func aPlanWithoutChangesMovesTheRevisionOn() throws {
    let root = try world.root()
    let revision = world.push(["README.md": "hello"])
    _ = try apply(try world.plan())
    let status = try world.store.status()
    #expect(status.live.revision == revision)
    #expect(status.live.root == root)
  }

  @Test func twoKindsWithEqualContentShareNothingButTheRow() throws {
    // Two resources never have one content, because it has the name; the same one again does.
    let raw = try RawDatabase(world.databasePath)
    let before = try raw.count("content")
    world.push(["manifests/m.yaml": nil])
    _ = try apply(try world.plan())
    world.push(["manifests/m.yaml": Manifest.receiver("m")])
    _ = try apply(try world.plan())
    #expect(try raw.count("content") == before)
  }

  @Test func theStateTreeInTheDatabaseIsThatOfTheRows() throws {
    for step in 0..<12 {
      world.push([
        "manifests/\(step % 5).yaml": step % 4 == 3
          ? nil : Manifest.job("j\(step % 5)", script: "\(step)")
      ])
      _ = try apply(try world.plan())
      let live = try world.live().values
      let scratch = StateTree(entries: live.map { .init(key: $0.key, digest: $0.digest) })
      let keys = live.map(\.key)
      let stored = try world.store.read { reader throws(StoreError) in
        try reader.tree(around: keys)
      }
      #expect(stored.root == scratch.root)
      #expect(try world.root() == scratch.root)
    }
  }
}
