import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// A snapshot says what the database says, or it is refused.
struct LiveSnapshotTests {
  private func snapshot(_ world: World) throws -> LiveSnapshot {
    try LiveSnapshot.of(
      world.store, guards: GuardSettings(), drift: world.drift, at: world.wall.now())
  }

  private func planAgainst(
    _ snapshot: LiveSnapshot, _ world: World, _ revision: String?,
  ) throws -> PlanAssembly.Result {
    let source = world.history.revision(revision, roots: world.roots)
    return try PlanAssembly(
      planner: Planner(registry: .standard, guards: snapshot.guards), drift: snapshot.drift,
      at: world.wall.now()
    ).plan(live: SnapshotLive(snapshot), source: source, liveRoots: snapshot.roots)
  }

  private func judge(
    _ snapshot: LiveSnapshot, _ world: World, _ plan: Plan,
  ) throws -> PlanGate.Judgement {
    try SnapshotGate(snapshot, live: SnapshotLive(snapshot), windows: world.windows)
      .judge(plan, at: world.wall.now())
  }

  /// Compares everything that can be said of going to `revision`, next to the database and away.
  private func expectSame(_ world: World, _ revision: String?, _ place: Comment) throws -> Plan? {
    let written = try snapshot(world)
    let read = try LiveSnapshot(reading: written.bytes)
    #expect(read.bytes == written.bytes, place)
    switch (try world.assemble(revision).outcome, try planAgainst(read, world, revision).outcome) {
    case (.plan(let near), .plan(let far)):
      #expect(near.digest == far.digest, place)
      let gate = try PlanGate(store: world.store, windows: world.windows)
        .judge(near, at: world.wall.now())
      let other = try judge(read, world, far)
      #expect(gate.verdict == other.verdict && gate.acknowledged == other.acknowledged, place)
      let impact = try world.store.read { live throws(StoreError) in
        try ImpactAnalysis().report(on: near, live: live, at: world.wall.now())
      }
      let second = try ImpactAnalysis().report(
        on: far, live: SnapshotLive(read), at: world.wall.now())
      #expect(impact == second, place)
      return near
    case (.invalid(let near), .invalid(let far)):
      #expect(near == far, place)
      return nil
    default:
      Issue.record("one is valid and the other is not, \(place)")
      return nil
    }
  }

  @Test(arguments: 7000..<7040 as Range<UInt64>)
  func thePlanIsTheOneThatTheDatabaseGives(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let world = try World()
    var old: [String: String] = [:]
    var revisions: [String] = []
    for (step, files) in RandomHistory(seed: seed, length: 8).commits.enumerated() {
      var changes = files.mapValues { Optional($0) }
      for file in old.keys where files[file] == nil { changes[file] = .some(nil) }
      old = files
      let revision = world.push(changes)
      let place: Comment = "seed \(seed), commit \(step)"
      guard let plan = try expectSame(world, revision, place) else { continue }
      if generator.once(in: 4), let name = plan.guards.first?.name {
        try world.store.acknowledge(
          name, plan: plan.digest.description, actor: "ana", reason: "", at: world.wall.now())
        _ = try expectSame(world, revision, place)
      }
      world.wall.advance(seconds: 1)
      _ = try world.store.apply(plan, ApplyContext(actor: "test", time: world.wall.now()))
      revisions.append(revision)
      if generator.once(in: 4), let target = generator.pick(revisions) {
        do {
          try world.rollback(.revision(target))
        } catch Rollback.Failure.alreadyThere {
          continue
        }
        _ = try expectSame(world, revision, place)
      }
    }
  }

  @Test(arguments: [DriftPolicy.Mode.enforce, .warn, .off])
  func driftIsPlannedAlike(_ mode: DriftPolicy.Mode) throws {
    let world = try small().0
    world.drift = DriftPolicy(mode: mode)
    try Vandal(world.databasePath).edit("a", "\"1h\"", "\"5h\"")
    world.push(["manifests/b.yaml": Manifest.job("b", timeout: "1h")])
    let plan = try #require(try expectSame(world, nil, "not on record"))
    #expect(plan.changes.contains { $0.key.name == "a" } == (mode == .enforce))
    _ = try world.store.recordDrift(at: world.wall.now())
    _ = try expectSame(world, nil, "on record")
    let drifts = try snapshot(world).drifts
    #expect(drifts.map(\.key.name) == ["a"])
  }

  private func small() throws -> (World, LiveSnapshot) {
    let world = try World()
    try world.apply([
      "manifests/a.yaml": Manifest.job("a", timeout: "1h"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
    ])
    return (world, try snapshot(world))
  }

  @Test func noByteCanBeChanged() throws {
    let bytes = try small().1.bytes
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(throws: LiveSnapshot.Problem.self, "byte \(index)") {
        try LiveSnapshot(reading: changed)
      }
    }
  }

