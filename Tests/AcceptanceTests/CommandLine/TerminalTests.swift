import Foundation
import Testing

/// What changes when a person sits in front of it.
@Suite(.bounded) struct TerminalTests {
  @Test func printsNoEscapesWhereThereIsNoTerminal() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      var outcomes = [
        try await box.writ("plan", "--repo", upstream.bare),
        try await box.writ("apply", "--repo", upstream.bare),
        try await box.writ("status", "--repo", upstream.bare), try await box.writ("get"),
        try await box.writ("describe", "Job/db-backup"), try await box.writ("history"),
        try await box.writ("journal"), try await box.writ("get", "Jbo"),
      ]
      try upstream.write("kind: Nix\n", to: "manifests/bad.yaml")
      outcomes.append(try await box.writ("validate", upstream.clone))
      for outcome in outcomes { #expect(!outcome.everything.contains("\u{1B}"), "\(outcome)") }
    }
  }

  @Test func paintsOnATerminalUnlessItIsToldNotTo() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let plan = ["plan", "--repo", upstream.bare]
      let coloured = try await box.onTerminal(plan)
      #expect(coloured.code == 2, "\(coloured)")
      #expect(coloured.output.contains("\u{1B}[32m"), "creates are green")
      for variables in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
        let plain = try await box.onTerminal(plan, environment: variables)
        #expect(plain.code == 2)
        #expect(!plain.output.contains("\u{1B}"), "\(variables)")
      }
      let empty = try await box.onTerminal(plan, environment: ["NO_COLOR": ""])
      #expect(empty.output.contains("\u{1B}"), "an empty NO_COLOR says nothing")
    }
  }

  @Test(arguments: [80, 200]) func fitsTheTerminal(_ columns: Int) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      let plan = try await box.onTerminal(["plan", "--repo", upstream.bare], columns: columns)
      expectFits(plan, columns)
      try await box.writ("apply", "--repo", upstream.bare)
      for words in [
        ["status", "--repo", upstream.bare], ["history"], ["journal"], ["quarantine", "list"],
      ] {
        expectFits(try await box.onTerminal(words, columns: columns), columns)
      }
    }
  }

  private func expectFits(_ outcome: Outcome, _ columns: Int) {
    let lines = outcome.output.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").split(separator: "\n")
    #expect(!lines.isEmpty, "\(outcome)")
    for line in lines {
      #expect(line.count <= columns, "\(line.count) columns of \(columns): \(line)")
    }
  }

  @Test func aWideTerminalShowsMoreThanANarrowOne() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      let narrow = try await box.onTerminal(["plan", "--repo", upstream.bare], columns: 80)
      let wide = try await box.onTerminal(["plan", "--repo", upstream.bare], columns: 200)
      #expect(wide.lines.count < narrow.lines.count)
    }
  }

  @Test func asksBeforeAnApplyAndTakesNoForNo() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      for answer in ["n\n", "\n", "nonsense\n", "\u{4}"] {
        let no = try await box.onTerminal(["apply", "--repo", upstream.bare], input: answer)
        #expect(no.output.contains("Apply this plan? [y/N]"), "\(no)")
        #expect(no.code == 1, "\(no)")
        let status = try await box.writ("status", "-o", "json", "--repo", upstream.bare)
        #expect(status.code == 0, "\(status)")
        #expect(try status.json()["liveRevision"].isNull)
      }
      let yes = try await box.onTerminal(["apply", "--repo", upstream.bare], input: "y\n")
      #expect(yes.code == 0, "\(yes)")
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 0)
    }
  }

  @Test func asksBeforeARollback() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("more time")
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      let no = try await box.onTerminal(["rollback"], input: "n\n")
      #expect(no.code == 1, "\(no)")
      #expect(no.output.contains("Roll back? [y/N]"), "\(no)")
      #expect(try await box.liveState() == before)
      let yes = try await box.onTerminal(["rollback", "--yes"])
      #expect(yes.code == 0, "\(yes)")
      #expect(!yes.output.contains("[y/N]"))
    }
  }
}

extension Sandbox {
  /// Runs `writ` on a terminal of its own; both streams come in `output`.
  func onTerminal(
    _ arguments: [String], columns: Int = 120, input: String = "",
    environment: [String: String] = [:],
  ) async throws -> Outcome {
    let words = ([Program.writ] + arguments).map { "'\($0)'" }.joined(separator: " ")
    var variables = ["WRIT_DATA_DIR": data]
    variables.merge(environment) { _, new in new }
    var outcome = try await run(
      ["script", "-qec", "stty cols \(columns) rows 50 -echo; exec \(words)", "/dev/null"],
      environment: variables, input: input)
    outcome.output.replace("\r\n", with: "\n")
    return outcome
  }
}
