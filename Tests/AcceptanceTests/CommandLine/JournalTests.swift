import Testing

/// `journal verify` finds what somebody changed by other means.
@Suite(.bounded) struct JournalTests {
  struct Tampering: Sendable, CustomTestStringConvertible {
    var name: String
    var statement: String
    /// The event that must be named.
    var event: Int

    var testDescription: String { name }
  }

  private static let unlock =
    "DROP TRIGGER journal_is_append_only_update; DROP TRIGGER journal_is_append_only_delete; "

  static let tamperings = [
    Tampering(
      name: "a payload", statement: "UPDATE journal SET payload = x'7B7D' WHERE sequence = 3",
      event: 3),
    Tampering(
      name: "an actor", statement: "UPDATE journal SET actor = 'cli:bob' WHERE sequence = 2",
      event: 2),
    Tampering(
      name: "a time", statement: "UPDATE journal SET time = time - 1 WHERE sequence = 4", event: 4),
    Tampering(
      name: "a hash", statement: "UPDATE journal SET hash = zeroblob(32) WHERE sequence = 2",
      event: 2),
    Tampering(name: "a gap", statement: "DELETE FROM journal WHERE sequence = 3", event: 4),
    Tampering(name: "the beginning", statement: "DELETE FROM journal WHERE sequence = 1", event: 2),
    Tampering(
      name: "a live row",
      statement: "UPDATE resource SET digest = zeroblob(32) WHERE name = 'beta'",
      event: 3),
    Tampering(
      name: "a live row too few", statement: "DELETE FROM resource WHERE name = 'gamma'", event: 4),
  ]

  @Test(arguments: tamperings) func verifyNamesTheEvent(_ tampering: Tampering) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let good = try await box.writ("journal", "verify")
      #expect(good.code == 0, "\(good)")
      #expect(good.output.contains("5 events"), "\(good)")
      _ = try await box.sql(Self.unlock + tampering.statement)
      let bad = try await box.writ("journal", "verify")
      #expect(bad.code == 1, "\(bad)")
      #expect(bad.output == "")
      #expect(bad.error.contains("event \(tampering.event)"), "\(bad)")
      let json = try await box.writ("journal", "verify", "-o", "json")
      #expect(json.code == 1)
      #expect(try json.json()["valid"].bool == false)
      #expect(try json.json()["broken"]["sequence"].int == tampering.event)
    }
  }

  @Test func theDatabaseItselfRefusesChanges() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      for statement in ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"] {
        let outcome = try await box.sqlite(statement)
        #expect(outcome.code != 0)
        #expect(outcome.error.contains("append-only"), "\(outcome)")
      }
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func limitAndSubjectChooseEvents() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      func sequences(_ words: String...) async throws -> [Int?] {
        try await box.writ(["journal", "-o", "json"] + words).json()["items"].items
          .map { $0["sequence"].int }
      }
      #expect(try await sequences("--limit", "2") == [4, 5])
      #expect(try await sequences("--after", "3") == [4, 5])
      #expect(try await sequences("--subject", "Job/beta").count == 1)
    }
  }
}
