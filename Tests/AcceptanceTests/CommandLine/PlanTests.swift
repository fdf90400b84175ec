import Foundation
import Testing

@Suite(.bounded) struct PlanTests {
  @Test func makesNothing() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      for format in ["text", "json"] {
        let outcome = try await box.writ("plan", "--repo", upstream.bare, "-o", format)
        #expect(outcome.code == 2)
        #expect(outcome.error == "")
      }
      #expect(!box.exists("data"))
      #expect(try await box.shell("ls -A '\(box.home)'") == "", "nor anything in HOME")
    }
  }

  @Test func leavesTheDatabaseAsItIs() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try upstream.delete("manifests/gamma.yaml")
      try await upstream.push("gone")
      let before = try await box.shell("sha256sum '\(box.database)'")
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 2)
      #expect(try await box.shell("sha256sum '\(box.database)'") == before)
    }
  }

  @Test func isTheSameBytesEachTime() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      let first = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      let second = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      #expect(first.output == second.output)
      #expect(try first.json()["digest"].string?.count == 64)
    }
  }

  @Test func exitsWith0For2ForAndWithoutChanges() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      #expect(try await box.writ("plan", "--repo", upstream.bare).code == 2)
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      let plan = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      #expect(plan.code == 0)
      #expect(try plan.json()["verdict"].string == "unchanged")
      let apply = try await box.writ("apply", "--repo", upstream.bare)
      #expect(apply.code == 0)
      #expect(apply.output.contains("nothing to do"))
    }
  }

  @Test func exitsWith3ForAGuardAndShowsThePlan() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      try await box.shell("rm -r manifests", directory: upstream.clone)
      try await upstream.push("Delete everything")
      for words in [["plan"], ["apply", "--yes"]] {
        let outcome = try await box.writ(words + ["--repo", upstream.bare])
        #expect(outcome.code == 3, "\(words): \(outcome)")
        #expect(outcome.output.contains("Job/alpha"), "\(outcome)")
        #expect(!outcome.commands(startingWith: "writ ack ").isEmpty, "\(outcome)")
      }
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 3)
      let json = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      #expect(json.code == 3)
      #expect(try json.json()["verdict"].string == "blocked")
      #expect(try json.json()["guards"].items.isEmpty == false)
      #expect(try await box.liveState() == before)
    }
  }

  @Test func everyPrintedAckClearsItsGuard() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try await box.shell("rm -r manifests", directory: upstream.clone)
      let revision = try await upstream.push("Delete everything")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      for command in Set(plan.commands(startingWith: "writ ack ").map { Array($0.prefix(4)) }) {
        let ack = try await box.writ(command)
        #expect(ack.code == 0, "\(command): \(ack)")
      }
      let apply = try await box.writ("apply", "--repo", upstream.bare)
      #expect(apply.code == 0, "\(apply)")
      let status = try await box.writ("status", "-o", "json", "--repo", upstream.bare).json()
      #expect(status["liveRevision"].string == revision)
      #expect(status["counts"].keys.isEmpty)
    }
  }

  @Test func anAckOfAnotherPlanClearsNothing() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      try await box.shell("rm -r manifests", directory: upstream.clone)
      try await upstream.push("Delete everything")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      let digest = try #require(plan.commands(startingWith: "writ ack ").first)[3]
      // The right guard for another plan, and the right plan with another guard.
      try await box.writ("ack", "empty-tree", "--plan", String(repeating: "0", count: 64))
      try await box.writ("ack", "history-rewritten", "--plan", digest)
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 3)
      #expect(try await box.liveState() == before)
    }
  }

  @Test func comparesTwoRevisionsWithoutADatabase() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("more time")
      let repo = ["--repo", upstream.bare]
      let forward = try await box.writ(["plan", "--from", "HEAD~1", "--to", "HEAD"] + repo)
      #expect(forward.code == 2, "\(forward)")
      #expect(forward.output.contains("timeout 5m → 9m"), "\(forward)")
      let back = try await box.writ(["plan", "--from", "HEAD", "--to", "HEAD~1"] + repo)
      #expect(back.output.contains("timeout 9m → 5m"), "\(back)")
      let none = try await box.writ(["plan", "--from", "main", "--to", "HEAD"] + repo)
      #expect(none.code == 0, "\(none)")
      #expect(!box.exists("data"))
    }
  }

  @Test func findsTheRepositoryAroundTheWorkingDirectory() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let outcome = try await box.writ("plan", directory: upstream.clone + "/manifests")
      #expect(outcome.code == 2, "\(outcome)")
      let nowhere = try await box.writ("plan", directory: box.home)
      #expect(nowhere.code == 1)
      #expect(nowhere.error.contains("--repo"), "\(nowhere)")
    }
  }

  @Test func readsTheCommittedTreeAndNotTheFiles() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try upstream.write("broken: [", to: "manifests/alpha.yaml")
      let outcome = try await box.writ("plan", directory: upstream.clone)
      #expect(outcome.code == 2, "\(outcome)")
    }
  }

  @Test func aRootThatIsNotThereIsNamed() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let outcome = try await box.writ("plan", "--repo", upstream.bare, "--root", "manifest")
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.error.contains(#""manifest""#) && outcome.error.contains("--root"))
    }
  }

  @Test func aMoveIsNotADeletion() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try await box.shell(
        "mkdir manifests/jobs; git mv manifests/alpha.yaml manifests/jobs/",
        directory: upstream.clone)
      try await upstream.push("move")
      let plan = try await box.writ("plan", "--repo", upstream.bare, "-o", "json")
      #expect(plan.code == 2)
      #expect(try plan.json()["summary"]["move"].int == 1)
      #expect(try plan.json()["summary"]["delete"].int == 0)
    }
  }

  @Test func aProtectedResourceNeedsTwoCommitsToGo() async throws {
    try await Sandbox.with { box in
      var files = Manifest.few
      files["manifests/beta.yaml"] = Manifest.job("beta").replacingOccurrences(
        of: "name: beta", with: "name: beta\n  annotations: {writ/protect: \"true\"}")
      let upstream = try await Upstream(box, files: files)
      try await box.writ("apply", "--repo", upstream.bare)
      try upstream.delete("manifests/beta.yaml")
      try await upstream.push("Delete a protected job")
      let blocked = try await box.writ("apply", "--repo", upstream.bare)
      #expect(blocked.code == 3, "\(blocked)")
      #expect(blocked.output.contains("protected"), "\(blocked)")
      try upstream.write(Manifest.job("beta"), to: "manifests/beta.yaml")
      try await upstream.push("Take the mark away")
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
      try upstream.delete("manifests/beta.yaml")
      try await upstream.push("Delete it")
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
    }
  }

  @Test func aShallowCloneOfAContinuousIntegrationPlans() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("more time")
      try await box.shell("git clone -q --depth 1 'file://\(upstream.bare)' '\(box.path)/ci'")
      let outcome = try await box.writ("plan", directory: box.path + "/ci")
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.contains("shallow"), "it says what is not known: \(outcome)")
      let older = try await box.writ("plan", "--from", "HEAD~1", directory: box.path + "/ci")
      #expect(older.code == 1, "\(older)")
      #expect(older.error.contains("fetch-depth: 0"), "\(older)")
    }
  }
}
