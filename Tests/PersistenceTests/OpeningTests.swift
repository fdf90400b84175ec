import Engine
import Foundation
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// A database that cannot be used is refused with a code, words and what to do.
struct OpeningTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path("writ.db") }

  init() throws { directory = try TemporaryDirectory() }

  private func open(_ access: Store.Access) throws -> StoreError {
    try thrown(StoreError.self) { try Store(path: path, access: access) }
  }

  private func create() throws {
    _ = try Store(path: path, access: .readWrite)
  }

  @Test func aNewDatabaseIsEmptyAndWhole() throws {
    let store = try Store(path: path, access: .readWrite)
    let status = try store.status()
    #expect(status.live == .empty)
    #expect(status.isExact)
    #expect(status.roots == [])
    #expect(status.appliedAt == nil)
    #expect(status.suspension == nil)
    #expect(try store.conditions().isEmpty)
    #expect(try store.firstBrokenEvent() == nil)
  }

  @Test func anotherStartFindsWhatWasThere() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let root = try world.root()
    #expect(try Store(path: world.databasePath, access: .readWrite).status().live.root == root)
    #expect(try Store(path: world.databasePath, access: .readOnly).status().live.root == root)
  }

  @Test func readingMakesNoDatabase() throws {
    let error = try open(.readOnly)
    #expect(error.code == .permission || error.code == .notFound)
    #expect(error.message.contains(path))
    #expect(error.hint != nil)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFolderThatIsMissingIsNamed() throws {
    let error = try thrown(StoreError.self) {
      try Store(path: directory.path("none/writ.db"), access: .readWrite)
    }
    #expect(error.code == .permission)
    #expect(error.message.contains("none/writ.db"))
    #expect(error.hint != nil)
  }

  @Test(arguments: [Store.Access.readOnly, .readWrite])
  func aFileThatIsNoDatabaseIsRefusedUntouched(_ access: Store.Access) throws {
    let text = String(repeating: "This is no database. ", count: 500)
    try directory.write(text, to: "writ.db")
    let error = try open(access)
    #expect(error.code == .corrupt)
    #expect(error.message.contains(path))
    #expect(error.hint?.contains("backup") == true)
    #expect(try directory.read("writ.db") == Array(text.utf8))
  }

  @Test(arguments: [Store.Access.readOnly, .readWrite])
  func aDamagedDatabaseIsRefused(_ access: Store.Access) throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try RawDatabase(world.databasePath).checkpoint()
    var bytes = try world.directory.read("writ.db")
    #expect(bytes.count > 8192)
    // The header stays; what it leads to is noise.
    for index in 100..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    try directory.write(bytes, to: "writ.db")
    let error = try open(access)
    #expect(error.code == .corrupt)
    #expect(error.hint != nil)
  }

  /// SQLite would delete the log, which may be all that is left.
  @Test(arguments: [Store.Access.readOnly, .readWrite])
  func anEmptyFileWithALogIsRefusedUntouched(_ access: Store.Access) throws {
    try directory.write([], to: "writ.db")
    try directory.write("frames", to: "writ.db-wal")
    #expect(try open(access).code == .corrupt)
    #expect(try directory.read("writ.db-wal") == Array("frames".utf8))
  }

  @Test func aCutDatabaseIsRefused() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try RawDatabase(world.databasePath).checkpoint()
    try directory.write(Array(try world.directory.read("writ.db").prefix(3000)), to: "writ.db")
    #expect(try open(.readWrite).code == .corrupt)
  }

  @Test(arguments: [Store.Access.readOnly, .readWrite])
  func aDatabaseOfANewerWritIsRefusedUntouched(_ access: Store.Access) throws {
    try create()
    let raw = try RawDatabase(path)
    try raw.execute("INSERT INTO grdb_migrations (identifier) VALUES ('v9999_tomorrow')")
    let before = try raw.dump()
    let error = try open(access)
    #expect(error.code == .newerSchema)
    #expect(error.message.contains("newer"))
    // Both versions, and both ways out.
    #expect(error.message.contains("v9999_tomorrow"))
    #expect(error.message.contains("this version knows up to v0"))
    #expect(error.hint?.contains("run that version") == true)
    #expect(error.hint?.contains("writ restore") == true)
    #expect(try raw.dump() == before)
  }

  @Test(
    arguments: [Store.Access.readOnly, .readWrite],
    ["PRAGMA application_id = 252006674; CREATE TABLE layer (id)", "CREATE TABLE invoice (id)"])
  func aDatabaseOfAnotherApplicationIsRefusedUntouched(
    _ access: Store.Access, _ sql: String,
  ) throws {
    try RawDatabase(path).execute(sql)
    let before = try directory.read("writ.db")
    let error = try open(access)
    #expect(error.code == .otherApplication)
    #expect(error.message.contains(path))
    #expect(error.message.contains("application id is 0xf05") || error.message.contains("invoice"))
    #expect(error.hint?.contains("--data-dir") == true)
    #expect(try directory.read("writ.db") == before)
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: directory.path).contains("backups"))
  }

  @Test func theFileSaysWhoseItIsAndBelongsToItsUserAlone() throws {
    try create()
    #expect(try Array(directory.read("writ.db")[68..<72]) == Array("Writ".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func aFileWithoutTablesIsNoStateYet() throws {
    try directory.write([], to: "writ.db")
    let error = try open(.readOnly)
    #expect(error.code == .noSchema)
    #expect(error.hint?.contains("writ apply") == true)
    #expect(try Store(path: path, access: .readWrite).status().live == .empty)
  }

  @Test func aReadOnlyStoreWritesNothing() throws {
    try create()
    let raw = try RawDatabase(path)
    let before = try raw.dump()
    let store = try Store(path: path, access: .readOnly)
    let time = Timestamp(seconds: 1)
    let error = try thrown(StoreError.self) {
      try store.setSuspended(nil, actor: "cli:ana", at: time)
    }
    #expect(error.code == .readOnly)
    #expect(error.hint != nil)
    #expect(try raw.dump() == before)
  }

  @Test func aLockThatLastsIsAnErrorInWords() throws {
    try create()
    let store = try Store(path: path, access: .readWrite)
    let error = try RawDatabase(path).withWriteLock {
      try thrown(StoreError.self) {
        try store.setSuspended(nil, actor: "cli:ana", at: Timestamp(seconds: 1))
      }
    }
    #expect(error.code == .busy)
    #expect(error.message.contains("locked by another process"))
    #expect(error.hint != nil)
    // And when the lock is gone, all is well.
    try store.setSuspended(nil, actor: "cli:ana", at: Timestamp(seconds: 1))
  }

  @Test func readingGoesOnWhileAnotherWrites() throws {
    try create()
    let store = try Store(path: path, access: .readOnly)
    let status = try RawDatabase(path).withWriteLock { try store.status() }
    #expect(status.live == .empty)
  }

  @Test func everyTableIsStrictAndForeignKeysHold() throws {
    try create()
    let loose = try DatabaseQueue(path: path).read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM pragma_table_list
          WHERE type = 'table' AND schema = 'main' AND strict = 0
            AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY name
          """)
    }
    #expect(loose == [])
  }
}
