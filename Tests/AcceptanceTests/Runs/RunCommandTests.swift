import Foundation
import Testing

/// `writ run`: with and without a server.
@Suite(.bounded) struct RunCommandTests {
  private static let files: RunBox.Files = [
    "jobs": {
      $0.job("good", "echo out; echo err >&2") + $0.job("slow", "sleep 0.7")
        + $0.job("slower", "sleep 0.9") + $0.job("bad", "echo trying; exit 7")
        + $0.job("named", #"echo "$WRIT_JOB on $WRIT_PROBE, attempt $WRIT_ATTEMPT: $WRIT_TRIGGER""#)
        + $0.job("approved", "echo ran", "  approval: {required: true}")
        + $0.job(
          "flaky", "test \"$WRIT_ATTEMPT\" -ge 3",
          "  retry: {attempts: 3, backoff: {initial: 10ms}}")
    }
  ]

  @Test func withoutAServerItRunsHereAndWaits() async throws {
    try await RunBox.with(Self.files) { here in
      let good = try await here.writ("run", "good")
      #expect(good.code == 0, "\(good)")
      #expect(good.output.contains(": success after "), "\(good)")
      #expect(good.error == "writ: no server is running, so it runs here\n")
      let bad = try await here.writ("run", "bad")
      #expect(bad.code == 1, "\(bad)")
      #expect(bad.output.contains("exit code 7"), "\(bad)")
      let flaky = try await here.writ("run", "flaky", "-o", "json")
      #expect(flaky.code == 0, "\(flaky)")
      let runs = try flaky.json()["runs"].items
      #expect(runs.map { $0["state"].string } == ["failed", "failed", "success"])
      #expect(runs.map { $0["attempt"].int } == [1, 2, 3])
      #expect(try await here.writ("journal", "verify").code == 0)
    }
  }

  @Test func followPrintsBothStreamsEachToItsOwn() async throws {
    try await RunBox.with(Self.files) { here in
      let outcome = try await here.writ("run", "good", "--wait", "--follow")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.hasPrefix("out\n"), "\(outcome)")
      #expect(outcome.error.contains("\nerr\n"), "\(outcome)")
    }
  }

  @Test func aProcessIsToldWhatItRunsFor() async throws {
    try await RunBox.with(Self.files) { here in
      let outcome = try await here.writ("run", "named", "--follow")
      #expect(outcome.output.hasPrefix("named on local, attempt 1: manual\n"), "\(outcome)")
    }
  }

  @Test func withAServerItReturnsAtOnceUnlessToldToWait() async throws {
    try await RunBox.with(Self.files) { here in
      let server = try await here.serve()
      let asked = try await here.writ("run", "good", "-o", "json")
      #expect(asked.code == 0, "\(asked)")
      let answer = try asked.json()
      #expect(answer.keys == ["approvers", "execution", "formatVersion", "probes"])
      #expect(answer["probes"].items.map(\.string) == ["local"])
      let execution = try #require(answer["execution"].string)
      try await here.waitFor("success", of: execution)
      #expect(try await here.writ("run", "good", "--wait").code == 0)
      let bad = try await here.writ("run", "bad", "--wait", "--follow")
      #expect(bad.code == 1, "\(bad)")
      #expect(bad.output.hasPrefix("trying\n"), "\(bad)")
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func whatWaitsForApprovalEndsTheWaitWithThree() async throws {
    try await RunBox.with(Self.files) { here in
      let outcome = try await here.writ("run", "approved")
      #expect(outcome.code == 3, "\(outcome)")
      #expect(outcome.output.contains("agree with: writ approve x"), "\(outcome)")
    }
  }

  @Test(arguments: [
    (["run", "goood"], Int32(1), "did you mean \"good\"?"),
    (["run", "good", "--on", "role=db"], 1, "no probe matches"),
    (["run", "good", "--on", "a b"], 64, "--on \"a b\""),
    (["run", "good", "--on", "a=b", "--probe", "local"], 64, "cannot be given together"),
    (["run", "good", "--deadline", "-5m"], 64, "--deadline"),
    (["runs", "--status", "sucess"], 64, "did you mean \"success\"?"),
    (["runs", "--limit", "0"], 64, "not in 1-500"),
    (["runs", "--since", "1h", "--until", "2h"], 64, "is after"),
    (["runs", "--since", "gestern"], 64, "--since \"gestern\""),
    (["logs", "xnothing"], 1, "there is no run xnothing"),
    (["describe", "run", "xnothing"], 1, "there is no run xnothing"),
    (["cancel", "xnothing"], 1, "there is no run xnothing"),
    (["cancel"], 64, "name a run or an execution"),
    (["cancel", "--job", "good"], 4, "nothing of Job/good runs"),
    (["kill", "--job", "good"], 4, "nothing of Job/good runs"),
    (["retry", "xnothing"], 1, "there is no run xnothing"),
    (["revoke", "good", "--reason", " "], 64, "say why"),
    (["approve", "xnothingatall0"], 1, "there is no run"),
    (["schedule", "pause", "nothing"], 1, "there is no live Schedule/nothing"),
    (["schedule", "history", "nothing"], 1, "Schedule/nothing is not live"),
    (["backfill", "nothing", "--from", "1h"], 1, "there is no live Schedule/nothing"),
    (["backfill", "nothing", "--from", "1h", "--to", "2h"], 64, "is after"),
  ])
  func aMistakeIsToldWithWhatHelps(
    _ arguments: [String], _ code: Int32, _ words: String,
  ) async throws {
    try await RunBox.with(Self.files) { here in
      let outcome = try await here.box.writ(arguments)
      #expect(outcome.code == code, "\(outcome)")
      #expect(outcome.error.contains(words), "\(outcome)")
      #expect(outcome.output.isEmpty, "\(outcome)")
    }
  }

  /// No command of runs makes a database where none is.
  @Test func withoutADatabaseItSaysSo() async throws {
    try await Sandbox.with { box in
      for command in [["runs"], ["run", "a"], ["job", "list"], ["schedule", "list"]] {
        let outcome = try await box.writ(command)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.error.contains(box.data), "\(outcome)")
      }
      #expect(!box.exists("data/writ.db"))
    }
  }

  /// Two shells at once, no server: both runs happen.
  @Test func twoRunsAtOnceWithoutAServerBothEnd() async throws {
    try await RunBox.with(Self.files) { here in
      async let first = here.writ("run", "slow")
      async let second = here.writ("run", "slower")
      let outcomes = try await [first, second]
      #expect(outcomes.allSatisfy { $0.code == 0 }, "\(outcomes)")
    }
  }
}
