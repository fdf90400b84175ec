import Foundation
import Testing

/// Nothing dangerous is silent: blocked with 3, shown, and cleared by the command that is printed.
@Suite(.bounded) struct GuardTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// A script in a clone of the repository, whose first commit is live.
    var change: String

    var testDescription: String { name }
  }

  private static let jobs = Dictionary(
    uniqueKeysWithValues: (10..<30).map {
      ("manifests/jobs/job-\($0).yaml", Manifest.job("job-\($0)"))
    } + [("policies/other.yaml", Manifest.job("other"))])

  static let cases = [
    Case(
      name: "mass-delete", change: "rm manifests/jobs/job-1*.yaml manifests/jobs/job-2[0-4].yaml"),
    Case(name: "mass-update", change: "sed -i 's/timeout: 5m/timeout: 6m/' manifests/jobs/*.yaml"),
    Case(name: "missing-root", change: "git rm -rq policies"),
    Case(name: "empty-tree", change: "git rm -rq ."),
    Case(
      name: "history-rewritten",
      change: "git commit -q --amend -m other --date=2020-01-01T00:00:00Z"),
  ]

  @Test(arguments: cases) func blocksUntilThePrintedCommandsAreRun(_ example: Case) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Self.jobs)
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      try await box.shell(
        """
        \(example.change)
        git add -A; git commit -q --allow-empty -m change; git push -qf origin main
        """, directory: upstream.clone)
      let repo = ["--repo", upstream.bare]
      let plan = try await box.writ(["plan"] + repo)
      #expect(plan.code == 3, "\(plan)")
      #expect(plan.output.contains(example.name), "\(plan)")
      let json = try await box.writ(["plan", "-o", "json"] + repo).json()
      let guards = json["guards"].items
      #expect(guards.contains { $0["guard"].string == example.name }, "\(json["guards"])")
      for words in [["apply", "--yes"], ["reconcile"]] {
        #expect(try await box.writ(words + repo).code == 3)
      }
      #expect(try await box.liveState() == before)
      for command in Set(guards.compactMap { $0["command"].string }) {
        let ack = try await box.writ(command.split(separator: " ").dropFirst().map(String.init))
        #expect(ack.code == 0, "\(command): \(ack)")
      }
      let apply = try await box.writ(["apply", "--yes"] + repo)
      #expect(apply.code == 0, "\(apply)")
      let revision = try await box.shell("git rev-parse HEAD", directory: upstream.clone)
      #expect(try await box.liveState().revision == revision)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func aRollbackIsGuardedToo() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: ["manifests/a.yaml": Manifest.job("alpha")])
      try await box.writ("apply", "--repo", upstream.bare)
      let first = try await box.liveState()
      for (path, text) in Self.jobs { try upstream.write(text, to: path) }
      try await upstream.push("many jobs")
      try await box.writ("apply", "--repo", upstream.bare)
      let second = try await box.liveState()
      let blocked = try await box.writ("rollback", "--yes")
      #expect(blocked.code == 3, "\(blocked)")
      #expect(try await box.liveState() == second)
      for command in blocked.commands(startingWith: "writ ack ") {
        #expect(try await box.writ(Array(command.prefix(4))).code == 0)
      }
      #expect(try await box.writ("rollback", "--yes").code == 0)
      #expect(try await box.liveState().root == first.root)
    }
  }

  @Test func aFreezeHoldsWhatComesAfterIt() async throws {
    try await Sandbox.with { box in
      var files = Manifest.few
      files["manifests/freeze.yaml"] = """
        apiVersion: writ/v1
        kind: ChangeWindow
        metadata: {name: long-freeze}
        spec:
          mode: freeze
          periods:
            - {from: 2020-01-01T00:00:00Z, until: 2100-01-01T00:00:00Z}
          reason: a test

        """
      let upstream = try await Upstream(box, files: files)
      let first = try await box.writ("apply", "--repo", upstream.bare)
      #expect(first.code == 0, "\(first)")
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("in the freeze")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 3, "\(plan)")
      #expect(plan.output.contains("change-window"), "\(plan)")
      let command = try #require(plan.commands(startingWith: "writ ack change-window ").first)
      #expect(try await box.writ(Array(command.prefix(4))).code == 0)
      #expect(try await box.writ("apply", "--repo", upstream.bare).code == 0)
    }
  }

  @Test func anApplyByHandEndsTheConditionOfABlockedRevision() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("reconcile", "--repo", upstream.bare)
      try await box.shell("rm -r manifests", directory: upstream.clone)
      let revision = try await upstream.push("Delete everything")
      let blocked = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(blocked.code == 3, "\(blocked)")
      for command in blocked.commands(startingWith: "writ ack ") {
        #expect(try await box.writ(Array(command.prefix(4))).code == 0)
      }
      #expect(try await box.writ("apply", "--yes", "--repo", upstream.bare).code == 0)
      let status = try await box.writ("status", "-o", "json", "--repo", upstream.bare).json()
      #expect(status["liveRevision"].string == revision)
      let ready = status["conditions"].items.first { $0["type"].string == "Ready" }
      #expect(ready?["status"].string == "True", "\(status)")
    }
  }
}
