import Foundation
import Testing

/// `writ doctor` names what is wrong and what helps, on whatever it finds, and changes nothing.
@Suite(.bounded) struct DoctorCommandTests {
  private func live(_ box: Sandbox) async throws -> Upstream {
    let upstream = try await Upstream(box, files: Manifest.few)
    try await box.writ("apply", "--repo", upstream.bare).expectDone()
    return upstream
  }

  private func check(_ report: JSON, _ name: String) -> JSON {
    report["checks"].items.first { $0["name"].string == name } ?? .null
  }

  private func image(_ box: Sandbox) async throws -> String {
    try await box.shell(
      "cd '\(box.data)'; find . -type f ! -size 0 ! -name '*-shm' | sort | xargs sha256sum")
  }

  @Test(arguments: [[], ["--deep"]]) func aHealthyStoreIsFine(_ more: [String]) async throws {
    try await Sandbox.with { box in
      let upstream = try await live(box)
      try await box.writ("backup").expectDone()
      let before = try await image(box)
      let words = ["doctor", "--repo", upstream.bare] + more
      let outcome = try await box.writ(words).expectDone()
      #expect(outcome.output.contains("all is well"), "\(outcome)")
      let report = try await box.writ(words + ["-o", "json"]).json()
      #expect(report["failures"].int == 0)
      #expect(report["warnings"].int == 0)
      let names = Set(report["checks"].items.compactMap { $0["name"].string })
      #expect(
        names.isSuperset(of: [
          "settings", "data directory", "free space", "locks", "SQLite", "database file", "schema",
          "pragmas (reading)", "pragmas (writing)", "integrity", "foreign keys", "clock",
          "write-ahead log", "backups", "server", "libgit2", "libyaml", "time zones", "source",
        ]), "\(names)")
      #expect(names.contains("journal") == !more.isEmpty)
      #expect(try await image(box) == before, "it reads only")
    }
  }

  /// Settings, what doctor finds, and a word of it.
  @Test(arguments: [
    ("mode: range", "failure", "none are named"),
    ("{mode: head, allowedSigners: SIGNERS}", "ok", "the keys can be read"),
    ("{mode: head, allowedSigners: /nowhere/signers}", "failure", "/nowhere/signers"),
    ("{mode: head, gpgKeyring: SIGNERS, gpgProgram: /nowhere/gpg}", "failure", "/nowhere/gpg"),
    ("{mode: head, gpgKeyring: SIGNERS}", "ok", "gpg is there"),
  ])
  func saysWhetherSignaturesCanBeJudged(_ verify: String, _ status: String, _ word: String)
    async throws
  {
    try await Sandbox.with { box in
      let upstream = try await live(box)
      let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"
      try box.write("ana@example.com \(key)\n", to: "signers")
      var text = verify.hasPrefix("{") ? "verify: \(verify)\n" : "verify:\n  \(verify)\n"
      text = text.replacingOccurrences(of: "SIGNERS", with: box.path + "/signers")
      try box.write(text, to: "data/writ.yaml")
      let report = try await box.writ("doctor", "--repo", upstream.bare, "-o", "json").json()
      let found = check(report, "signatures")
      #expect(found["status"].string == status, "\(report)")
      #expect(found["message"].string?.contains(word) == true, "\(found)")
    }
  }

  @Test func withoutADatabaseItSaysHowToGetOne() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let outcome = try await box.writ("doctor", "--repo", upstream.bare)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("writ apply"), "\(outcome)")
      #expect(!box.exists("data"), "it makes nothing")
    }
  }

  /// What was done to the store, the check that finds it, and a word of its help.
  struct Illness: Sendable, CustomTestStringConvertible {
    var script: String
    var check: String
    var help: String
    var words: [String] = []

    var testDescription: String { check + ": " + script }
  }

  @Test(arguments: [
    Illness(script: "chmod 770 .", check: "data directory", help: "chmod 700"),
    Illness(script: "chmod 666 writ.db", check: "database file", help: "chmod 600"),
    Illness(script: "echo text > writ.db", check: "database", help: "writ restore"),
    Illness(script: "truncate -s 5000 writ.db", check: "database", help: "writ restore"),
    Illness(script: "echo 'repository: [' > writ.yaml", check: "settings", help: "mend it"),
    Illness(
      script: "sql PRAGMA application_id=77", check: "schema", help: "--data-dir"),
    Illness(
      script: "sql INSERT INTO grdb_migrations VALUES ('v9999_future')", check: "schema",
      help: "run that version"),
    Illness(
      script: "sql PRAGMA journal_mode=DELETE", check: "pragmas (reading)", help: "writ reconcile"),
    Illness(
      script: "sql PRAGMA foreign_keys=OFF; DELETE FROM content", check: "foreign keys",
      help: "writ restore"),
    Illness(
      script: "sql DROP TRIGGER journal_is_append_only_update; UPDATE journal SET actor = 'bob'",
      check: "journal", help: "writ restore", words: ["--deep"]),
  ])
  func whatIsWrongIsAFailureWithHelp(_ illness: Illness) async throws {
    try await Sandbox.with { box in
      let upstream = try await live(box)
      if illness.script.hasPrefix("sql ") {
        _ = try await box.sql(String(illness.script.dropFirst(4)))
      } else {
        try await box.shell("rm -f writ.db-wal writ.db-shm; " + illness.script, directory: box.data)
      }
      let before = try await image(box)
      let words = ["doctor", "--repo", upstream.bare] + illness.words
      let report = try await box.writ(words + ["-o", "json"])
      #expect(report.code == 1, "\(report)")
      let found = check(try report.json(), illness.check)
      #expect(found["status"].string == "failure", "\(report)")
      #expect(found["hint"].string?.contains(illness.help) == true, "\(found)")
      let text = try await box.writ(words)
      #expect(text.code == 1)
      #expect(text.output.contains("failure"), "\(text)")
      #expect(try await image(box) == before, "it reads only")
    }
  }

  @Test func aClockBeforeTheLastEventIsAWarningEverywhere() async throws {
    try await Sandbox.with { box in
      let upstream = try await live(box)
      // As if the last event had been written by a clock that was an hour ahead: one more event
      // than the chain has, whose time alone matters here.
      _ = try await box.sql(
        """
        INSERT INTO journal SELECT sequence + 1, time + 3600000000000, actor, kind, subject, payload,
        previous_hash, hash FROM journal ORDER BY sequence DESC LIMIT 1
        """)
      let report = try await box.writ("doctor", "--repo", upstream.bare, "-o", "json").json()
      #expect(check(report, "clock")["status"].string == "warning", "\(report)")
      let status = try await box.writ("status", "--repo", upstream.bare)
      #expect(status.error.contains("the clock is behind"), "\(status)")
      try await box.writ("suspend").expectDone()
      let times = try await box.sql(
        "SELECT max(time) = (SELECT time FROM journal ORDER BY sequence DESC LIMIT 1) FROM journal")
      #expect(times == "1", "the new event is not before the one before it")
      let server = try await RunningServer.start(box, repository: upstream.bare)
      #expect(server.process.error.contains("the clock is behind"))
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func anAppliedCommitThatVanishedUpstreamIsNamed() async throws {
    try await Sandbox.with { box in
      _ = try await live(box)
      let other = try await Upstream(box, named: "other", files: ["manifests/x.yaml": "# nothing"])
      let report = try await box.writ("doctor", "--repo", other.bare, "-o", "json").json()
      let source = check(report, "source")
      #expect(source["status"].string == "warning", "\(report)")
      #expect(source["message"].string?.contains("is not in the repository") == true)
    }
  }
}
