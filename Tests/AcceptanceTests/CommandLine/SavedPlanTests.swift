import Foundation
import Testing

/// `plan --out FILE` and `apply FILE`.
@Suite(.bounded) struct SavedPlanTests {
  /// A live state of `Manifest.few`, one push that edits alpha, and its saved plan.
  private func saved(_ box: Sandbox) async throws -> (upstream: Upstream, file: String) {
    let upstream = try await Upstream(box, files: Manifest.few)
    try await box.writ("apply", "--repo", upstream.bare)
    try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    try await upstream.push("more time for alpha")
    let file = box.path + "/plan.json"
    let plan = try await box.writ("plan", "--repo", upstream.bare, "--out", file)
    #expect(plan.code == 2, "\(plan)")
    return (upstream, file)
  }

  private func timeout(_ name: String, _ box: Sandbox) async throws -> String? {
    try await box.writ("get", "Job/\(name)", "-o", "json").json()["spec"]["timeout"].string
  }

  @Test func appliesExactlyWhatWasSaved() async throws {
    try await Sandbox.with { box in
      let (upstream, file) = try await saved(box)
      // What came after is not in the plan.
      try upstream.write(Manifest.job("beta", timeout: "8m"), to: "manifests/beta.yaml")
      try await upstream.push("more time for beta")
      let apply = try await box.writ("apply", file)
      #expect(apply.code == 0, "\(apply)")
      #expect(try await timeout("alpha", box) == "9m")
      #expect(try await timeout("beta", box) == "5m")
      let again = try await box.writ("apply", file)
      #expect(again.code == 0)
      #expect(again.output.contains("nothing to do"), "\(again)")
    }
  }

  @Test func isTheSameForTheSameInput() async throws {
    try await Sandbox.with { box in
      let (upstream, file) = try await saved(box)
      let first = try Data(contentsOf: URL(filePath: file))
      try await box.writ("plan", "--repo", upstream.bare, "--out", file)
      #expect(try Data(contentsOf: URL(filePath: file)) == first)
    }
  }

  @Test func anUnrelatedMergeDoesNotVoidIt() async throws {
    try await Sandbox.with { box in
      let (upstream, file) = try await saved(box)
      try await box.shell("git reset -q --hard HEAD~1", directory: upstream.clone)
      let live = try await box.shell("git rev-parse HEAD", directory: upstream.clone)
      try upstream.write(Manifest.job("gamma", timeout: "7m"), to: "manifests/gamma.yaml")
      try await box.shell(
        "git commit -qam gamma; git push -q origin HEAD:side", directory: upstream.clone)
      let merge = try await box.writ("apply", "--repo", upstream.bare, "--ref", "side")
      #expect(merge.code == 0, "\(merge)")
      let apply = try await box.writ("apply", file)
      #expect(apply.code == 0, "\(apply) after \(live)")
      #expect(try await timeout("alpha", box) == "9m")
      #expect(try await timeout("gamma", box) == "7m")
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func aConflictIsNamedAndNothingIsApplied() async throws {
    try await Sandbox.with { box in
      let (upstream, file) = try await saved(box)
      try upstream.write(Manifest.job("alpha", timeout: "30m"), to: "manifests/alpha.yaml")
      try upstream.write(Manifest.job("beta", timeout: "31m"), to: "manifests/beta.yaml")
      try await upstream.push("somebody else")
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      let apply = try await box.writ("apply", file)
      #expect(apply.code == 4, "\(apply)")
      #expect(apply.output == "")
      #expect(apply.error.contains("Job/alpha"), "\(apply)")
      #expect(!apply.error.contains("Job/beta"), "\(apply)")
      #expect(apply.error.contains("writ plan --out"), "it says what to do: \(apply)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test(arguments: [
    ("9m", "99m"), (#""action":"update""#, #""action":"delete""#), ("Job/alpha", "Job/beta"),
    (#""formatVersion":1"#, #""formatVersion":2"#), ("}", ""),
  ])
  func atamperedFileIsRefused(_ old: String, _ new: String) async throws {
    try await Sandbox.with { box in
      let (_, file) = try await saved(box)
      let before = try await box.liveState()
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try #require(text.contains(old))
      try box.write(text.replacingOccurrences(of: old, with: new), to: file)
      let apply = try await box.writ("apply", file)
      #expect(apply.code != 0, "\(apply)")
      #expect(apply.error.contains("plan.json"), "\(apply)")
      #expect(apply.error.contains("writ plan --out"), "it says what to do: \(apply)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aPlanOfADroppedOperationIsRefused() async throws {
    try await Sandbox.with { box in
      let (_, file) = try await saved(box)
      let before = try await box.liveState()
      try await box.run([
        Program.python, "-c",
        """
        import json, sys, hashlib
        name = sys.argv[1]
        plan = json.load(open(name))
        plan["plan"]["changes"] = []
        body = json.dumps(plan["plan"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        plan["digest"] = hashlib.sha256(body.encode()).hexdigest()
        text = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        open(name, "w").write(text)
        """, file,
      ])
      let apply = try await box.writ("apply", file)
      #expect(apply.code != 0, "the digest fits, and the state root does not: \(apply)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aFileThatIsNotThereIsNamed() async throws {
    try await Sandbox.with { box in
      let apply = try await box.writ("apply", box.path + "/nothing.json")
      #expect(apply.code != 0)
      #expect(apply.error.contains("nothing.json"), "\(apply)")
      #expect(!box.exists("data"))
    }
  }
}
