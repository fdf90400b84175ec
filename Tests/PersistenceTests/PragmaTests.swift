import Engine
import Foundation
import GRDB
import Persistence
import TestSupport
import Testing

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

  @Test func theyHoldAfterAConnectionBroke() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    // Whoever has a file open that another one took the place of cannot write any more.
    let copy = world.directory.path("copy.db")
    _ = try world.store.backUp(to: copy, at: world.wall.now())
    try FileManager.default.moveItem(
      atPath: world.databasePath, toPath: world.directory.path("old.db"))
    for suffix in ["-wal", "-shm"] {
      _ = try? FileManager.default.removeItem(atPath: world.databasePath + suffix)
    }
    try FileManager.default.moveItem(atPath: copy, toPath: world.databasePath)
    let error = try thrown(StoreError.self) {
      try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    }
    #expect(error.message.contains("replaced while it was open"), "\(error)")
    // The next call finds the new file.
    try world.store.setSuspended(nil, actor: "cli:ana", at: world.wall.now())
    try check(world.store)
    #expect(try world.store.firstBrokenEvent() == nil)
  }
}
