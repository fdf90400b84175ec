import Foundation
import Testing

/// What people and policies have to say before a run starts.
@Suite(.bounded) struct RunPolicyTests {
  private static func policy(_ spec: String) -> String {
    """
    ---
    apiVersion: writ/v1
    kind: CommandPolicy
    metadata: {name: careful}
    spec: \(spec)

    """
  }

  @Test(arguments: [
    ("{level: observe}", "rm -f /tmp/writ-acceptance-nothing"),
    ("{level: observe}", "x=rm; $x -f /tmp/writ-acceptance-nothing"),
    ("{level: observe}", "sh -c 'rm -f /tmp/writ-acceptance-nothing'"),
    ("{level: remediate, blocked: [touch]}", "true; touch /tmp/writ-acceptance-nothing"),
    ("{level: remediate, allowed: [echo]}", "date"),
  ])
  func whatIsNotAllowedIsDenied(_ policy: String, _ script: String) async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", script) }, "policy": { _ in Self.policy(policy) },
    ]) { here in
      let outcome = try await here.writ("run", "a", "-o", "json")
      #expect(outcome.code == 3, "\(outcome)")
      let run = try outcome.json()["runs"][0]
      #expect(run["state"].string == "denied")
      #expect(run["startedAt"].isNull)
      #expect(run["message"].string?.contains("careful") == true, "\(run)")
      #expect(!FileManager.default.fileExists(atPath: "/tmp/writ-acceptance-nothing"))
    }
  }

  @Test func whatAPolicyQueuesRunsOnceItIsApproved() async throws {
    try await RunBox.with([
      "jobs": { $0.job("a", "touch \($0.path)/touched") },
      "policy": { _ in
        Self.policy("{level: observe, otherwise: queue, approval: {required: true}}")
      },
    ]) { here in
      let server = try await here.serve()
      let execution = try await here.start("a")
      try await eventually("a run that waits") {
        try await here.json("runs")["runs"][0]["reason"].string == "admission" ? true : nil
      }
      #expect(!here.box.exists("touched"))
      let approved = try await here.writ(
        "approve", execution, "--as", "ben", "--reason", "it must be")
      #expect(approved.code == 0, "\(approved)")
      try await here.waitFor("success", of: execution)
      #expect(here.box.exists("touched"))
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func anExecutionWaitsForItsApprovers() async throws {
    try await RunBox.with([
      "jobs": {
        $0.job("a", "touch \($0.path)/touched", "  approval: {approvers: 2, roles: [operator]}")
      },
      "role": { _ in ApprovalBox.role("ben", "eva") },
    ]) { here in
      let server = try await here.serve()
      let execution = try await here.start("a")
      func approve(_ person: String) async throws -> Outcome {
        try await here.writ("approve", execution, "--as", person, "--reason", "go")
      }
      let stranger = try await approve("mallory")
      #expect(stranger.code == 3, "\(stranger)")
      #expect(try await approve("ben").code == 0)
      #expect(!here.box.exists("touched"))
      #expect(try await here.state(execution) == "queued")
      #expect(try await approve("eva").code == 0)
      try await here.waitFor("success", of: execution)
      #expect(here.box.exists("touched"))
      let late = try await approve("ben")
      #expect(late.code == 4, "\(late)")
      #expect(late.error.contains("has ended"), "\(late)")
      let rejected = try await here.start("a")
      let word = try await here.writ("reject", rejected, "--as", "ben", "--reason", "no")
      #expect(word.code == 0, "\(word)")
      try await here.waitFor("denied", of: rejected)
      #expect(try await here.writ("journal", "verify").code == 0)
      #expect(try await server.stop().code == 0)
    }
  }
}
