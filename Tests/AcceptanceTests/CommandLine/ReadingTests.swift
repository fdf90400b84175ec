import Testing

/// What commands that read print, and that they only read.
@Suite(.bounded) struct ReadingTests {
  static let commands: [[String]] = [
    ["status"], ["get"], ["get", "Job"], ["get", "Job/alpha"], ["describe", "Job/alpha"],
    ["history"], ["history", "Job/alpha"], ["journal"], ["journal", "verify"],
    ["quarantine", "list"], ["blame", "Job/alpha"], ["explain", "Job/alpha"],
  ]

  @Test func everyJSONCarriesItsVersion() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      for words in Self.commands + [
        ["plan", "--repo", upstream.bare], ["validate", upstream.clone],
      ] {
        let outcome = try await box.writ(words + ["-o", "json"])
        #expect(outcome.code == 0, "\(words): \(outcome)")
        #expect(outcome.error == "", "\(words)")
        #expect(outcome.lines.count == 1, "\(words) prints one line")
        let json = try? outcome.json()
        #expect(json?["formatVersion"].int == 1, "\(words): \(outcome.output.prefix(300))")
      }
    }
  }

  @Test func readsNothingBeforeTheFirstApplyAndSaysHowToBegin() async throws {
    try await Sandbox.with { box in
      for words in Self.commands {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(words): \(outcome)")
        #expect(outcome.output == "")
        #expect(outcome.error.contains("nothing was applied"), "\(words): \(outcome)")
        #expect(outcome.error.contains("writ plan"), "\(words): \(outcome)")
      }
      #expect(!box.exists("data"), "reading makes no data directory")
    }
  }

  @Test func getPrintsTheResourceWithItsOrigin() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let revision = try await upstream.push("again")
      try await box.writ("apply", "--repo", upstream.bare)
      let json = try await box.writ("get", "Job/alpha", "-o", "json").json()
      #expect(json["apiVersion"].string == "writ/v1")
      #expect(json["kind"].string == "Job")
      #expect(json["metadata"]["name"].string == "alpha")
      #expect(json["spec"]["timeout"].string == "5m")
      #expect(json["spec"]["concurrency"].string == "forbid", "defaults are filled in")
      #expect(json["origin"]["file"].string == "manifests/alpha.yaml")
      #expect(json["origin"]["line"].int == 1)
      #expect(json["origin"]["author"].string == "Ana")
      #expect(json["origin"]["commit"].string?.count == 40)
      #expect(json["conditions"][0]["type"].string == "Ready")
      #expect(json["conditions"][0]["observedRevision"].string == revision)
      let list = try await box.writ("get", "-o", "json").json()["items"].items
      #expect(
        list.map { $0["metadata"]["name"].string } == ["alpha", "beta", "gamma", "nightly"])
    }
  }

  @Test func getSuggestsANameThatIsLive() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      for words in [["get", "Job/alpah"], ["describe", "Job/alpah"]] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1)
        #expect(outcome.output == "")
        #expect(outcome.error.contains(#"did you mean "alpha"?"#), "\(outcome)")
      }
    }
  }

  @Test func describeSaysWhoNamesIt() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let job = try await box.writ("describe", "Job/alpha")
      #expect(job.code == 0)
      #expect(job.output.contains("Schedule/nightly at manifests/nightly.yaml:6:8"), "\(job)")
      #expect(job.output.contains("resource.created"))
      let schedule = try await box.writ("describe", "Schedule/nightly")
      #expect(schedule.output.contains("Job/alpha at spec.job"), "\(schedule)")
    }
  }

  @Test func historyIsNewestFirstAndTheJournalOldestFirst() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let newest = try await upstream.push("more time")
      try await box.writ("apply", "--repo", upstream.bare)
      let history = try await box.writ("history", "-o", "json").json()["items"].items
      #expect(history.count == 2)
      #expect(history[0]["revision"].string == newest)
      #expect(history[0]["counts"]["update"].int == 1)
      #expect(history[1]["baseRevision"].isNull)
      #expect(history[0]["baseRoot"] == history[1]["stateRoot"])
      let events = try await box.writ("journal", "-o", "json").json()["items"].items
      #expect(events.map { $0["sequence"].int } == Array(1...events.count).map { Int?($0) })
      for (before, after) in zip(events, events.dropFirst()) {
        #expect(after["previousHash"] == before["hash"])
      }
      let ofAlpha = try await box.writ("history", "Job/alpha", "-o", "json").json()["items"].items
      #expect(ofAlpha.map { $0["kind"].string } == ["resource.created", "resource.updated"])
    }
  }

  @Test func quietLeavesTheExitCode() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let plan = try await box.writ("plan", "--quiet", "--repo", upstream.bare)
      #expect(plan.code == 2)
      #expect(plan.everything == "")
      let apply = try await box.writ("apply", "--quiet", "--repo", upstream.bare)
      #expect(apply.code == 0)
      #expect(apply.everything == "")
      for words in [
        ["suspend", "-q"], ["resume", "-q"], ["reconcile", "-q", "--repo", upstream.bare],
      ] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 0 && outcome.everything == "", "\(words): \(outcome)")
      }
    }
  }

  @Test func verboseShowsEveryChange() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      let short = try await box.writ("plan", "--repo", upstream.bare)
      let long = try await box.writ("plan", "-v", "--repo", upstream.bare)
      #expect(short.output.contains("Job/* ("), "like changes are folded: \(short)")
      #expect(!long.output.contains("Job/* ("))
      #expect(long.output.contains("Job/lb-undrain"))
    }
  }
}
