import Foundation
import Testing

/// Signed commits through the real program: what is refused, with exit 5 and the commit named.
@Suite(.bounded) struct SignatureTests {
  enum Mistake: String, CaseIterable, Sendable {
    case unsigned, unknown, expired, revoked, tampered, wrongTeam, belowTheHead
  }

  /// Pushes what is wrong; the commit that must be named, and words about it.
  private func push(
    _ mistake: Mistake, _ signed: SignedUpstream, _ box: Sandbox,
  ) async throws -> (commit: String, words: String) {
    let clone = signed.upstream.clone
    switch mistake {
    case .unsigned: return (try await signed.push("alpha", timeout: "9m", by: nil), "is not signed")
    case .unknown:
      return (try await signed.push("alpha", timeout: "9m", by: "eve"), "which nobody trusts")
    case .expired:
      let commit = try await signed.push("alpha", timeout: "9m", by: "ben")
      try await box.shell(
        "sed -i 's/^ben@example.com/& valid-before=\"20200101\"/' \(signed.allowed)")
      return (commit, "expired")
    case .revoked:
      let commit = try await signed.push("alpha", timeout: "9m", by: "ben")
      try box.write(
        "verify: {revokedKeys: \(box.path)/ben.pub}\n", to: "data/writ.yaml")
      return (commit, "is revoked")
    case .tampered:
      try await signed.push("alpha", timeout: "9m", by: "ben", pushes: false)
      let commit = try await box.shell(
        """
        git cat-file commit HEAD | sed 's/alpha for/omega for/' > ../raw
        git reset -q --hard $(git hash-object -t commit -w ../raw)
        git push -q --force origin main
        git rev-parse HEAD
        """, directory: clone)
      return (commit, "is not what was signed")
    case .wrongTeam:
      try box.write(
        """
        verify:
          rules:
            - {paths: ["manifests/alpha.yaml"], principals: ["ana@*"]}

        """, to: "data/writ.yaml")
      return (try await signed.push("alpha", timeout: "9m", by: "ben"), "manifests/alpha.yaml")
    case .belowTheHead:
      let commit = try await signed.push("alpha", timeout: "9m", by: nil)
      try await signed.push("beta", timeout: "9m", by: "ana")
      return (commit, "is not signed")
    }
  }

