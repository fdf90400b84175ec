import Engine
import Foundation
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// A backup is one whole file that was read back; old ones go, and nothing else does.
struct BackupTests {
  private let world: World
  private var directory: BackupDirectory { BackupDirectory(path: world.directory.path("backups")) }

  init() throws {
    world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test func hasWhatTheDatabaseHasAndBelongsToItsUserAlone() throws {
    let backup = try world.store.backUp(into: directory, at: world.wall.now())
    #expect(backup.facts == (try world.store.facts()))
    #expect(backup.name == "writ-20260105T120001Z-\(backup.facts.schemaNumber).db")
    #expect(try names() == [".lock", backup.name])
    let attributes = try FileManager.default.attributesOfItem(atPath: backup.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(attributes[.size] as? Int == Int(backup.size))
    let copy = try Store(path: backup.path, access: .readOnly)
    #expect(try copy.status().live.root == world.root())
    #expect(try copy.firstBrokenEvent() == nil)
  }

  @Test func overwritesNothing() throws {
    try world.directory.write("mine", to: "here.db")
    let error = try thrown(StoreError.self) {
      try world.store.backUp(to: world.directory.path("here.db"), at: world.wall.now())
    }
    #expect(error.message.contains("overwrites nothing"))
    #expect(error.hint != nil)
    #expect(try world.directory.read("here.db") == Array("mine".utf8))
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: world.directory.path)
        .contains { $0.hasSuffix(".partial") })
  }

  @Test func twoOfOneSecondAreTwo() throws {
    let first = try world.store.backUp(into: directory, at: world.wall.now())
    let second = try world.store.backUp(into: directory, at: world.wall.now())
    #expect(second.name == first.name.dropLast(3) + "-2.db")
    #expect(directory.entries().map(\.name) == [second.name, first.name])
  }

  @Test func theOldestGoAndStrangersStay() throws {
    var made: [String] = []
    for _ in 1...4 {
      made.append(try world.store.backUp(into: directory, at: world.wall.now()).name)
      world.wall.advance(seconds: 1)
    }
    let strangers = [
      "replaced-20200101T000000Z.db", "writ-copy.db", "writ-20200101T000000Z-v0001.db.gz",
      "writ-2020-v0001.db", "writ-20200101T000000Z-v0001-1.db", "notes.txt",
    ]
    for name in strangers { try world.directory.write("mine", to: "backups/\(name)") }
    #expect(try directory.prune(keeping: 2) == [made[1], made[0]])
    #expect(directory.entries().map(\.name) == [made[3], made[2]])
    #expect(try Set(names()).isSuperset(of: strangers))
    #expect(try directory.prune(keeping: 0) == [made[2]], "the newest always stays")
  }

  @Test func whatADeadProcessLeftHalfMadeIsTakenAway() throws {
    let leftover = "writ-20200101T000000Z-v0001.db.partial"
    try world.directory.write("half", to: "backups/\(leftover)")
    try world.directory.write("mine", to: "backups/other.partial")
    _ = try world.store.backUp(into: directory, at: world.wall.now())
    #expect(try !names().contains(leftover))
    #expect(try names().contains("other.partial"))
  }

  @Test func aDamagedDatabaseMakesNoBackup() throws {
    try RawDatabase(world.databasePath).execute(
      "UPDATE resource SET name = 'b' WHERE name = 'a'")
    let error = try thrown(StoreError.self) {
      try world.store.backUp(into: directory, at: world.wall.now())
    }
    #expect(error.message.contains("state root"))
    #expect(directory.entries() == [])
  }
}
