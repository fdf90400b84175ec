import Foundation
import Testing

/// examples/ci is what people copy; it is run here against a local repository, as far as it goes
/// without a forge.
@Suite(.bounded) struct ReviewExampleTests {
  static let folder = Program.packageRoot + "/examples/ci"

  // MARK: The hook

  /// A bare repository with the hook, and the quickstart in it.
  private func guarded(_ box: Sandbox) async throws -> Upstream {
    let upstream = try await Upstream(box, files: Manifest.few)
    try await box.shell(
      """
      cp '\(Self.folder)/pre-receive' '\(upstream.bare)/hooks/pre-receive'
      git -C '\(upstream.bare)' config writ.program '\(Program.writ)'
      """)
    return upstream
  }

  private func push(_ box: Sandbox, _ upstream: Upstream, _ branch: String = "main") async throws
    -> Outcome
  {
    try await box.run(
      [
        "/bin/sh", "-c",
        "git add -A && git commit -q --allow-empty -m change && git push origin HEAD:\(branch)",
      ], directory: upstream.clone)
  }

  private func head(_ box: Sandbox, _ upstream: Upstream, _ branch: String = "main") async throws
    -> String
  {
    try await box.shell("git -C '\(upstream.bare)' rev-parse \(branch)")
  }

  @Test func theHookLetsAGoodPushPassAndShowsThePlan() async throws {
    try await Sandbox.with { box in
      let upstream = try await guarded(box)
      let before = try await head(box, upstream)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let outcome = try await push(box, upstream)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.error.contains("timeout 5m → 9m"), "\(outcome)")
      #expect(try await head(box, upstream) != before)
      let empty = try await push(box, upstream)
      #expect(empty.code == 0, "\(empty)")
    }
  }

  @Test func theHookRefusesWhatIsInvalidAndSaysWhere() async throws {
    try await Sandbox.with { box in
      let upstream = try await guarded(box)
      let before = try await head(box, upstream)
      try upstream.replace("timeout: 5m", by: "timeuot: 5m", in: "manifests/alpha.yaml")
      let outcome = try await push(box, upstream)
      #expect(outcome.code != 0, "\(outcome)")
      #expect(outcome.error.contains("manifests/alpha.yaml:8:"), "\(outcome)")
      #expect(try await head(box, upstream) == before, "nothing was pushed")
      // The words of examples/ci/expected.txt are what somebody who pushes sees.
      let expected = try String(contentsOfFile: "\(Self.folder)/expected.txt", encoding: .utf8)
      for line in expected.split(separator: "\n") where line.hasPrefix("remote: ") {
        let words = line.replacingOccurrences(of: "REVISION", with: "")
          .dropFirst("remote: ".count).trimmingCharacters(in: .whitespaces)
        let pieces = words.components(separatedBy: "  ").filter { !$0.isEmpty }
        for piece in pieces { #expect(outcome.error.contains(piece), "\(piece): \(outcome)") }
      }
      let other = try await push(box, upstream, "topic")
      #expect(other.code == 0, "another branch is nobody's business: \(other)")
    }
  }

  @Test func theHookRefusesWhatAGuardHoldsUp() async throws {
    try await Sandbox.with { box in
      let upstream = try await guarded(box)
      try await box.shell("rm -r manifests", directory: upstream.clone)
      let outcome = try await push(box, upstream)
      #expect(outcome.code != 0 && outcome.error.contains("plan is blocked"), "\(outcome)")
    }
  }

  @Test func theHookPlansFromASnapshotWhereThereIsOne() async throws {
    try await Sandbox.with { box in
      let upstream = try await guarded(box)
      try #require(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      try await box.writ("snapshot", "export", "--out", "\(box.path)/live.json")
      try await box.shell(
        "git -C '\(upstream.bare)' config writ.snapshot '\(box.path)/live.json'")
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let outcome = try await push(box, upstream)
      #expect(outcome.code == 0 && outcome.error.contains("timeout 5m → 9m"), "\(outcome)")
      try box.write("{}\n", to: "live.json")
      let refused = try await push(box, upstream)
      #expect(refused.code != 0, "an error of its own lets nothing pass: \(refused)")
    }
  }

  // MARK: GitHub Actions and GitLab

  /// The scripts of a file of YAML: each block below a line that ends with `mark`, without its indent.
  private static func scripts(_ file: String, below mark: String) throws -> [String] {
    let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var scripts: [String] = []
    for (index, line) in lines.enumerated() where line.trimmingCharacters(in: .whitespaces) == mark
    {
      let indent = line.prefix { $0 == " " }.count + 2
      let block = lines[(index + 1)...].prefix {
        $0.isEmpty || $0.prefix { $0 == " " }.count >= indent
      }
      scripts.append(block.map { String($0.dropFirst(indent)) }.joined(separator: "\n"))
    }
    return scripts
  }

  /// A clone with a base, a head that changes something, and the program in PATH.
  private func reviewed(_ box: Sandbox, blocked: Bool = false) async throws -> (
    Upstream, [String: String]
  ) {
    let upstream = try await Upstream(box, files: Manifest.few)
    try #require(try await box.writ("apply", "--repo", upstream.bare).code == 0)
    try await box.writ("snapshot", "export", "--out", "\(box.path)/live.json")
    let base = try await box.shell("git rev-parse HEAD", directory: upstream.clone)
    if blocked {
      try await box.shell("rm -r manifests", directory: upstream.clone)
    } else {
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    }
    let head = try await upstream.push("change")
    try await box.shell("mkdir -p bin runner; ln -s '\(Program.writ)' bin/writ")
    // In place of the forge: it keeps what it is asked, and knows no comment yet.
    // Written by a process of its own: one that is forked here could keep it open, and busy.
    try await box.shell(
      #"printf '#!/bin/sh\necho "$@" >> "%s/forge.log"\n' "$PWD" > bin/gh; chmod +x bin/gh"#)
    let path = "\(box.path)/bin:" + (box.environment["PATH"] ?? "")
    return (
      upstream,
      [
        "PATH": path, "BASE": base, "HEAD": head, "NUMBER": "7", "WRIT_URL": "",
        "WRIT_SNAPSHOT_URL": "file://\(box.path)/live.json", "RUNNER_TEMP": "\(box.path)/runner",
        "GITHUB_OUTPUT": "\(box.path)/output", "GITHUB_PATH": "\(box.path)/path",
        "GITHUB_STEP_SUMMARY": "\(box.path)/summary", "GITHUB_REPOSITORY": "acme/ops",
        "CI_COMMIT_SHA": head, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
      ]
    )
  }

  private func run(
    _ box: Sandbox, _ script: String, _ variables: [String: String], _ upstream: Upstream,
  ) async throws -> Outcome {
    try await box.run(
      ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], environment: variables,
      directory: upstream.clone)
  }

  @Test(arguments: [true, false]) func theWorkflowRuns(_ hasSnapshot: Bool) async throws {
    let scripts = try Self.scripts("github-actions.yml", below: "run: |")
    try #require(scripts.count == 4)
    try await Sandbox.with { box in
      var (upstream, variables) = try await reviewed(box)
      if !hasSnapshot { variables["WRIT_SNAPSHOT_URL"] = "" }
      for script in scripts[0...2] {
        let outcome = try await run(box, script, variables, upstream)
        try #require(outcome.code == 0, "\(outcome)")
        if script == scripts[1] {
          #expect(outcome.output.contains("::notice title=writ plan%3A ready::"), "\(outcome)")
        }
      }
      let output = try String(contentsOfFile: "\(box.path)/output", encoding: .utf8)
      #expect(output == "code=2\n")
      let summary = try String(contentsOfFile: "\(box.path)/summary", encoding: .utf8)
      #expect(summary.hasPrefix("<!-- writ:plan -->\n### Writ plan: ready"))
      let asked = try String(contentsOfFile: "\(box.path)/forge.log", encoding: .utf8)
      #expect(asked.contains("--method POST repos/acme/ops/issues/7/comments"), "\(asked)")
      let sarif = try JSON(parsing: upstream.read("review/plan.sarif"))
      #expect(sarif["version"].string == "2.1.0")
      variables["CODE"] = "2"
      #expect(try await run(box, scripts[3], variables, upstream).code == 0)
      for code in ["3", "5", "1", ""] {
        variables["CODE"] = code
        #expect(try await run(box, scripts[3], variables, upstream).code == 1, "\(code)")
      }
    }
  }

  @Test func aBlockedPlanFailsTheJobOfGitLabAfterItsReports() async throws {
    let scripts = try Self.scripts("gitlab-ci.yml", below: "- |")
    try #require(scripts.count == 3)
    for isBlocked in [false, true] {
      try await Sandbox.with { box in
        let (upstream, variables) = try await reviewed(box, blocked: isBlocked)
        // GitLab runs all of them as one script.
        let outcome = try await run(box, scripts.joined(separator: "\n"), variables, upstream)
        #expect(outcome.code == (isBlocked ? 1 : 0), "\(outcome)")
        let report = try JSON(parsing: upstream.read("review/plan.gitlab"))
        let isCritical = report.items.contains { $0["severity"].string == "critical" }
        #expect(isCritical == isBlocked, "\(report)")
        for item in report.items {
          #expect(item["location"]["lines"]["begin"].int ?? 0 >= 1)
          #expect(item["fingerprint"].string?.count == 64)
        }
        #expect(try upstream.read("review/plan.junit").contains("<testsuites "))
      }
    }
  }

  @Test(arguments: ["github-actions.yml", "gitlab-ci.yml"])
  func theFilesAreYAML(_ file: String) async throws {
    try await Sandbox.with { box in
      let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
      try box.write(text, to: "work/\(file)")
      // They are no manifests; but that is all that is wrong with them.
      let outcome = try await box.writ("validate", "\(box.path)/work", "-o", "json")
      let codes = Set(try outcome.json()["diagnostics"].items.compactMap { $0["code"].string })
      #expect(!codes.isEmpty && !codes.contains { $0.contains("yaml") || $0.contains("syntax") })
      try box.write(text + "  - [\n", to: "broken/\(file)")
      let broken = try await box.writ("validate", "\(box.path)/broken", "-o", "json")
      #expect(
        Set(try broken.json()["diagnostics"].items.compactMap { $0["code"].string }) != codes)
    }
  }
}
