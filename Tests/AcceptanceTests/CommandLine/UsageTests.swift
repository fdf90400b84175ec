import Testing

@Suite(.bounded) struct UsageTests {
  @Test(arguments: [
    (["plam"], "plan"), (["aply", "--yes"], "apply"), (["quarantin", "list"], "quarantine"),
    (["journal", "verifi"], "verify"), (["plan", "--refs", "main"], "--ref"),
  ])
  func answersAnUnknownCommandWithTheNearestOne(_ words: [String], _ meant: String) async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ(words)
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.error.lowercased().contains("did you mean"), "\(outcome)")
      #expect(outcome.error.contains(meant), "\(outcome)")
      #expect(!box.exists("data"))
    }
  }

  @Test(arguments: [
    ["get", "Jbo"], ["get", "Jbo/alpha"], ["describe", "Jbo/alpha"], ["history", "Jbo/alpha"],
    ["schema", "Jbo"],
  ])
  func answersAnUnknownKindWithTheNearestOne(_ words: [String]) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let outcome = try await box.writ(words)
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.error.contains(#"did you mean "Job"?"#), "\(outcome)")
    }
  }

  @Test(arguments: [
    ["plan", "--to", "main"], ["plan", "--from", "a", "--to", "b", "--ref", "c"],
    ["plan", "-o", "yaml"], ["plan", "--repo", "https://ana:secret@example.com/x.git"],
    ["plan", "--repo", "ftp://example.com/x.git"],
    ["plan", "--repo", "x", "--fetch-timeout", "soon"],
    ["describe"], ["ack", "mass-delete"], ["ack", "mass-delete", "--plan", "xyz"],
    ["ack", "mass-delet", "--plan", "0123456789abcdef"], ["serve", "--listen", "nowhere"],
    ["serve", "--log-level", "loud"], ["serve", "--log-format", "xml"], ["quarantine", "clear"],
    ["status", "--nothing"], ["get", "Job", "Schedule"], ["rollback", "somewhere"],
    ["schema", "--example"],
  ])
  func answersAUsageMistakeWith64(_ words: [String]) async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ(words)
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.error != "")
      #expect(!outcome.everything.contains("secret"))
      #expect(!box.exists("data"))
    }
  }

  @Test func namesTheGuardThatWasMeant() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("ack", "mass-delet", "--plan", "0123456789abcdef")
      #expect(outcome.error.contains(#"did you mean "mass-delete"?"#), "\(outcome)")
    }
  }

  @Test func refusesSettingsThatItDoesNotKnow() async throws {
    try await Sandbox.with { box in
      try box.write("repositori: /srv/config.git\n", to: "data/writ.yaml")
      let outcome = try await box.writ("status")
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.error.contains("writ.yaml:1:1"))
      #expect(outcome.error.contains(#"did you mean "repository"?"#), "\(outcome)")
    }
  }

  @Test func takesSettingsFromFlagsOverEnvironmentOverFile() async throws {
    try await Sandbox.with { box in
      let inFile = try await Upstream(
        box, named: "file", files: ["manifests/a.yaml": Manifest.job("of-the-file")])
      let inEnvironment = try await Upstream(
        box, named: "env", files: ["manifests/a.yaml": Manifest.job("of-the-environment")])
      let inFlag = try await Upstream(
        box, named: "flag", files: ["manifests/a.yaml": Manifest.job("of-the-flag")])
      try await box.shell("mkdir -m 700 '\(box.data)'")
      try box.write("repository: \(inFile.bare)\n", to: "data/writ.yaml")
      let environment = ["WRIT_REPO": inEnvironment.bare]
      #expect(try await box.writ("plan").output.contains("Job/of-the-file"))
      #expect(
        try await box.writ("plan", environment: environment).output
          .contains("Job/of-the-environment"))
      #expect(
        try await box.writ("plan", "--repo", inFlag.bare, environment: environment).output
          .contains("Job/of-the-flag"))
    }
  }

  @Test func helpAndVersionGoToStandardOutput() async throws {
    try await Sandbox.with { box in
      for words in [
        ["--help"], ["plan", "--help"], ["journal", "verify", "--help"], ["--version"],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 0, "\(words)")
        #expect(outcome.output != "" && outcome.error == "", "\(words)")
      }
    }
  }
}
