import Foundation
import Testing

/// Databases and data directories that cannot be used.
@Suite(.bounded) struct DatabaseTests {
  /// A live state, and a push that would change it.
  private func pending(_ box: Sandbox) async throws -> Upstream {
    let upstream = try await Upstream(box, files: Manifest.few)
    try await box.writ("apply", "--repo", upstream.bare)
    try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    try await upstream.push("more time")
    return upstream
  }

  @Test func aLockedDatabaseIsWaitedForAndThenNamed() async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      let before = try await box.liveState()
      let holder = try box.start([
        Program.python, "-u", "-c",
        """
        import sqlite3, sys, time
        database = sqlite3.connect(sys.argv[1], isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        sys.stdout.write("locked\\n")
        time.sleep(600)
        """, box.database,
      ])
      try await eventually("lock") { holder.output.contains("locked") ? true : nil }
      async let apply = box.writ("apply", "--yes", "--repo", upstream.bare)
      async let suspend = box.writ("suspend")
      async let reconcile = box.writ("reconcile", "--repo", upstream.bare)
      for outcome in try await [apply, suspend, reconcile] {
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.duration > .seconds(4), "it waits for the other one: \(outcome)")
        #expect(outcome.duration < .seconds(40), "\(outcome)")
        #expect(outcome.error.contains("locked by another process"), "\(outcome)")
        #expect(outcome.error.contains("fuser"), "it says what to do: \(outcome)")
      }
      // Reading goes on beside a writer.
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 2)
      holder.killGroup()
      try await holder.wait()
      #expect(try await box.liveState() == before)
      #expect(try await box.writ("apply", "--yes", "--repo", upstream.bare).code == 0)
    }
  }

  @Test(arguments: [(0, 4096), (4096, 65_536), (100, 16)])
  func aDamagedDatabaseIsNotTouched(_ offset: Int, _ count: Int) async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      try await box.shell(
        "rm -f '\(box.database)-wal' '\(box.database)-shm'; head -c \(count) /dev/zero "
          + "| tr '\\0' '\\377' | dd of='\(box.database)' bs=1 seek=\(offset) conv=notrunc 2>/dev/null"
      )
      let before = try await box.shell("sha256sum '\(box.database)'")
      for words in [
        ["plan", "--repo", upstream.bare], ["apply", "--yes", "--repo", upstream.bare], ["get"],
        ["reconcile", "--repo", upstream.bare], ["suspend"], ["journal", "verify"],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(words): \(outcome)")
        #expect(outcome.error.contains("damaged"), "\(words): \(outcome)")
        #expect(outcome.error.contains("move it away"), "\(words): \(outcome)")
      }
      let after = try await box.shell("sha256sum '\(box.database)'")
      #expect(after == before)
      // What the words say helps.
      try await box.shell("mv '\(box.database)' '\(box.path)/damaged.db'")
      #expect(try await box.writ("apply", "--yes", "--repo", upstream.bare).code == 0)
    }
  }

  @Test func aFileThatIsNoDatabaseIsNotTouched() async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      try await box.shell("rm '\(box.database)'*; echo 'not a database' > '\(box.database)'")
      for words in [
        ["plan", "--repo", upstream.bare], ["apply", "--yes", "--repo", upstream.bare],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains("is not one"), "\(outcome)")
      }
      #expect(try await box.shell("cat '\(box.database)'") == "not a database")
    }
  }

  @Test func aDatabaseOfANewerWritIsRefused() async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      _ = try await box.sql("INSERT INTO grdb_migrations (identifier) VALUES ('v9999_future')")
      for words in [
        ["plan", "--repo", upstream.bare], ["apply", "--yes", "--repo", upstream.bare], ["get"],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains("newer version"), "\(outcome)")
        #expect(outcome.error.contains("run that version"), "\(outcome)")
      }
    }
  }

  @Test func aDatabaseThatCannotBeWrittenIsReadOnly() async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      let before = try await box.liveState()
      guard let user = try await OrdinaryUser(box) else { return }
      try await box.shell(
        "rm -f '\(box.database)'-*; chmod 444 '\(box.database)'; "
          + user.owning(box.data))
      for words in [
        ["apply", "--yes", "--repo", upstream.bare], ["reconcile", "--repo", upstream.bare],
        ["suspend"],
      ] {
        let outcome = try await user.writ(words)
        #expect(outcome.code == 1, "\(words): \(outcome)")
        #expect(outcome.output == "")
        #expect(
          outcome.error.contains("cannot be written") || outcome.error.contains("Permission denied")
            || outcome.error.contains("cannot be opened"), "\(words): \(outcome)")
      }
      let plan = try await user.writ(["plan", "--repo", upstream.bare])
      #expect(plan.code == 2, "reading still works: \(plan)")
      try await box.shell(user.restoring(box.data))
      #expect(try await box.liveState() == before)
    }
  }

  @Test(arguments: [0o777, 0o770, 0o702])
  func aDataDirectoryThatOthersMayWriteToIsRefused(_ mode: Int) async throws {
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      try await box.shell("chmod \(String(mode, radix: 8)) '\(box.data)'")
      for words in [
        ["plan", "--repo", upstream.bare], ["apply", "--yes", "--repo", upstream.bare], ["get"],
        ["reconcile", "--repo", upstream.bare],
        ["serve", "--repo", upstream.bare, "--listen", "127.0.0.1:0"],
      ] {
        let outcome = try await box.writ(words, within: .seconds(20))
        #expect(outcome.code == 1, "\(words): \(outcome)")
        #expect(outcome.error.contains("can be written by other users"), "\(words): \(outcome)")
        #expect(outcome.error.contains("chmod 700"), "\(words): \(outcome)")
      }
    }
  }

  @Test func aDataDirectoryOfAnotherUserIsRefused() async throws {
    guard Program.isRoot else {
      note("skipped: only root can make a data directory of another user")
      return
    }
    try await Sandbox.with { box in
      let upstream = try await pending(box)
      try await box.shell("chown 65534 '\(box.data)'")
      for words in [
        ["plan", "--repo", upstream.bare], ["apply", "--yes", "--repo", upstream.bare], ["get"],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(words): \(outcome)")
        #expect(outcome.error.contains("belongs to user 65534"), "\(words): \(outcome)")
        #expect(outcome.error.contains("--data-dir"), "\(words): \(outcome)")
      }
    }
  }

  @Test func aDataDirectoryThatIsAFileIsRefused() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try box.write("text", to: "data")
      let outcome = try await box.writ("apply", "--yes", "--repo", upstream.bare)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.error.contains("not a directory"), "\(outcome)")
      #expect(outcome.error.contains("--data-dir"), "\(outcome)")
    }
  }

  @Test func whatItMakesIsForItsUserAlone() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(try await box.shell("stat -c %a '\(box.data)'") == "700")
      #expect(try await box.shell("stat -c %a '\(box.data)/mirror.git'") == "700")
    }
  }

  @Test func theSecondServerOnADataDirectoryIsRefused() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      let second = try await box.writ(
        "serve", "--repo", upstream.bare, "--listen", "127.0.0.1:0", within: .seconds(20))
      #expect(second.code == 1, "\(second)")
      #expect(second.error.contains("another server runs"), "\(second)")
      #expect(second.error.contains("process \(server.process.id)"), "\(second)")
      #expect(second.error.contains("--data-dir"), "\(second)")
      #expect(try await server.send(WebRequest(path: "/healthz")).status == 200)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func aPortThatIsTakenIsNamed() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let taken = try LoopbackSocket.Silent()
      let outcome = try await box.writ(
        "serve", "--repo", upstream.bare, "--listen", "127.0.0.1:\(taken.port)",
        within: .seconds(30))
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.error.contains("\(taken.port)"), "\(outcome)")
      #expect(outcome.error.contains("--listen"), "it says what to do: \(outcome)")
    }
  }
}

