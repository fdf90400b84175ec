import Foundation
import Testing

/// `writ backup` and `writ restore`, as an operator types them.
@Suite(.bounded) struct BackupCommandTests {
  @Test func aBackupIsMadeBesideARunningServerAndRestoredWithoutIt() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let first = try await box.liveState()
      let backup = try await box.writ("backup", "-o", "json").expectDone().json()
      let path = try #require(backup["path"].string)
      #expect(backup["stateRoot"].string == first.root)
      #expect(backup["revision"].string == first.revision)
      #expect(try await box.shell("stat -c %a '\(path)'") == "600")
      #expect(backup["size"].int == (try await Int(box.shell("stat -c %s '\(path)'"))))

      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let revision = try await upstream.push("more time")
      try await server.hook()
      try await server.live(revision)
      let second = try await box.liveState()

      let refused = try await box.writ("restore", "--yes", path)
      #expect(refused.code == 1, "\(refused)")
      #expect(refused.error.contains("a server runs"), "\(refused)")
      #expect(refused.error.contains("stop it first"), "\(refused)")
      #expect(try await box.liveState() == second)
      #expect(try await server.stop().code == 0)

      let name = path.split(separator: "/").last.map(String.init) ?? ""
      let restored = try await box.writ("restore", "--yes", name).expectDone()
      #expect(restored.output.contains("writ plan"), "it says what comes next: \(restored)")
      #expect(restored.output.contains("backups/replaced-"), "\(restored)")
      #expect(try await box.liveState().root == first.root)
      #expect(try await box.writ("journal", "verify").code == 0)
      let last = try await box.writ("journal", "-o", "json", "--limit", "1").json()
      #expect(last["items"][0]["kind"].string == "store.restored", "\(last)")
      // git is ahead of it, and that is an ordinary plan; a server goes on by itself.
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 2)
      let next = try await RunningServer.start(box, repository: upstream.bare)
      try await next.live(revision)
      #expect(try await box.liveState().root == second.root)
      #expect(try await next.stop().code == 0)
    }
  }

  @Test func onlySoManyStay() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare).expectDone()
      try box.write("backups: {keep: 2}\n", to: "data/writ.yaml")
      try box.write("mine", to: "data/backups/before-the-move.db")
      for _ in 1...3 { try await box.writ("backup").expectDone() }
      let last = try await box.writ("backup").expectDone()
      #expect(last.output.contains("deleted the older backup writ-"), "\(last)")
      let items = try await box.writ("backup", "list", "-o", "json").json()["items"].items
      #expect(items.count == 2)
      let times = items.compactMap { $0["time"].string }
      #expect(times == times.sorted().reversed())
      #expect(try await box.writ("backup", "list").output.contains("WHEN"))
      #expect(box.exists("data/backups/before-the-move.db"))
    }
  }

  @Test func aNamedFileIsNeverOverwritten() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare).expectDone()
      let made = try await box.writ("backup", "mine.db").expectDone()
      #expect(made.output.contains(box.path + "/mine.db"), "\(made)")
      let again = try await box.writ("backup", "mine.db")
      #expect(again.code == 1, "\(again)")
      #expect(again.error.contains("overwrites nothing"), "\(again)")
      #expect(again.error.contains("name another file"), "\(again)")
      #expect(try await box.writ("backup", "list").error.contains("there is no backup"))
    }
  }

  @Test func aDiskThatTakesNothingStillGivesABackupElsewhere() async throws {
    try await Sandbox.with { box in
      let library = try await FaultLibrary(box)
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare).expectDone()
      try library.set(ENOSPC, "write openw truncate")
      let backup = try await box.writ("backup", "rescue.db", environment: library.switched)
      #expect(backup.code == 0, "\(backup)")
      #expect(backup.error.contains("the journal does not know of it"), "\(backup)")
      let inside = try await box.writ("backup", environment: library.switched)
      #expect(inside.code == 1, "\(inside)")
      #expect(inside.error.contains("cannot"), "\(inside)")
      let other = box.path + "/other"
      try await box.writ("restore", "--yes", "rescue.db", "--data-dir", other).expectDone()
      let status = try await box.writ("status", "-o", "json", "--data-dir", other).json()
      #expect(try await box.liveState().root == status["stateRoot"].string)
    }
  }
}
