import Foundation
import Testing

/// What somebody changes behind Writ's back, and what is changed by `writ edit`.
@Suite(.bounded) struct DriftTests {
  private static let vandalism = """
    UPDATE content SET bytes = CAST(replace(CAST(bytes AS TEXT), '"5m"', '"8h"') AS BLOB)
    WHERE id = (SELECT content_id FROM resource WHERE name = 'alpha')
    """

  private func applied(_ box: Sandbox) async throws -> (Upstream, Sandbox.LiveState) {
    let upstream = try await Upstream(box, files: Manifest.few)
    #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
    return (upstream, try await box.liveState())
  }

  @Test func aHandEditIsShownFieldByFieldAndRepaired() async throws {
    try await Sandbox.with { box in
      let (upstream, before) = try await applied(box)
      let none = try await box.writ("drift")
      #expect(none.code == 0, "\(none)")
      _ = try await box.sql(Self.vandalism)
      _ = try await box.sql("DELETE FROM resource WHERE name = 'gamma'")

      let drift = try await box.writ("drift")
      #expect(drift.code == 2, "\(drift)")
      for words in [
        "Job/alpha differs", "by update of content", "- 5m", "+ 8h", "manifests/alpha.yaml",
        "Job/gamma was deleted", "by delete from resource",
      ] {
        #expect(drift.output.contains(words), "no \(words) in \(drift)")
      }
      let json = try await box.writ("drift", "Job/alpha", "-o", "json").json()
      #expect(json["items"].items.count == 1)
      #expect(json["items"].items.first?["fields"].items.first?["new"].string == "8h")
      let status = try await box.writ("status", "--repo", upstream.bare)
      #expect(status.output.contains("drifted: Job/alpha, Job/gamma"), "\(status)")

      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 2, "\(plan)")
      #expect(plan.output.contains("drifted, timeout 8h → 5m"), "\(plan)")
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 0)
      #expect(try await box.liveState().root == before.root)
      #expect(try await box.writ("drift").code == 0)
      #expect(try await box.writ("journal", "verify").code == 0)
      let journal = try await box.writ("journal", "--subject", "Job/alpha")
      #expect(journal.output.contains("resource.drifted"), "\(journal)")
    }
  }

  @Test func aServerPutsItBackByItself() async throws {
    try await Sandbox.with { box in
      let (upstream, before) = try await applied(box)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      _ = try await box.sql(Self.vandalism)
      let answer = try await box.writ("reconcile", "--wait", "--repo", upstream.bare)
      #expect(answer.code == 0, "\(answer)")
      #expect(try await box.liveState().root == before.root)
      #expect(try await box.writ("get", "Job/alpha").output.contains("timeout: \"5m\""))
    }
  }

  @Test func aMistakeInGitDoesNotKeepWhatSomebodyDid() async throws {
    try await Sandbox.with { box in
      let (upstream, before) = try await applied(box)
      try upstream.write("kind: Jop\n", to: "manifests/beta.yaml")
      try await upstream.push("a slip")
      _ = try await box.sql(Self.vandalism)
      let pass = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(pass.code == 1, "\(pass)")
      let live = before.revision.prefix(12)
      #expect(pass.output.contains("put drift back to \(live): 1 updated"), "\(pass)")
      #expect(pass.error.contains("manifests/beta.yaml:1:7"), "\(pass)")
      #expect(try await box.liveState().root == before.root)
      #expect(try await box.writ("drift").code == 0)
      let again = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(again.code == 1 && again.output.isEmpty, "\(again)")
    }
  }

  @Test(arguments: ["warn", "off"]) func settingsSayWhatBecomesOfIt(_ mode: String) async throws {
    try await Sandbox.with { box in
      let (upstream, _) = try await applied(box)
      try box.write("drift: {mode: \"\(mode)\"}\n", to: "data/writ.yaml")
      _ = try await box.sql(Self.vandalism)
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 0)
      #expect(try await box.writ("get", "Job/alpha").output.contains("timeout: \"8h\""))
      let status = try await box.writ("status", "--repo", upstream.bare)
      #expect(status.output.contains("drifted: Job/alpha") == (mode == "warn"), "\(status)")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 0)
      let said = plan.everything.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let words = "Job/alpha is not what was applied (update of content) and stays so"
      #expect(said.contains(words) == (mode == "warn"), "\(plan)")
    }
  }

  @Test func theFullComparisonFindsWhatLeftNoTrace() async throws {
    try await Sandbox.with { box in
      let (_, _) = try await applied(box)
      _ = try await box.sql("UPDATE own_write SET is_active = 1")
      _ = try await box.sql(Self.vandalism)
      _ = try await box.sql("UPDATE own_write SET is_active = 0")
      #expect(try await box.writ("drift").code == 0)
      let audit = try await box.writ("drift", "--audit")
      #expect(audit.code == 2, "\(audit)")
      #expect(audit.output.contains("by full comparison"), "\(audit)")
    }
  }

  @Test func anEditIsOnRecordWithOwnerReasonAndExpiry() async throws {
    try await Sandbox.with { box in
      let (upstream, before) = try await applied(box)
      let manifest = try await box.writ("get", "Job/alpha").output
        .replacingOccurrences(of: "\"5m\"", with: "8h")
      let edit = try await box.writ(
        "edit", "Job/alpha", "--reason", "the disk is full", "--for", "2h", "--file", "-",
        input: manifest)
      #expect(edit.code == 0, "\(edit)")
      #expect(edit.output.contains("- 5m") && edit.output.contains("+ 8h"), "\(edit)")
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 0)
      let drift = try await box.writ("drift")
      #expect(drift.code == 2)
      #expect(drift.output.contains("because: the disk is full"), "\(drift)")
      let describe = try await box.writ("describe", "Job/alpha")
      #expect(describe.output.contains("edited by cli:"), "\(describe)")
      let history = try await box.writ("history", "-o", "json").json()
      #expect(history["items"].items.first?["edit"].bool == true)
      #expect(try await box.writ("rollback").code == 0)
      #expect(try await box.liveState().root == before.root)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func anEditorIsOpenedOnATerminal() async throws {
    try await Sandbox.with { box in
      let (_, _) = try await applied(box)
      let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
      let edit = try await box.run(
        [Program.python, "-c", script, Program.writ, "edit", "Job/alpha", "--reason", "why"],
        environment: ["WRIT_DATA_DIR": box.data, "EDITOR": "sed -i s/5m/7h/"])
      #expect(edit.code == 0, "\(edit)")
      #expect(try await box.writ("get", "Job/alpha").output.contains("timeout: \"7h\""))
      let left = try FileManager.default.contentsOfDirectory(atPath: box.path + "/tmp")
      #expect(left.filter { $0.hasPrefix("writ-edit") } == [])
    }
  }

  struct Slip: Sendable, CustomTestStringConvertible {
    var name: String
    var arguments: [String]
    var manifest: String
    var code: Int32
    var words: String
    var testDescription: String { name }
  }

  static let slips = [
    Slip(
      name: "not live", arguments: ["Job/alpah", "--reason", "x"], manifest: "", code: 1,
      words: "alpha"),
    Slip(
      name: "no single resource", arguments: ["Job", "--reason", "x"], manifest: "", code: 64,
      words: "Kind/name"),
    Slip(
      name: "blank reason", arguments: ["Job/alpha", "--reason", " "], manifest: "", code: 64,
      words: "reason"),
    Slip(
      name: "too long", arguments: ["Job/alpha", "--reason", "x", "--for", "31d"], manifest: "",
      code: 64, words: "30d"),
    Slip(
      name: "not YAML", arguments: ["Job/alpha", "--reason", "x"], manifest: "kind: [", code: 1,
      words: "standard input:1:"),
    Slip(
      name: "unknown field", arguments: ["Job/alpha", "--reason", "x"],
      manifest: Manifest.job("alpha", extra: "  timeoutt: 5m"), code: 1, words: "did you mean"),
    Slip(
      name: "another resource", arguments: ["Job/alpha", "--reason", "x"],
      manifest: Manifest.job("beta"), code: 1, words: "exactly Job/alpha"),
    Slip(
      name: "no such job", arguments: ["Schedule/nightly", "--reason", "x"],
      manifest: Manifest.schedule("nightly", job: "delta"), code: 1, words: "delta"),
    Slip(
      name: "nothing new", arguments: ["Job/alpha", "--reason", "x"],
      manifest: Manifest.job("alpha"), code: 1, words: "already"),
  ]

  @Test(arguments: slips) func aSlipChangesNothing(_ slip: Slip) async throws {
    try await Sandbox.with { box in
      let (_, before) = try await applied(box)
      let edit = try await box.writ(
        ["edit"] + slip.arguments + ["--file", "-"], input: slip.manifest)
      #expect(edit.code == slip.code, "\(edit)")
      #expect(edit.error.contains(slip.words), "\(edit)")
      #expect(try await box.liveState() == before)
      #expect(try await box.writ("drift").code == 0)
    }
  }
}
