import Engine
import Foundation
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct JournalTests {
  private let world: World
  private let raw: RawDatabase

  init() throws {
    world = try World()
    raw = try RawDatabase(world.databasePath)
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try world.apply(["manifests/b.yaml": Manifest.job("b")])
    try world.store.acknowledge(
      .massDelete, plan: String(repeating: "a", count: 16), actor: "cli:ana", reason: "why",
      at: world.wall.now())
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
  }

  private func head() throws -> Int64 {
    try world.store.events(JournalQuery(limit: 1)).first?.sequence ?? 0
  }

  @Test func theChainOfAnUntouchedJournalHolds() throws {
    #expect(try world.store.firstBrokenEvent() == nil)
    #expect(try head() == 7)
  }

  @Test func theChainOfAnEmptyJournalHolds() throws {
    #expect(try World().store.firstBrokenEvent() == nil)
  }

  @Test(arguments: [
    ("time", "time + 1"), ("actor", "'mallory'"), ("kind", "'resource.moved'"),
    ("subject", "'Job/other'"), ("payload", "x'7b7d'"), ("previous_hash", "zeroblob(32)"),
    ("hash", "zeroblob(32)"),
  ])
  func aChangedColumnIsFoundAtItsEvent(_ column: String, _ value: String) throws {
    for sequence in 2...7 {
      let copy = try JournalTests()
      try copy.raw.executeUntriggered(
        "UPDATE journal SET \(column) = \(value) WHERE sequence = \(sequence)")
      #expect(
        try copy.world.store.firstBrokenEvent()?.sequence == Int64(sequence), "event \(sequence)")
    }
  }

  /// A forger who computes the hash of the event anew is betrayed by the next one.
  @Test func aForgedEventIsFoundAtTheOneAfterIt() throws {
    let event = try world.store.events(JournalQuery(limit: 100))[2]
    let forged = JournalEvent(
      sequence: event.sequence, time: event.time, actor: "mallory", kind: event.kind,
      subject: event.subject, payload: event.payload, after: event.previousHash)
    try raw.executeUntriggered(
      "UPDATE journal SET actor = 'mallory', hash = ? WHERE sequence = ?",
      [Data(forged.hash.bytes), event.sequence])
    let broken = try #require(try world.store.firstBrokenEvent())
    #expect(broken.sequence == event.sequence + 1)
    #expect(broken.reason.contains("the event before"))
  }

  @Test func aRemovedEventIsFoundAtTheOneAfterIt() throws {
    try raw.executeUntriggered("DELETE FROM journal WHERE sequence = 3")
    let broken = try #require(try world.store.firstBrokenEvent())
    #expect(broken.sequence == 4)
    #expect(broken.reason.contains("missing"))
  }

  @Test func aRenumberedEventIsFound() throws {
    try raw.executeUntriggered("UPDATE journal SET sequence = 20 WHERE sequence = 7")
    #expect(try world.store.firstBrokenEvent()?.sequence == 20)
  }

  @Test func aCutEndIsFoundByTheLiveRows() throws {
    try raw.executeUntriggered("DELETE FROM journal WHERE sequence > 5")
    #expect(try world.store.firstBrokenEvent() != nil)
  }

  @Test(arguments: [
    "UPDATE resource SET digest = zeroblob(32) WHERE name = 'b'",
    "UPDATE resource SET name = 'c' WHERE name = 'b'",
    "DELETE FROM resource WHERE name = 'b'",
    "UPDATE content SET bytes = x'7b7d' WHERE id = 1",
    "UPDATE content SET bytes = x'7b7d' WHERE id = 2",
    "UPDATE resource SET content_id = 1 WHERE name = 'b'",
  ])
  func aRowChangedBehindTheJournalIsFound(_ statement: String) throws {
    try raw.executeUntriggered(statement)
    #expect(try world.store.firstBrokenEvent() != nil)
  }

  @Test(arguments: [
    "UPDATE journal SET actor = 'x'", "UPDATE journal SET hash = hash WHERE sequence = 1",
    "DELETE FROM journal", "DELETE FROM journal WHERE sequence = 7",
    "REPLACE INTO journal SELECT * FROM journal WHERE sequence = 7",
  ])
  func theJournalIsAppendOnly(_ statement: String) throws {
    let before = try raw.dump()
    #expect(throws: DatabaseError.self) { try raw.execute(statement) }
    #expect(try raw.dump() == before)
  }

  @Test func eventsAreTheNewestInAscendingOrder() throws {
    func sequences(_ query: JournalQuery) throws -> [Int64] {
      try world.store.events(query).map(\.sequence)
    }
    #expect(try sequences(JournalQuery(limit: 100)) == [1, 2, 3, 4, 5, 6, 7])
    #expect(try sequences(JournalQuery(limit: 2)) == [6, 7])
    #expect(try sequences(JournalQuery(after: 3, limit: 100)) == [4, 5, 6, 7])
    #expect(try sequences(JournalQuery(subject: "Job/a", limit: 100)) == [2, 7])
    #expect(try sequences(JournalQuery(subject: "Job/a", after: 2, limit: 100)) == [7])
    #expect(try sequences(JournalQuery(subject: "Job/none", limit: 100)) == [])
  }

  @Test func everythingThatChangesStateIsInTheJournal() throws {
    let time = world.wall.now()
    let start = try head()
    try world.store.setSuspended(
      Suspension(since: time, actor: "cli:ana", reason: "holiday"), actor: "cli:ana", at: time)
    try world.store.setSuspended(nil, actor: "cli:ana", at: time)
    try world.rollback(.previous)
    let root = try #require(try world.store.quarantine().first?.root)
    try world.store.clearQuarantine(root, actor: "cli:ana", at: time)
    let kinds = try world.store.events(JournalQuery(after: start, limit: 100)).map(\.kind.rawValue)
    #expect(
      kinds == [
        "reconcile.suspended", "reconcile.resumed", "plan.applied", "resource.updated",
        "content.quarantined", "quarantine.cleared",
      ])
    #expect(try world.store.firstBrokenEvent() == nil)
  }
}
