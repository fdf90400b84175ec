import Foundation
import Testing

/// I7 with the program itself: where every fact comes from, and what keeps one from being true.
@Suite(.bounded) struct ProvenanceTests {
  /// A repository of two authors, applied.
  private func applied(_ box: Sandbox) async throws -> (Upstream, first: String, second: String) {
    let upstream = try await Upstream(box, files: Manifest.few)
    let first = try await box.shell("git rev-parse HEAD", directory: upstream.clone)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try upstream.replace("timeout: 5m", by: "timeout: 7m", in: "manifests/alpha.yaml")
    try await box.shell(
      """
      git add -A
      export GIT_COMMITTER_DATE="$(git log -1 --format=%ct) +0000"
      export GIT_COMMITTER_DATE="@$((${GIT_COMMITTER_DATE% *} + 1)) +0000"
      git -c user.name=Ben -c user.email=ben@example.com commit -q --author='Ben <ben@example.com>' -m 'Give alpha time'
      """,
      directory: upstream.clone)
    let second = try await upstream.push("nothing else")
    try await box.writ("apply", "--repo", upstream.bare)
    let parent = try await box.shell("git rev-parse HEAD~1", directory: upstream.clone)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(parent != second)
    return (upstream, first, parent)
  }

  private func field(_ name: String, in json: JSON) -> JSON {
    json["fields"].items.first { $0["field"].string == name } ?? .null
  }

  // MARK: blame

  @Test func blameNamesTheCommitOfEachFieldOfAFirstApply() async throws {
    try await Sandbox.with { box in
      let (upstream, first, second) = try await applied(box)
      let json = try await box.writ(
        "blame", "Job/alpha", "--repo", upstream.bare, "-o", "json"
      ).json()
      let timeout = field("spec.timeout", in: json)
      #expect(timeout["commit"].string == second)
      #expect(timeout["author"].string == "Ben")
      #expect(timeout["subject"].string == "Give alpha time")
      #expect(timeout["line"].int == 8)
      #expect(timeout["value"].string == "7m")
      #expect(timeout["signer"].isNull)
      #expect(timeout["liveAt"].string != nil)
      #expect(field("kind", in: json)["commit"].string == first)
      #expect(field("spec.jitter", in: json)["default"].bool == true)
      #expect(field("spec.jitter", in: json)["line"].isNull)
      #expect(json["notes"].items.isEmpty)
    }
  }

  @Test func blameGoesOnFromPushToPushAndBack() async throws {
    try await Sandbox.with { box in
      let (upstream, _, second) = try await applied(box)
      try upstream.replace("timeout: 7m", by: "timeout: 9m", in: "manifests/alpha.yaml")
      let third = try await upstream.push("More time")
      try await box.writ("apply", "--repo", upstream.bare)
      func timeout(_ more: String...) async throws -> JSON {
        let json = try await box.writ(
          ["blame", "Job/alpha", "spec.timeout", "--repo", upstream.bare, "-o", "json"] + more
        ).json()
        #expect(json["fields"].items.count == 1)
        return json["fields"][0]
      }
      let now = try await timeout("-v")
      #expect(now["commit"].string == third)
      #expect(now["previous"]["value"].string == "7m")
      #expect(now["previous"]["commit"].string == second)
      try await box.writ("rollback")
      #expect(try await timeout()["commit"].string == second)
      let origin = try await box.writ("get", "Job/alpha", "-o", "json").json()["origin"]
      #expect(origin["commit"].string == second, "the newest of the commits that went live then")
      #expect(origin["committer"]["name"].string == "Ana")
      #expect(origin["committedAt"].string != nil && origin["subject"].string == "Give alpha time")
      #expect(origin["appliedAt"].string != nil)
    }
  }

