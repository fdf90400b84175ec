import Foundation
import Testing

/// The story of the README, step by step, on the real binary.
@Suite(.bounded) struct StoryTests {
  @Test func aPushBecomesLiveStateAndBack() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream.quickstart(box)
      var story = Story(box: box, upstream: upstream)
      try await story.firstApply()
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      try await story.aPushOfThreeObjects(server)
      try await story.aPushOfThreeMistakes(server)
      try await story.aMassDeletionIsBlockedAndAcknowledged(server)
      try await story.aRollbackHolds(server)
      try await story.aForcePushIsRefused(server)
      try await story.theServerEnds(server)
    }
  }
}

/// What the steps share.
private struct Story {
  let box: Sandbox
  let upstream: Upstream
  /// Revisions and state roots that were live, oldest first.
  var past: [(revision: String, root: String)] = []

  private var repo: [String] { ["--repo", upstream.bare] }

  private mutating func remember() async throws {
    let state = try await box.liveState()
    past.append((state.revision, state.root))
  }

  mutating func firstApply() async throws {
    let plan = try await box.writ(["plan"] + repo)
    #expect(plan.code == 2, "\(plan)")
    #expect(plan.output.contains("exit 2 (changes)"))
    #expect(plan.output.contains("next: writ apply"))
    #expect(!box.exists("data"), "a plan makes nothing")
    let apply = try await box.writ(["apply"] + repo)
    #expect(apply.code == 0, "\(apply)")
    let again = try await box.writ(["plan"] + repo)
    #expect(again.code == 0, "\(again)")
    #expect(again.output.contains("No change"))
    let status = try await box.writ(["status", "-o", "json"] + repo).json()
    #expect(status["counts"]["Job"].int ?? 0 >= 10)
    #expect(status["counts"]["Schedule"].int ?? 0 >= 11)
    #expect(status["liveRevision"] == status["sourceRevision"])
    try await remember()
  }

  mutating func aPushOfThreeObjects(_ server: RunningServer) async throws {
    try upstream.replace("timeout: 45m", by: "timeout: 50m", in: "manifests/jobs/storage.yaml")
    try upstream.replace("timeout: 5m", by: "timeout: 6m", in: "manifests/jobs/web.yaml")
    try upstream.replace("timeout: 15m", by: "timeout: 20m", in: "manifests/jobs/reports.yaml")
    let revision = try await upstream.push("Give three jobs more time")
    let start = ContinuousClock.now
    #expect(try await server.hook().status == 202)
    try await server.live(revision)
    let latency = ContinuousClock.now - start
    note("from the hook to the applied commit: \(latency)")
    let status = try await box.writ(["status"] + repo)
    #expect(status.code == 0)
    #expect(status.output.contains("live \(revision.prefix(12))"), "\(status)")
    #expect(status.output.contains("(the same)"), "\(status)")
    let history = try await box.writ("history", "-o", "json", "--limit", "1").json()
    #expect(history["items"][0]["counts"]["update"].int == 3)
    #expect(history["items"][0]["counts"]["create"].int == 0)
    try await remember()
  }

  mutating func aPushOfThreeMistakes(_ server: RunningServer) async throws {
    let before = try await box.liveState()
    try upstream.write(
      Manifest.job("unknown").replacingOccurrences(of: "timeout:", with: "timout:"),
      to: "manifests/mistakes/a-field.yaml")
    try upstream.write(
      Manifest.schedule("dangling", job: "db-bakcup"), to: "manifests/mistakes/b-reference.yaml")
    try upstream.write(
      Manifest.job("twice", extra: "  timeout: 6m\n"), to: "manifests/mistakes/c-key.yaml")
    let revision = try await upstream.push("Make three mistakes")
    try await server.hook()
    let seen = try await eventually("condition of the bad revision") {
      let ready = try await server.condition("Ready")
      return ready["observedRevision"].string == revision ? ready : nil
    }
    #expect(seen["status"].string == "False")
    #expect(seen["reason"].string == "InvalidManifests")
    let plan = try await box.writ(["plan"] + repo)
    #expect(plan.code == 1, "\(plan)")
    #expect(plan.output == "", "what went wrong goes to standard error")
    for place in [
      "manifests/mistakes/a-field.yaml:8:3", "manifests/mistakes/b-reference.yaml:6:8",
      "manifests/mistakes/c-key.yaml:9:3",
    ] {
      #expect(plan.error.contains(place), "\(place) is missing: \(plan.error)")
    }
    #expect(plan.error.contains(#"did you mean "timeout"?"#), "\(plan.error)")
    #expect(plan.error.contains(#"did you mean "db-backup"?"#), "\(plan.error)")
    let errors = try await box.writ(["plan", "-o", "json"] + repo).json()["diagnostics"].items
    #expect(errors.count == 3)
    #expect(try await box.liveState() == before, "the live state is byte-identical")
    try upstream.replace("timout:", by: "timeout:", in: "manifests/mistakes/a-field.yaml")
    try upstream.replace("db-bakcup", by: "db-backup", in: "manifests/mistakes/b-reference.yaml")
    try upstream.write(Manifest.job("twice"), to: "manifests/mistakes/c-key.yaml")
    let repaired = try await upstream.push("Mend them")
    try await server.hook()
    try await server.live(repaired)
    try await remember()
  }