  @Test func noPrefixIsASnapshot() throws {
    let bytes = try small().1.bytes
    for count in bytes.indices {
      #expect(throws: LiveSnapshot.Problem.self, "\(count) bytes") {
        try LiveSnapshot(reading: Array(bytes[..<count]))
      }
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    let half =
      Array(lines.dropLast().joined(separator: [UInt8(ascii: "\n")]))
      + [UInt8(ascii: "\n")]
    #expect(throws: LiveSnapshot.Problem.truncated) { try LiveSnapshot(reading: half) }
  }

  /// A seal keeps accidents away; who can make one could also leave things out.
  @Test func whatIsSealedAnewMustStillFit() throws {
    let (_, snapshot) = try small()
    var other = snapshot
    other.entries.removeLast()
    var reason = try #require(problem(of: other.bytes))
    #expect(reason.contains("make the state"), "\(reason)")
    other = snapshot
    other.entries[0].content = CanonicalJSON.bytes(
      of: ["kind": "Job", "metadata": ["name": "a"], "spec": ["timeout": "9h"]])
    reason = try #require(problem(of: other.bytes))
    #expect(reason.contains("the content of Job/a is not what its digest says"), "\(reason)")
    other = snapshot
    other.entries.reverse()
    reason = try #require(problem(of: other.bytes))
    #expect(reason.contains("does not come after"), "\(reason)")
  }

  /// Bytes at random, in lines that get the seal that fits: refused, or read as they are.
  @Test(arguments: 0..<8 as Range<UInt64>) func noBytesStopTheProgram(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = try small().1.bytes
    let words = ["null", "{}", "[]", "-1", "1e9", "\"\"", "\u{FFFD}", ",", "\"a\":", "}", "]"]
    for _ in 0..<400 {
      var lines = bytes.split(separator: UInt8(ascii: "\n")).dropLast().map { Array($0) }
      for _ in 0...generator.number(below: 3) {
        let line = generator.number(below: lines.count)
        let start = generator.number(below: lines[line].count)
        let end = min(lines[line].count, start + generator.number(below: 12))
        lines[line].replaceSubrange(start..<end, with: Array((generator.pick(words) ?? "").utf8))
      }
      if generator.once(in: 5) { lines.swapAt(0, generator.number(below: lines.count)) }
      var sealed: [UInt8] = []
      for line in lines { sealed += line + [UInt8(ascii: "\n")] }
      sealed += Array("{\"sha256\":\"\(Digest(of: sealed))\"}\n".utf8)
      guard let read = try? LiveSnapshot(reading: sealed) else { continue }
      #expect(read.bytes == sealed, "seed \(seed)")
      #expect(SnapshotLive(read).summary().root == read.root, "seed \(seed)")
    }
  }

  private func problem(of bytes: [UInt8]) -> String? {
    do throws(LiveSnapshot.Problem) {
      _ = try LiveSnapshot(reading: bytes)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func aNewerFormatIsNamed() throws {
    let bytes = try small().1.bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "\"formatVersion\":1", maxSplits: 1)
    let newer = parts.joined(separator: "\"formatVersion\":7")
    #expect(throws: LiveSnapshot.Problem.newerFormat(7)) {
      try LiveSnapshot(reading: Array(newer.utf8))
    }
  }

  @Test(arguments: ["", "\n", "{}\n", "[1]\n{}\n", "{\"format\":\"writ-snapshot\"}\n", "\u{0}"])
  func anythingElseIsRefused(_ text: String) {
    #expect(throws: LiveSnapshot.Problem.self) { try LiveSnapshot(reading: Array(text.utf8)) }
  }

  @Test func driftsAndDecisionsComeBack() throws {
    var (_, snapshot) = try small()
    let side = snapshot.entries[0].side
    var drift = Drift(
      key: snapshot.entries[0].key, applied: side, actual: nil,
      noticedAt: Timestamp(nanoseconds: 5), changedAt: nil, operation: "writ edit",
      edit: Drift.Edit(owner: "ana", reason: "x", expiresAt: Timestamp(nanoseconds: 9)))
    drift.appliedContent = snapshot.entries[0].content
    snapshot.drifts = [drift]
    snapshot.decisions = [
      ApprovalDecision(
        change: side.digest, key: snapshot.entries[0].key, person: try #require(Person("ben")),
        answer: .approve, reason: "fine", time: Timestamp(nanoseconds: 1),
        expires: Timestamp(nanoseconds: 2))
    ]
    snapshot.drift.ignored = [
      DriftPolicy.IgnoreRule(kind: nil, name: "a", field: JSONPointer(["spec"]))
    ]
    snapshot.quarantine = [side.digest]
    let read = try LiveSnapshot(reading: snapshot.bytes)
    #expect(read.drifts == snapshot.drifts)
    #expect(read.decisions == snapshot.decisions)
    #expect(read.drift.ignored == snapshot.drift.ignored)
    #expect(read.quarantine == snapshot.quarantine)
  }
}