  @Test(arguments: Mistake.allCases)
  func isRefusedByEveryCommand(_ mistake: Mistake) async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      let before = try await box.liveState()
      let (commit, words) = try await push(mistake, signed, box)
      for command in ["plan", "apply", "reconcile"] {
        let text = try await signed.writ(command)
        #expect(text.code == 5, "\(command): \(text)")
        #expect(text.output == "", "\(command): \(text)")
        #expect(text.error.contains("commit \(commit.prefix(12))"), "\(command): \(text)")
        #expect(text.error.contains(words), "\(command): \(text)")
        #expect(text.error.contains("Ana <ana@example.com>"), "\(command): \(text)")
        let json = try await signed.writ(command, "-o", "json")
        #expect(json.code == 5, "\(command): \(json)")
        let verification = try json.json()["verification"]
        #expect(verification["verified"].bool == false)
        #expect(verification["refusals"].items.map { $0["commit"].string } == [commit], "\(json)")
        #expect(!verification["help"].items.isEmpty)
      }
      #expect(try await box.liveState() == before)
      let status = try await signed.writ("status", "-o", "json")
      let conditions = try status.json()["conditions"].items
      let verified = conditions.first { $0["type"].string == "SourceVerified" }
      #expect(verified?["status"].string == "False", "\(status)")
      let unverified = try await box.sql(
        "SELECT count(*) FROM journal WHERE kind = 'revision.unverified'")
      #expect(unverified == "1", "two passes, one event")
    }
  }

  @Test func goesOnOnceItIsSigned() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      try await signed.push("alpha", timeout: "9m", by: nil)
      try await signed.push("beta", timeout: "9m", by: nil)
      let refused = try await signed.writ("reconcile")
      #expect(refused.code == 5)
      // The very command that the refusal prints.
      let start = try #require(refused.error.range(of: "git rebase"))
      let command = refused.error[start.lowerBound...].prefix { $0 != "\n" }
      try await box.shell(
        "\(command) >/dev/null 2>&1; git push -q --force origin main",
        directory: signed.upstream.clone)
      let applied = try await signed.writ("reconcile")
      #expect(applied.code == 0, "\(applied)")
      let status = try await signed.writ("status", "-o", "json").json()
      let verified = status["conditions"].items.first { $0["type"].string == "SourceVerified" }
      #expect(verified?["status"].string == "True")
      #expect(verified?["message"].string?.contains("all 2 new commits") == true)
      #expect(verified?["message"].string?.contains("ana@example.com") == true)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func headModeLooksAtTheHeadAlone() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      try await signed.push("alpha", timeout: "9m", by: nil)
      try await signed.push("beta", timeout: "9m", by: "ana")
      #expect(try await signed.writ("plan").code == 5)
      let plan = try await signed.writ("plan", mode: "head")
      #expect(plan.code == 2, "\(plan)")
      #expect(try await signed.writ("apply", mode: "head").code == 0)
    }
  }

  @Test func withoutTheSettingNobodyNeedsAKey() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let apply = try await box.writ("apply", "--repo", upstream.bare)
      #expect(apply.code == 0, "\(apply)")
      let status = try await box.writ("status", "-o", "json").json()
      let verified = status["conditions"].items.first { $0["type"].string == "SourceVerified" }
      #expect(verified?["reason"].string == "VerificationOff")
    }
  }

  @Test func aReviewerComparesTwoRevisions() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      let base = try await box.shell("git rev-parse HEAD", directory: signed.upstream.clone)
      let bad = try await signed.push("alpha", timeout: "9m", by: nil)
      let flags = ["--verify", "range", "--allowed-signers", signed.allowed]
      let plan = try await box.writ(
        ["plan", "--repo", signed.bare, "--from", base, "--to", "main"] + flags)
      #expect(plan.code == 5, "\(plan)")
      #expect(plan.error.contains(String(bad.prefix(12))))
      #expect(!box.exists("data"), "a review leaves nothing behind")
    }
  }

  // MARK: Saved plans

  @Test func aSavedPlanOfAnUnsignedRevisionIsRefused() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      let before = try await box.liveState()
      let bad = try await signed.push("alpha", timeout: "9m", by: nil)
      let file = box.path + "/plan.json"
      #expect(try await signed.writ("plan", "--out", file, mode: "off").code == 2)
      let apply = try await signed.writ("apply", file)
      #expect(apply.code == 5, "\(apply)")
      #expect(apply.error.contains(String(bad.prefix(12))))
      #expect(try await box.liveState() == before)
    }
  }

  /// The digest in a file is anybody's to make; the revision that it names is signed.
  @Test func aForgedPlanOfASignedRevisionIsRefused() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      let before = try await box.liveState()
      let file = box.path + "/plan.json"
      let evil = try await signed.push("alpha", timeout: "59m", by: nil)
      #expect(try await signed.writ("plan", "--out", file, mode: "off").code == 2)
      try await box.shell("git reset -q --hard HEAD~1", directory: signed.upstream.clone)
      let good = try await signed.push("alpha", timeout: "9m", by: "ana")
      try await box.run([
        Program.python, "-c",
        """
        import json, sys, hashlib
        name, evil, good = sys.argv[1:]
        plan = json.loads(open(name).read().replace(evil, good))
        def dump(value):
            return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        plan["digest"] = hashlib.sha256(dump(plan["plan"]).encode()).hexdigest()
        open(name, "w").write(dump(plan))
        """, file, evil, good,
      ])
      let apply = try await signed.writ("apply", file)
      #expect(apply.code == 5, "\(apply)")
      #expect(apply.error.contains("Job/alpha"), "\(apply)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aSavedPlanOfASignedRevisionIsApplied() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try await signed.applyFirst()
      try await signed.push("alpha", timeout: "9m", by: "ben")
      let file = box.path + "/plan.json"
      #expect(try await signed.writ("plan", "--out", file).code == 2)
      let apply = try await signed.writ("apply", file)
      #expect(apply.code == 0, "\(apply)")
      let signer = try await box.sql(
        "SELECT payload FROM journal WHERE kind = 'plan.applied' ORDER BY sequence DESC LIMIT 1")
      #expect(signer.contains("ben@example.com"), "\(signer)")
    }
  }

  // MARK: The server

  @Test func theServerRefusesAndGoesOn() async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      let first = try await box.shell("git rev-parse HEAD", directory: signed.upstream.clone)
      let server = try await RunningServer.start(
        box, repository: signed.bare,
        arguments: ["--verify", "range", "--allowed-signers", signed.allowed])
      try await server.live(first)
      let bad = try await signed.push("alpha", timeout: "9m", by: nil)
      let answer = try await box.writ("reconcile", "--wait", "-o", "json")
      #expect(answer.code == 5, "\(answer)")
      let json = try answer.json()
      #expect(json["result"].string == "unverified")
      #expect(json["verification"]["refusals"].items.first?["commit"].string == bad)
      #expect(try await server.condition("SourceVerified")["reason"].string == "Unsigned")
      #expect(try await server.status()["liveRevision"].string == first)
      let text = try await box.writ("reconcile", "--wait")
      #expect(text.code == 5 && text.error.contains(String(bad.prefix(12))), "\(text)")
      try await box.shell(
        "git commit -q --amend --no-edit -S; git push -q --force origin main",
        directory: signed.upstream.clone)
      let good = try await box.shell("git rev-parse HEAD", directory: signed.upstream.clone)
      #expect(try await box.writ("reconcile", "--wait").code == 0)
      #expect(try await server.status()["liveRevision"].string == good)
      // A key that is taken away counts at once, without a restart.
      try await box.shell("sed -i '/^ana/d' \(signed.allowed)")
      try await signed.push("alpha", timeout: "10m", by: "ana")
      #expect(try await box.writ("reconcile", "--wait").code == 5)
      try await server.stop()
    }
  }

  // MARK: Bad settings

  @Test(arguments: [
    ("", "names no key"), ("# nobody\n", "names no key"), ("ana ssh-ed25519 x\n", "1:17"),
    ("ana\nben ssh-foo AAAA\n", "2:5"),
  ])
  func aBadFileOfAllowedSignersIsRefusedInWords(_ text: String, _ words: String) async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try box.write(text, to: "allowed")
      for command in [["plan"], ["apply"], ["reconcile"], ["serve", "--listen", "127.0.0.1:0"]] {
        let outcome = try await box.writ(
          command,
          environment: [
            "WRIT_VERIFY": "range", "WRIT_ALLOWED_SIGNERS": signed.allowed,
            "WRIT_REPO": signed.bare,
          ])
        #expect(outcome.code == 64, "\(command): \(outcome)")
        #expect(outcome.error.contains(words), "\(command): \(outcome)")
        #expect(outcome.error.contains(signed.allowed), "\(command): \(outcome)")
      }
    }
  }

  @Test(arguments: [
    (["--verify", "range"], "--allowed-signers"),
    (["--verify", "raneg"], "did you mean \"range\"?"),
    (["--verify", "head", "--allowed-signers", "/nowhere"], "/nowhere"),
  ])
  func aBadFlagIsRefusedInWords(_ flags: [String], _ words: String) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let plan = try await box.writ(["plan", "--repo", upstream.bare] + flags)
      #expect(plan.code == 64, "\(plan)")
      #expect(plan.error.contains(words), "\(plan)")
      #expect(!box.exists("data"))
    }
  }

  @Test(arguments: [
    ("verify: {mode: all}", "1:16"), ("verify: {rules: [{paths: [a**], principals: [x]}]}", "1:27"),
    ("verify: {rules: [{paths: [a], principals: [x], treshold: 2}]}", "threshold"),
    ("verify: {webFlow: {fingerprints: [ABCD]}}", "fingerprint"),
    ("verify: {since: HEAD}", "full id"),
    ("verify: {mode: head, rules: [{paths: [a], principals: [x]}]}", "range"),
    ("verify: {gpgPrincipals: {ABCD: ana}}", "fingerprint"),
  ])
  func badSettingsAreRefusedInWords(_ text: String, _ words: String) async throws {
    try await Sandbox.with { box in
      let signed = try await SignedUpstream(box)
      try box.write(text + "\n", to: "data/writ.yaml")
      try await box.shell("chmod 700 data")
      let plan = try await box.writ("plan", "--repo", signed.bare)
      #expect(plan.code == 64, "\(plan)")
      #expect(plan.error.contains(words), "\(plan)")
    }
  }
}