  mutating func aMassDeletionIsBlockedAndAcknowledged(_ server: RunningServer) async throws {
    let before = try await box.liveState()
    try await box.shell("rm -r manifests/schedules", directory: upstream.clone)
    let revision = try await upstream.push("Delete most schedules")
    try await server.hook()
    let seen = try await eventually("condition of the blocked revision") {
      let ready = try await server.condition("Ready")
      return ready["observedRevision"].string == revision ? ready : nil
    }
    #expect(seen["reason"].string == "Blocked")
    #expect(try await box.liveState() == before)
    let plan = try await box.writ(["plan"] + repo)
    #expect(plan.code == 3, "\(plan)")
    #expect(plan.output.contains("Schedule/"), "the plan is shown")
    #expect(plan.output.contains("mass-delete"))
    let command = try #require(plan.commands(startingWith: "writ ack mass-delete --plan ").first)
    let ack = try await box.writ(command)
    #expect(ack.code == 0, "\(command): \(ack)")
    try await server.live(revision)
    let acks = try await box.writ("journal", "-o", "json", "--limit", "60").json()["items"].items
      .filter { $0["kind"].string == "guard.acknowledged" }
    #expect(acks.count == 1)
    #expect(acks.first?["actor"].string?.hasPrefix("cli:") == true)
    try await remember()
  }

  mutating func aRollbackHolds(_ server: RunningServer) async throws {
    let earlier = past[past.count - 2]
    let left = past[past.count - 1]
    let rollback = try await box.writ("rollback")
    #expect(rollback.code == 0, "\(rollback)")
    #expect(rollback.output.contains("writ quarantine clear"))
    var state = try await box.liveState()
    #expect(state.root == earlier.root, "the state root is the earlier one")
    // The loop looks again, and leaves it alone.
    try await server.hook()
    let pass = try await box.writ(["reconcile", "--wait"] + repo)
    #expect(pass.code == 3, "\(pass)")
    #expect(pass.everything.contains("quarantine"), "\(pass)")
    state = try await box.liveState()
    #expect(state.root == earlier.root)
    #expect(state.root != left.root)
    #expect(try await server.condition("Ready")["reason"].string == "Quarantined")
    // A new push resumes: git differs.
    try await box.shell("git revert --no-edit HEAD >/dev/null", directory: upstream.clone)
    try upstream.replace("timeout: 50m", by: "timeout: 55m", in: "manifests/jobs/storage.yaml")
    let revision = try await upstream.push("Bring the schedules back")
    try await server.hook()
    try await server.live(revision)
    try await eventually("condition Ready") {
      try await server.condition("Ready")["status"].string == "True" ? true : nil
    }
    try await remember()
  }

  mutating func aForcePushIsRefused(_ server: RunningServer) async throws {
    let before = try await box.liveState()
    try await upstream.forcePush(past[0].revision)
    try await server.hook()
    let seen = try await eventually("condition of rewritten history") {
      let ready = try await server.condition("Ready")
      return ready["reason"].string == "HistoryRewritten" ? ready : nil
    }
    #expect(seen["status"].string == "False")
    #expect(seen["message"].string?.contains("writ ack history-rewritten --plan ") == true)
    let status = try await box.writ(["status"] + repo)
    #expect(status.output.contains("HistoryRewritten"), "\(status)")
    let pass = try await box.writ(["reconcile", "--wait"] + repo)
    #expect(pass.code == 3, "\(pass)")
    let plan = try await box.writ(["plan"] + repo)
    #expect(plan.code == 3, "\(plan)")
    #expect(try await box.liveState() == before, "nothing changes")
    let verify = try await box.writ("journal", "verify")
    #expect(verify.code == 0, "\(verify)")
  }

  func theServerEnds(_ server: RunningServer) async throws {
    let end = try await server.stop(within: .seconds(40))
    #expect(end.code == 0, "\(end)")
    #expect(!box.exists("data/server.json"))
    try await eventually("end of all processes", within: .seconds(10)) {
      box.processes().isEmpty ? true : nil
    }
  }
}
