import Engine
import Foundation
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// A restore checks before it replaces, and keeps what it replaces.
struct RestoreTests {
  private let world: World
  private let data: DataDirectory
  private let backup: Backup
  private let newer: Digest

  /// A live database in `data`, and a backup of an earlier state of it.
  init() throws {
    world = try World()
    data = DataDirectory(path: world.directory.path)
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    backup = try world.store.backUp(into: data.backups, at: world.wall.now())
    try world.apply(["manifests/b.yaml": Manifest.job("b")])
    newer = try world.root()
  }

  private func stage(_ file: String) throws -> StagedRestore {
    try StagedRestore(file: file, into: data, actor: "cli:ana", time: world.wall.now())
  }

  private func live() throws -> Store { try Store(path: data.databasePath, access: .readWrite) }

  private func leftovers() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: data.path)
      .filter { $0.contains("restoring") }
  }

  @Test func theStateIsTheBackupsAndTheOldOneIsKept() throws {
    let head = try world.store.facts()
    world.store.close()
    let replaced = try #require(
      try stage(backup.path).commit(actor: "cli:ana", at: world.wall.now()))
    #expect(replaced.facts == head)
    let store = try live()
    #expect(try store.status().live.root == backup.facts.root)
    #expect(try store.firstBrokenEvent() == nil)
    let event = try #require(try store.events(JournalQuery(limit: 1)).last)
    #expect(event.kind == .storeRestored)
    #expect(event.actor == "cli:ana")
    #expect(event.subject == replaced.name)
    let payload = try #require(Value(canonical: event.payload))
    #expect(payload["replaced"]?["head"]?.string == head.head.description)
    #expect(payload["replaced"]?["root"]?.string == newer.description)
    #expect(payload["from"]?["root"]?.string == backup.facts.root.description)
    let old = try Store(path: replaced.path, access: .readOnly)
    #expect(try old.status().live.root == newer)
    #expect(try leftovers() == [])
    #expect(data.backups.entries().map(\.name) == [backup.name])
  }

  @Test func whatIsDiscardedLeavesNoTrace() throws {
    let before = try world.image()
    try stage(backup.path).discard()
    #expect(try world.image() == before)
    #expect(try leftovers() == [])
  }

  @Test func nothingIsReplacedWhileSomebodyHasItOpen() throws {
    let before = try world.image()
    let error = try thrown(StoreError.self) {
      try stage(backup.path).commit(actor: "cli:ana", at: world.wall.now())
    }
    #expect(error.code == .busy)
    #expect(error.hint?.contains("fuser") == true)
    #expect(try world.image() == before)
    #expect(try leftovers() == [])
  }

  @Test func aDamagedDatabaseIsKeptAsItIsWithItsLog() throws {
    world.store.close()
    try world.directory.write("no database at all", to: "writ.db")
    try world.directory.write("nor a log", to: "writ.db-wal")
    let replaced = try #require(
      try stage(backup.path).commit(actor: "cli:ana", at: world.wall.now()))
    #expect(replaced.facts == nil)
    #expect(try live().status().live.root == backup.facts.root)
    #expect(
      try Data(contentsOf: URL(filePath: replaced.path)) == Data("no database at all".utf8))
    #expect(
      try Data(contentsOf: URL(filePath: replaced.path + "-wal")) == Data("nor a log".utf8))
  }

  @Test func whereThereWasNothingNothingIsKept() throws {
    let empty = DataDirectory(path: world.directory.path("empty"))
    try empty.prepare()
    let staged = try StagedRestore(
      file: backup.path, into: empty, actor: "cli:ana", time: world.wall.now())
    #expect(try staged.commit(actor: "cli:ana", at: world.wall.now()) == nil)
    #expect(
      try Store(path: empty.databasePath, access: .readOnly).status().live.root
        == backup.facts.root)
  }

  // MARK: What is refused

  enum Damage: CaseIterable {
    case missing, folder, text, cut, newer, stranger, empty, edited, row, live

    var code: StoreError.Code {
      switch self {
      case .missing, .folder: .notFound
      case .text, .cut, .edited, .row: .corrupt
      case .newer: .newerSchema
      case .stranger: .otherApplication
      case .empty: .noSchema
      case .live: .other
      }
    }
  }

  @Test(arguments: Damage.allCases)
  func whatIsNoWholeBackupIsRefusedAndNothingChanges(_ damage: Damage) throws {
    let before = try world.image()
    let file = world.directory.path("file.db")
    try FileManager.default.copyItem(atPath: backup.path, toPath: file)
    var name = file
    switch damage {
    case .missing: name = world.directory.path("none.db")
    case .folder: name = data.backups.path
    case .text: try world.directory.write(String(repeating: "text ", count: 500), to: "file.db")
    case .cut:
      try world.directory.write(
        Array(try world.directory.read("file.db").prefix(9000)), to: "file.db")
    case .newer:
      try RawDatabase(file).execute(
        "INSERT INTO grdb_migrations (identifier) VALUES ('v9999_tomorrow')")
    case .stranger:
      try FileManager.default.removeItem(atPath: file)
      try RawDatabase(file).execute("CREATE TABLE invoice (id)")
    case .empty: try world.directory.write([], to: "file.db")
    case .edited:
      try RawDatabase(file).executeUntriggered(
        "UPDATE journal SET actor = 'cli:bob' WHERE sequence = 1")
    case .row: try RawDatabase(file).execute("UPDATE resource SET name = 'z' WHERE name = 'a'")
    case .live: name = data.databasePath
    }
    let error = try thrown(StoreError.self) { try stage(name) }
    #expect(error.code == damage.code, "\(error)")
    #expect(error.message.contains(name), "\(error)")
    #expect(error.hint != nil)
    #expect(try world.image() == before)
    #expect(try leftovers() == [])
  }

  @Test func aServerOrAPassStandsInTheWay() throws {
    for path in [data.serverLockPath, data.passLockPath] {
      let lock = try FileLock(path: path)
      let error = try thrown(StoreError.self) { _ = try StoreExclusion(data) }
      #expect(error.code == .busy)
      #expect(error.hint != nil)
      withExtendedLifetime(lock) {}
    }
    _ = try StoreExclusion(data)
  }
}
