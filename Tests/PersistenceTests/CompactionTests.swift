import Engine
import Foundation
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct CompactionTests {
  private let world: World
  private let raw: RawDatabase

  init() throws {
    world = try World()
    raw = try RawDatabase(world.databasePath)
    try world.apply([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
      "manifests/s.yaml": Manifest.schedule("s", job: "b"),
    ])
    for timeout in 2...5 {
      try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "\(timeout)h")])
    }
  }

  private static func key(_ byte: UInt8 = 5) throws -> CheckpointKey {
    try #require(CheckpointKey(bytes: Array(repeating: byte, count: 32)))
  }

  private func range() throws -> CompactionRange? {
    try world.store.compactable(before: Timestamp(nanoseconds: .max))
  }

  @discardableResult
  private func compact() throws -> Checkpoint {
    try world.store.compact(
      try #require(try range()), key: try Self.key(), exportPath: "/srv/old.jsonl",
      actor: "cli:ana", at: world.wall.now())
  }

  @Test func theLastTwoAppliedStatesStay() throws {
    let applies = try world.store.appliedPlans(limit: 10)
    let checkpoint = try compact()
    #expect(checkpoint.sequence == applies[1].sequence - 1)
    #expect(
      try world.store.appliedPlans(limit: 10).map(\.sequence) == applies.prefix(2).map(\.sequence))
    let back = try world.rollback(.previous)
    #expect(back.root == applies[1].root)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func whatARepairHasToKnowStays() throws {
    let key = ResourceKey(kind: "Schedule", name: "s")
    let before = try #require(try world.store.provenance(of: key)).origins
    try raw.execute("DELETE FROM resource WHERE name = 's'")
    world.wall.advance(seconds: 1)
    #expect(try world.store.recordDrift(at: world.wall.now()).map(\.key) == [key])
    world.drift = DriftPolicy(mode: .warn)
    for timeout in 6...9 {
      try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "\(timeout)h")])
    }
    try compact()
    #expect(
      try world.store.events(JournalQuery(limit: 100)).contains { $0.kind == .resourceDrifted })
    world.drift = DriftPolicy()
    guard case .applied(_, let plan) = try world.reconcile().outcome else {
      Issue.record("it was not repaired")
      return
    }
    #expect(plan.changes.map(\.key) == [key])
    #expect(try world.store.provenance(of: key)?.origins == before)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func theEventSaysWhatWasDropped() throws {
    let checkpoint = try compact()
    let event = try #require(try world.store.events(JournalQuery(limit: 1)).last)
    #expect(event.kind == .journalCompacted)
    #expect(event.actor == "cli:ana")
    let value = try #require(Value(canonical: event.payload))
    #expect(value["checkpoint"].flatMap(Checkpoint.init) == checkpoint)
    #expect(value["events"]?.integer == checkpoint.sequence)
    #expect(checkpoint.exportPath == "/srv/old.jsonl")
    #expect(checkpoint.isSigned)
    #expect(
      try world.store.events(JournalQuery(limit: 100)).first?.sequence == checkpoint.sequence + 1)
  }

  @Test func nothingIsDroppedWhereOnlyTwoStatesAre() throws {
    let world = try World()
    #expect(try world.store.compactable(before: Timestamp(nanoseconds: .max)) == nil)
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    #expect(try world.store.compactable(before: Timestamp(nanoseconds: .max)) == nil)
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(try world.store.compactable(before: Timestamp(nanoseconds: .max)) == nil)
  }

  @Test func onlyWhatIsOlderGoes() throws {
    let applies = try world.store.appliedPlans(limit: 10)
    #expect(try world.store.compactable(before: applies[4].time) == nil)
    let range = try world.store.compactable(before: applies[3].time)
    #expect(range?.last.sequence == applies[4].lastSequence)
    #expect(range?.first == 1)
  }

  @Test func contentsThatNothingNamesGo() throws {
    let before = try raw.count("content")
    let checkpoint = try compact()
    // The job's first and second content; the third is the snapshot's.
    #expect(try raw.count("content") == before - 2)
    #expect(checkpoint.sequence > 0)
    #expect(try world.store.records(kind: nil, name: nil).count == 3)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func aBrokenJournalIsNotSigned() throws {
    try raw.executeUntriggered("UPDATE journal SET actor = 'mallory' WHERE sequence = 2")
    let before = try raw.dump()
    let error = try thrown(StoreError.self) { try compact() }
    #expect(error.code == .corrupt)
    #expect(error.message.contains("event 2"))
    #expect(try raw.dump() == before)
  }

  @Test func theTriggersStay() throws {
    let checkpoint = try compact()
    for statement in [
      "DELETE FROM journal", "DELETE FROM journal WHERE sequence = \(checkpoint.sequence + 1)",
      "UPDATE journal SET actor = 'x'", "DELETE FROM checkpoint",
      "UPDATE checkpoint SET sequence = 99", "UPDATE checkpoint SET signature = zeroblob(64)",
      "INSERT INTO journal SELECT 1, time, actor, kind, subject, payload, previous_hash, hash FROM journal LIMIT 1",
    ] {
      #expect(throws: DatabaseError.self, "\(statement)") { try raw.execute(statement) }
    }
  }

  @Test(arguments: [
    "UPDATE checkpoint SET sequence = sequence - 1", "UPDATE checkpoint SET time = time + 1",
    "UPDATE checkpoint SET hash = zeroblob(32)", "UPDATE checkpoint SET made_at = 1",
    "UPDATE checkpoint SET chain = zeroblob(32)", "UPDATE checkpoint SET state_root = zeroblob(32)",
    "UPDATE checkpoint SET snapshot_digest = zeroblob(32)",
    "UPDATE checkpoint SET export_path = '/other'",
    "UPDATE checkpoint SET public_key = zeroblob(32)",
    "UPDATE checkpoint SET signature = zeroblob(64)", "UPDATE checkpoint SET snapshot = x''",
    "UPDATE checkpoint SET snapshot = CAST(replace(CAST(snapshot AS TEXT), 'Job/a', 'Job/c') AS BLOB)",
    "UPDATE checkpoint_origin SET time = 1 WHERE subject = 'Job/b'",
    "UPDATE checkpoint_origin SET payload = x'7b7d' WHERE subject = 'Job/b'",
    "UPDATE checkpoint_origin SET sequence = 1 WHERE subject = 'Job/b'",
    "UPDATE checkpoint_origin SET subject = 'Job/c' WHERE subject = 'Job/b'",
    "DELETE FROM checkpoint_origin WHERE subject = 'Job/b'", "DELETE FROM checkpoint",
  ])
  func aChangedCheckpointIsFound(_ statement: String) throws {
    let checkpoint = try compact()
    try raw.execute("DROP TRIGGER checkpoint_is_append_only_update")
    try raw.execute("DROP TRIGGER checkpoint_is_append_only_delete")
    try raw.execute(statement)
    let broken = try #require(try world.store.firstBrokenEvent())
    // Without any checkpoint the first event that is left has nothing to follow.
    #expect(
      [checkpoint.sequence, checkpoint.sequence - 1, checkpoint.sequence + 1].contains(
        broken.sequence), "\(broken)")
  }

  @Test func aChangedEventAfterTheCheckpointIsNamed() throws {
    let checkpoint = try compact()
    let events = try world.store.events(JournalQuery(limit: 100))
    for event in events {
      let copy = try CompactionTests()
      try copy.compact()
      try copy.raw.executeUntriggered(
        "UPDATE journal SET actor = 'mallory' WHERE sequence = \(event.sequence)")
      #expect(try copy.world.store.firstBrokenEvent()?.sequence == event.sequence)
    }
    #expect(events.first?.previousHash == checkpoint.hash)
  }

  /// Each with the event that the row is the work of.
  @Test(
    arguments: [
      ("UPDATE resource SET digest = zeroblob(32) WHERE name = 'b'", 3),
      ("UPDATE resource SET file = 'x' WHERE name = 'b'", 3),
      ("UPDATE resource SET start_line = 7 WHERE name = 'b'", 3),
      ("UPDATE resource SET is_protected = 1 WHERE name = 'b'", 3),
      ("UPDATE resource SET is_kept = 1 WHERE name = 'b'", 3),
      ("UPDATE resource SET is_orphaned = 1 WHERE name = 'b'", 3),
      ("UPDATE resource SET sequence = 2 WHERE name = 'b'", 3),
      ("DELETE FROM resource WHERE name = 'b'", 3),
      ("UPDATE reference SET pointer = '/x'", 4), ("DELETE FROM reference", 4),
      ("UPDATE reference SET target_id = 1", nil), ("UPDATE reference SET start_line = 77", 4),
      ("UPDATE repository SET state_root = zeroblob(32)", nil),
      ("UPDATE repository SET live_revision = 'x'", nil),
      ("UPDATE repository SET applied_at = 1", nil),
      ("UPDATE repository SET roots = '[]'", nil), ("UPDATE kind_count SET count = 9", nil),
      ("UPDATE state_branch SET children = x'' WHERE branch = -1", nil),
      ("DELETE FROM state_branch WHERE branch >= 0", nil),
    ] as [(String, Int64?)])
  func aChangedRowIsNamedWithItsEvent(_ statement: String, _ sequence: Int64?) throws {
    for compacts in [false, true] {
      let copy = try CompactionTests()
      if compacts { try copy.compact() }
      try copy.raw.executeUntriggered(statement)
      let broken = try #require(try copy.world.store.firstBrokenEvent(), "\(statement)")
      if let sequence { #expect(broken.sequence == sequence, "\(broken)") }
    }
  }

  @Test func aDamagedContentIsNamedWithTheFirstEventThatNamesIt() throws {
    for (id, sequence) in [(1, 2), (2, 3), (4, 6)] {
      let copy = try CompactionTests()
      try copy.raw.executeUntriggered(
        "UPDATE content SET bytes = x'7b7d' WHERE id = \(id)")
      let broken = try #require(try copy.world.store.firstBrokenEvent())
      #expect(broken.sequence == Int64(sequence), "\(broken)")
    }
  }

  @Test func aSecondCheckpointFollowsTheFirst() throws {
    let first = try compact()
    for timeout in 6...9 {
      try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "\(timeout)h")])
    }
    let second = try compact()
    #expect(second.chain == Checkpoint.chain(after: first.chain, hash: second.hash))
    #expect(try world.store.firstBrokenEvent() == nil)
    try raw.execute("DROP TRIGGER checkpoint_is_append_only_delete")
    try raw.execute("DELETE FROM checkpoint WHERE sequence = \(first.sequence)")
    #expect(try world.store.firstBrokenEvent()?.sequence == second.sequence)
  }

  @Test func whoComesSecondIsStale() throws {
    let range = try #require(try range())
    try compact()
    let error = try thrown(StoreError.self) {
      try world.store.compact(
        range, key: try Self.key(), exportPath: nil, actor: "x", at: world.wall.now())
    }
    #expect(error.code == .stale)
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func anExportHoldsAndJoins() throws {
    func export() throws -> (JournalLine.Checker, [String]) {
      var checker = JournalLine.Checker()
      var problems: [String] = []
      func add(_ line: [UInt8]) {
        if let wrong = checker.add(line) { problems.append(wrong.reason) }
      }
      try world.store.exportJournal(
        after: 0, until: nil,
        header: { header throws(StoreError) in add(JournalLine.bytes(of: header)) },
        event: { event throws(StoreError) in add(JournalLine.bytes(of: event)) })
      return (checker, problems)
    }
    let whole = try export()
    #expect(whole.1 == [])
    let checkpoint = try compact()
    let rest = try export()
    #expect(rest.1 == [])
    #expect(rest.0.header?.checkpoint == checkpoint)
    #expect(rest.0.header?.firstSequence == checkpoint.sequence + 1)
    #expect(try world.store.hash(after: checkpoint.sequence) == checkpoint.hash)
    #expect(try world.store.hash(after: whole.0.last?.sequence ?? 0) == whole.0.last?.hash)
  }

  @Test func theKeyIsMadeOnceAndForItsOwnerOnly() throws {
    let data = DataDirectory(path: world.directory.path)
    #expect(try data.checkpointKey() == nil)
    let key = try data.makeCheckpointKey()
    #expect(try data.checkpointKey()?.publicKey == key.publicKey)
    let mode = try FileManager.default.attributesOfItem(atPath: data.checkpointKeyPath)[
      .posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: data.checkpointKeyPath)
    #expect(try thrown(StoreError.self) { try data.checkpointKey() }.code == .permission)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: data.checkpointKeyPath))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: data.checkpointKeyPath)
    #expect(try thrown(StoreError.self) { try data.checkpointKey() }.code == .corrupt)
  }
}
