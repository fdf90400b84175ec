import Engine
import Foundation
import GRDB
import Persistence
import TestSupport
import Testing
import Workflows

/// What a connection must say holds on each one, however it came to be.
struct PragmaTests {
  private let wanted = ConnectionPragma.all.map(\.value)

  /// Reads back what each connection says while `held` readers are busy with something else.
  private func check(_ store: Store, held: Int = 4) throws {
    if held == 0 { return }
    let pragmas = try store.pragmas()
    #expect(pragmas.writer == wanted)
    #expect(pragmas.reader == wanted)
    // A reader that is in use is not given out again, so the next level sees another one.
    let isHeld = DispatchSemaphore(value: 0)
    let isDone = DispatchSemaphore(value: 0)
    let thread = Thread {
      _ = try? store.read { _ throws(StoreError) in
        isHeld.signal()
        isDone.wait()
      }
    }
    thread.start()
    isHeld.wait()
    defer { isDone.signal() }
    try check(store, held: held - 1)
  }

  @Test func theyHoldOnEveryConnectionAlsoWhenOpenedAgain() throws {
    let directory = try TemporaryDirectory()
    for _ in 1...2 { try check(Store(path: directory.path("writ.db"), access: .readWrite)) }
    try check(Store(path: directory.path("writ.db"), access: .readOnly), held: 1)
  }

  /// A file that was moved away under a store takes nothing with it.
  @Test func theyHoldAfterTheFileWasReplaced() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let copy = world.directory.path("copy.db")
    _ = try world.store.backUp(to: copy, at: world.wall.now())
    let old = world.directory.path("old.db")
    for suffix in ["", "-wal", "-shm"] {
      try FileManager.default.moveItem(
        atPath: world.databasePath + suffix, toPath: old + suffix)
    }
    let error = try thrown(StoreError.self) {
      try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    }
    #expect(error.message.contains("is gone"))
    #expect(!FileManager.default.fileExists(atPath: world.databasePath), "no new one is made")
    try FileManager.default.moveItem(atPath: copy, toPath: world.databasePath)
    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    try check(world.store)
    let fresh = try Store(path: world.databasePath, access: .readOnly)
    #expect(try fresh.events(JournalQuery(limit: 1)).last?.kind == .reconcileResumed)
    #expect(try fresh.firstBrokenEvent() == nil)
  }
}
