import Foundation
import Testing

/// suspend, resume, rollback, quarantine and reconcile, without a server.
@Suite(.bounded) struct OperatorTests {
  /// Two applies: alpha with 5m, then with 9m.
  private func twice(_ box: Sandbox) async throws -> (
    upstream: Upstream, first: Sandbox.LiveState, second: Sandbox.LiveState
  ) {
    let upstream = try await Upstream(box, files: Manifest.few)
    try await box.writ("apply", "--repo", upstream.bare)
    let first = try await box.liveState()
    try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    try await upstream.push("more time")
    try await box.writ("apply", "--repo", upstream.bare)
    return (upstream, first, try await box.liveState())
  }

  @Test func reconcileAppliesByItselfWhereNoServerRuns() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let first = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(first.code == 0, "\(first)")
      #expect(first.output.contains("applied"), "\(first)")
      let second = try await box.writ("reconcile", "--wait", "--repo", upstream.bare, "-o", "json")
      #expect(second.code == 0)
      #expect(try second.json()["result"].string == "unchanged")
      try upstream.write("kind: [", to: "manifests/bad.yaml")
      try await upstream.push("bad")
      let third = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(third.code == 1)
      #expect(third.output == "")
      #expect(third.error.contains("manifests/bad.yaml:1:"), "\(third)")
      let status = try await box.writ("status", "-o", "json", "--repo", upstream.bare).json()
      let ready = status["conditions"].items.first { $0["type"].string == "Ready" }
      #expect(ready?["reason"].string == "InvalidManifests")
    }
  }

  @Test func suspendHoldsTheLoopUntilResume() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      #expect(try await box.writ("suspend", "--reason", "maintenance").code == 0)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let revision = try await upstream.push("more time")
      let before = try await box.liveState()
      let held = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(held.code == 3, "\(held)")
      #expect(held.error.contains("writ resume"), "\(held)")
      #expect(try await box.liveState() == before)
      let status = try await box.writ("status", "--repo", upstream.bare)
      #expect(
        status.output.contains("SUSPENDED") && status.output.contains("maintenance"), "\(status)")
      let json = try await box.writ("status", "-o", "json", "--repo", upstream.bare).json()
      #expect(json["suspended"]["reason"].string == "maintenance")
      #expect(try await box.writ("resume").code == 0)
      #expect(try await box.writ("resume").output.contains("not suspended"))
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 0)
      #expect(try await box.liveState().revision == revision)
    }
  }

  @Test func rollbackRestoresTheRootAndQuarantinesWhatWasLeft() async throws {
    try await Sandbox.with { box in
      let (upstream, first, second) = try await twice(box)
      let rollback = try await box.writ("rollback", "--reason", "too slow", "-o", "json")
      #expect(rollback.code == 0, "\(rollback)")
      #expect(try rollback.json()["rollback"].bool == true)
      #expect(try rollback.json()["stateRoot"].string == first.root)
      #expect(try await box.liveState().root == first.root)
      let contents = try await box.writ("quarantine", "list", "-o", "json").json()["items"].items
      #expect(contents.map { $0["stateRoot"].string } == [second.root])
      #expect(contents.first?["reason"].string == "too slow")
      #expect(try await box.writ("quarantine").output.contains(second.revision.prefix(12)))
      let held = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(held.code == 3, "\(held)")
      #expect(try await box.liveState().root == first.root)
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 3, "\(plan)")
      let command = try #require(plan.commands(startingWith: "writ quarantine clear ").first)
      let clear = try await box.writ(Array(command.prefix(3)))
      #expect(clear.code == 0, "the printed command works: \(clear)")
      #expect(try await box.writ("reconcile", "--repo", upstream.bare).code == 0)
      #expect(try await box.liveState().root == second.root)
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func rollbackToARevisionThatWasLive() async throws {
    try await Sandbox.with { box in
      let (upstream, first, _) = try await twice(box)
      try upstream.write(Manifest.job("delta"), to: "manifests/delta.yaml")
      try await upstream.push("one more")
      try await box.writ("apply", "--repo", upstream.bare)
      let rollback = try await box.writ("rollback", "--to", String(first.revision.prefix(10)))
      #expect(rollback.code == 0, "\(rollback)")
      let state = try await box.liveState()
      #expect(state.root == first.root)
      #expect(state.revision == first.revision)
      let again = try await box.writ("rollback", "--to", first.revision)
      #expect(again.code == 1)
      #expect(again.error.contains("already"), "\(again)")
    }
  }

  @Test func rollbackToWhatNeverWasIsRefused() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      for words in [["rollback"], ["rollback", "--to", "deadbeef"]] {
        let outcome = try await box.writ(words)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains("writ history"), "\(outcome)")
      }
    }
  }

  @Test func clearingWhatIsNotInQuarantineIsRefused() async throws {
    try await Sandbox.with { box in
      let (_, _, second) = try await twice(box)
      #expect(try await box.writ("quarantine", "list").output.contains("nothing is in quarantine"))
      try await box.writ("rollback")
      for what in ["0123456789", String(second.root.prefix(3))] {
        let outcome = try await box.writ("quarantine", "clear", what)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains("writ quarantine list"), "\(outcome)")
      }
      let byRevision = try await box.writ("quarantine", "clear", second.revision)
      #expect(byRevision.code == 0, "\(byRevision)")
      #expect(try await box.writ("quarantine", "list").output.contains("nothing is in quarantine"))
    }
  }
}