  @Test(arguments: [80, 200]) func blameFitsTheTerminal(_ width: Int) async throws {
    try await Sandbox.with { box in
      let (upstream, first, second) = try await applied(box)
      let outcome = try await box.writ(
        ["blame", "Job/alpha", "--repo", upstream.bare], environment: ["COLUMNS": "\(width)"])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.lines.allSatisfy { $0.count <= width }, "\(outcome)")
      #expect(outcome.lines[0].hasPrefix("Job/alpha  manifests/alpha.yaml in revision"))
      let line = try #require(outcome.lines.first { $0.contains("spec.timeout") })
      #expect(line.hasPrefix(second.prefix(7)), "\(line)")
      #expect(line.contains("Ben") && line.contains("spec.timeout = 7m"), "\(line)")
      #expect(outcome.lines.contains { $0.hasPrefix(first.prefix(7)) })
      #expect(outcome.lines.contains { $0.hasPrefix("default") })
    }
  }

  @Test func blameSaysWhenTheRepositoryIsNotAtHand() async throws {
    try await Sandbox.with { box in
      _ = try await applied(box)
      let json = try await box.writ("blame", "Job/alpha", "spec.timeout", "-o", "json").json()
      #expect(json["notes"][0].string?.contains("--repo") == true)
      #expect(json["fields"][0]["line"].int == 1)
    }
  }

  @Test(
    arguments: [
      (["blame", "Job/alpah"], 1, #"did you mean "alpha"?"#),
      (["blame", "Job/alpha", "spec.timout"], 1, #"did you mean "spec.timeout"?"#),
      (["blame", "Jbo/alpha"], 64, #"did you mean "Job"?"#),
      (["blame", "Job"], 64, "write Kind/name"),
      (["explain", "Job/alpah"], 1, #"did you mean "alpha"?"#),
      (["explain", "abcdef0123"], 1, "writ history"),
      (["explain"], 64, "--why-not"),
      (["trace", "manifests/alhpa.yaml"], 1, #"did you mean "manifests/alpha.yaml"?"#),
      (["trace", "README.md"], 1, ".yaml"),
      (["trace", "other/alpha.yaml"], 1, "roots: manifests"),
      (["trace", "manifests/alpha.yaml:zero"], 64, "FILE:LINE"),
      (["trace", "manifests/alpha.yaml:999"], 1, "no line 999"),
    ] as [([String], Int32, String)])
  func aSlipIsAnsweredWithTheNextStep(_ words: [String], _ code: Int32, _ help: String)
    async throws
  {
    try await Sandbox.with { box in
      let (upstream, _, _) = try await applied(box)
      let outcome = try await box.writ(words + ["--repo", upstream.bare])
      #expect(outcome.code == code, "\(words): \(outcome)")
      #expect(outcome.output == "", "\(words): \(outcome)")
      #expect(outcome.error.contains(help), "\(words): \(outcome)")
    }
  }

  // MARK: explain

  @Test func explainTellsTheChainOfAResource() async throws {
    try await Sandbox.with { box in
      let (upstream, _, _) = try await applied(box)
      try upstream.replace("timeout: 7m", by: "timeout: 9m", in: "manifests/alpha.yaml")
      let third = try await upstream.push("More time")
      try await box.writ("apply", "--repo", upstream.bare)
      let text = try await box.writ("explain", "Job/alpha", "--repo", upstream.bare).output
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.hasPrefix("Job/alpha is live, as manifests/alpha.yaml:1 says in revision"))
      #expect(
        text.contains(
          "because spec.timeout changed from 7m to 9m in commit \(third.prefix(12)) \"More time\" by Ana"
        ), "\(text)")
      #expect(text.contains("signed signatures were not checked"), "\(text)")
      #expect(text.contains("allowed by no guard stood against it"), "\(text)")
      #expect(text.contains("1 updated") && text.contains("applied 20"), "\(text)")
      #expect(text.contains("1 earlier event of it: writ history Job/alpha"), "\(text)")
    }
  }

  @Test func explainTellsWhatBecameOfARevisionAndOfAPlan() async throws {
    try await Sandbox.with { box in
      let (upstream, first, _) = try await applied(box)
      let live = try await box.writ("status", "-o", "json").json()["liveRevision"].string ?? ""
      let plan = try await box.writ("history", "-o", "json").json()["items"][0]["plan"].string ?? ""
      for word in [String(live.prefix(8)), String(plan.prefix(16))] {
        let json = try await box.writ("explain", word, "--repo", upstream.bare, "-o", "json").json()
        #expect(json["live"].bool == true, "\(word)")
        #expect(json["revision"].string == live)
        #expect(json["plan"].string == plan)
      }
      let old = try await box.writ("explain", first, "--repo", upstream.bare)
      #expect(old.code == 0)
      #expect(old.output.contains("later revisions took its place"), "\(old)")
      try upstream.delete("manifests/gamma.yaml")
      try await upstream.push("Drop gamma")
      try await box.writ("plan", "--repo", upstream.bare, "--out", box.path + "/saved.plan")
      let saved = try await box.writ("explain", box.path + "/saved.plan", "--repo", upstream.bare)
      #expect(saved.output.contains("was not applied"), "\(saved)")
      #expect(saved.output.contains("1 to delete"), "\(saved)")
    }
  }

  /// What stops the head, the gate that is named, and what its command starts with.
  @Test func whyNotNamesTheFirstGateAndWhatClearsIt() async throws {
    try await Sandbox.with { box in
      let (upstream, _, _) = try await applied(box)
      func gate(_ more: String..., repo: String? = nil) async throws -> (String?, String?) {
        let outcome = try await box.writ(
          ["explain", "--why-not"] + more + ["--repo", repo ?? upstream.bare, "-o", "json"])
        #expect(outcome.code == 0, "\(outcome)")
        let json = try outcome.json()
        return (json["gate"]["name"].string, json["command"].string)
      }
      #expect(try await gate() == (nil, nil))
      #expect(try await gate("Job/alpha") == (nil, nil))
      #expect(try await gate("Job/alhpa") == ("no-manifest", #"did you mean "alpha"?"#))
      #expect(try await gate(repo: box.path + "/none").0 == "source")
      try await box.writ("suspend", "--reason", "moving house")
      try upstream.write(Manifest.job("delta"), to: "manifests/delta.yaml")
      try await upstream.push("Add delta")
      #expect(try await gate() == ("suspended", "writ resume"))
      #expect(try await gate("Job/delta") == ("suspended", "writ resume"))
      try await box.shell(
        "git rm -q -r manifests && git commit -q -m 'Drop all'", directory: upstream.clone)
      try await upstream.push("nothing left")
      let guarded = try await gate()
      #expect(guarded.0 == "empty-tree" || guarded.0 == "mass-delete", "\(guarded)")
      #expect(guarded.1?.hasPrefix("writ ack ") == true, "a guard comes before the suspension")
      try upstream.write("kind: Jbo\n", to: "manifests/broken.yaml")
      try await upstream.push("Break it")
      #expect(try await gate() == ("invalid-manifests", "writ plan"))
      try await box.shell("git reset -q --hard HEAD~3", directory: upstream.clone)
      try await box.shell("git push -q --force origin main", directory: upstream.clone)
      try await box.writ("resume")
      #expect(try await gate() == (nil, "writ apply"))
    }
  }

  // MARK: trace

  @Test func traceGoesFromALineToWhatItMadeLive() async throws {
    try await Sandbox.with { box in
      let (upstream, first, second) = try await applied(box)
      func trace(_ place: String) async throws -> JSON {
        let outcome = try await box.writ("trace", place, "--repo", upstream.bare, "-o", "json")
        #expect(outcome.code == 0, "\(outcome)")
        return try outcome.json()
      }
      let timeout = try await trace("manifests/alpha.yaml:8")
      #expect(timeout["key"].string == "Job/alpha")
      #expect(timeout["field"].string == "spec.timeout")
      #expect(timeout["chain"][0]["commit"].string == second)
      #expect(timeout["chain"][0]["value"].string == "7m")
      let kind = try await trace("manifests/alpha.yaml:2")
      #expect(kind["field"].string == "kind")
      #expect(kind["chain"][0]["commit"].string == first)
      #expect(try await trace("manifests/alpha.yaml:9")["key"].isNull, "a blank line says nothing")
      let whole = try await trace("manifests/alpha.yaml")
      #expect(whole["chain"][0]["key"].string == "Job/alpha")
      try upstream.replace("timeout: 7m", by: "timeout: 8m", in: "manifests/alpha.yaml")
      try upstream.write(Manifest.job("delta"), to: "manifests/delta.yaml")
      try await upstream.push("Add delta")
      let changed = try await trace("manifests/alpha.yaml:8")
      #expect(changed["chain"][0]["value"].string == "7m")
      #expect(changed["chain"][1]["sentence"].string?.contains("differs at the head") == true)
      let fresh = try await trace("manifests/delta.yaml:4")
      #expect(fresh["summary"].string?.contains("not live yet") == true)
      #expect(fresh["key"].string == "Job/delta")
    }
  }
}
