import Engine
import Foundation
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// An older database is migrated step by step, after a backup that was read back.
struct UpgradeTests {
  private let world: World
  private let data: DataDirectory
  private let old: FirstSchema
  private static let time = Timestamp(nanoseconds: 1_795_262_100_000_000_000)

  init() throws {
    world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    try world.apply(["manifests/a.yaml": nil])
    try world.store.acknowledge(
      .massDelete, plan: "0123456789abcdef", actor: "cli:ana", reason: "", at: world.wall.now())
    data = DataDirectory(path: world.directory.path("old"))
    try data.prepare()
    old = try FirstSchema(world, at: data.databasePath)
  }

  private func open(
    upgrade: StoreUpgrade? = StoreUpgrade(actor: "upgrade", time: time, kept: 10)
  ) throws -> Store {
    try Store(path: old.path, access: .readWrite, upgrade: upgrade)
  }

  private func applied(_ path: String) throws -> [String] {
    try DatabaseQueue(path: path).read {
      try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
    }
  }

  @Test func everythingIsThereAfterwards() throws {
    let before = try world.image()
    let store = try open()
    #expect(try store.status().live.root == world.root())
    #expect(try store.records(kind: nil, name: nil).map(\.resource.key.description) == ["Job/b"])
    #expect(try store.acknowledgements() == world.store.acknowledgements())
    let events = try store.events(JournalQuery(limit: 100))
    #expect(try events.dropLast() == world.store.events(JournalQuery(limit: 100))[...])
    #expect(try store.firstBrokenEvent() == nil)
    #expect(try applied(old.path).count > 1)
    #expect(try world.image() == before, "the other one is as it was")
  }

  @Test func aBackupIsMadeFirstAndNotedAfterwards() throws {
    let store = try open()
    let entry = try #require(data.backups.entries().first)
    #expect(data.backups.entries().count == 1)
    #expect(entry.name == "writ-20261121T115500Z-v0001.db")
    #expect(try applied(entry.path) == ["v0001_initial"])
    let event = try #require(try store.events(JournalQuery(limit: 1)).last)
    #expect(event.kind == .backupMade)
    #expect(event.subject == entry.name)
    #expect(event.actor == "upgrade")
    let payload = try #require(Value(canonical: event.payload))
    #expect(payload["schema"]?.string == "v0001_initial")
    #expect(payload["root"]?.string == (try world.root().description))
    // One file that can be read where nothing can be written.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: data.backups.path).sorted()
        == [".lock", entry.name])
  }

  @Test func theBackupCanBeRestoredAndMigratedAgain() throws {
    _ = try open()
    let entry = try #require(data.backups.entries().first)
    let staged = try StagedRestore(
      file: entry.path, into: data, actor: "cli:ana", time: Self.time)
    #expect(staged.facts.schema == "v0001_initial")
    _ = try staged.commit(actor: "cli:ana", at: Self.time)
    let store = try open()
    #expect(try store.status().live.root == world.root())
    #expect(try store.firstBrokenEvent() == nil)
  }

  @Test func withoutWordOnABackupNothingIsMigrated() throws {
    let before = try world.directory.read("old/writ.db")
    let error = try thrown(StoreError.self) { try open(upgrade: nil) }
    #expect(error.code == .olderSchema)
    #expect(error.message.contains("v0001_initial"))
    #expect(try world.directory.read("old/writ.db") == before)
  }

  @Test func withoutABackupNothingIsMigrated() throws {
    // A file where the folder would be.
    try world.directory.write("in the way", to: "old/backups")
    let error = try thrown(StoreError.self) { try open() }
    #expect(error.message.contains("backups"))
    #expect(try applied(old.path) == ["v0001_initial"])
  }

  /// The version is written in the transaction of its step: where it cannot be, nothing of the step
  /// is there, and the steps before it are.
  @Test func aStepThatFailsLeavesNothingOfItself() throws {
    let steps = try applied(world.databasePath)
    let broken = try #require(steps.last)
    let schema = try schemaAfter(steps.dropLast())
    try RawDatabase(old.path).execute(
      """
      CREATE TRIGGER grdb_refuses BEFORE INSERT ON grdb_migrations WHEN NEW.identifier = '\(broken)'
      BEGIN SELECT RAISE (ABORT, 'power cut'); END
      """)
    let error = try thrown(StoreError.self) { try open() }
    #expect(error.message.contains("power cut"))
    #expect(try applied(old.path) == Array(steps.dropLast()))
    #expect(try Self.schema(old.path) == schema)
    try RawDatabase(old.path).execute("DROP TRIGGER grdb_refuses")
    #expect(try open().status().live.root == world.root())
    #expect(try applied(old.path) == steps)
  }

  /// The schema that the steps make of a first schema, when a later one is not to come.
  private func schemaAfter(_ steps: ArraySlice<String>) throws -> [String] {
    let path = world.directory.path("stopped.db")
    let stopped = try FirstSchema(world, at: path)
    let raw = try RawDatabase(stopped.path)
    try raw.execute(
      """
      CREATE TRIGGER grdb_refuses BEFORE INSERT ON grdb_migrations
      WHEN NEW.identifier > '\(steps.last ?? "")'
      BEGIN SELECT RAISE (ABORT, 'enough'); END
      """)
    _ = try? Store(
      path: path, access: .readWrite,
      upgrade: StoreUpgrade(actor: "upgrade", time: Self.time, kept: nil))
    return try Self.schema(path)
  }

  private static func schema(_ path: String) throws -> [String] {
    try DatabaseQueue(path: path).read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
          WHERE name NOT LIKE 'grdb_%' ORDER BY type, name
          """)
    }
  }
}