/// Somebody whom file modes bind: the current user, or nobody where that is root.
struct OrdinaryUser {
  private let box: Sandbox
  private let prefix: [String]
  private let binary: String

  /// Nil, with a word on why, where no such user can run the binary.
  init?(_ box: Sandbox) async throws {
    self.box = box
    guard Program.isRoot else {
      prefix = []
      binary = Program.writ
      return
    }
    guard let setpriv = Program.setpriv else {
      note("skipped: there is no setpriv to become another user with")
      return nil
    }
    prefix = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    let canRun = try await box.run(prefix + [Program.writ, "--version"]).code == 0
    binary = canRun ? Program.writ : box.path + "/writ"
    if !canRun { try await box.shell("cp '\(Program.writ)' '\(binary)'; chmod 755 '\(binary)'") }
  }

  func writ(_ arguments: [String]) async throws -> Outcome {
    try await box.run(prefix + [binary] + arguments, environment: ["WRIT_DATA_DIR": box.data])
  }

  /// A command that gives `path` to this user.
  func owning(_ path: String) -> String {
    prefix.isEmpty ? "true" : "chown -R 65534:65534 '\(path)'"
  }

  /// A command that gives `path` back, writable.
  func restoring(_ path: String) -> String {
    "chmod 700 '\(path)'; chmod 644 '\(path)'/writ.db*"
      + (prefix.isEmpty ? "" : "; chown -R 0:0 '\(path)'")
  }
}
