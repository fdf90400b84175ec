import Foundation
import Testing

/// One job on many probes.
@Suite(.bounded) struct FanOutTests {
  private static let files: RunBox.Files = [
    "probes": { $0.probes(12) },
    "jobs": {
      $0.job(
        "fan", "exit 3",
        """
          targets: {selector: {matchLabels: {role: web}}}
          rollout: {waves: [{size: 2}, {size: 100%}], maxFailures: "1"}
        """)
        + $0.job(
          "waves", "true",
          """
            targets: {selector: {matchLabels: {role: web}}}
            rollout: {waves: [{size: 1}, {size: 25%}, {size: 100%}]}
          """)
    },
  ]

  @Test(arguments: [false, true])
  func stopsAtItsFailureBudget(_ isServed: Bool) async throws {
    try await RunBox.with(Self.files) { here in
      let server = isServed ? try await here.serve() : nil
      let outcome = try await here.writ("run", "fan", "--wait", "-o", "json")
      #expect(outcome.code == 1, "\(outcome)")
      let answer = try outcome.json()
      #expect(answer["state"].string == "failed")
      #expect(answer["failureBudget"].int == 1)
      // One more than may fail, never two.
      #expect(answer["failed"].int == 2)
      #expect(answer["stopReason"].string == "failureBudget")
      let states = answer["runs"].items.compactMap { $0["state"].string }
      #expect(states.count { $0 == "failed" } == 2)
      #expect(states.count { $0 == "canceled" } == 10)
      let started = answer["runs"].items.count { !$0["startedAt"].isNull }
      #expect(started == 2)
      let text = try await here.writ("describe", "run", answer["execution"].string ?? "")
      #expect(text.output.contains("too many probes failed"), "\(text)")
      #expect(text.output.contains("2 probes failed, and 1 may"), "\(text)")
      if let server { #expect(try await server.stop().code == 0) }
    }
  }

  @Test func servesAllProbesInWaves() async throws {
    try await RunBox.with(Self.files) { here in
      let answer = try await here.json("run", "waves")
      #expect(answer["state"].string == "success")
      #expect(answer["waves"].items.map(\.int) == [1, 3, 12])
      let runs = answer["runs"].items
      #expect(runs.count == 12)
      let first = try #require(runs.compactMap { $0["endedAt"].string }.min())
      let late = runs.compactMap { $0["startedAt"].string }.count { $0 >= first }
      #expect(late == 11, "the second wave starts after the first has ended")
    }
  }

  @Test func aChoiceOfProbesIsNeverMoreThanTheJobs() async throws {
    try await RunBox.with(Self.files) { here in
      let two = try await here.json("run", "waves", "--probe", "host-3", "--probe", "host-5")
      #expect(two["probes"].items.compactMap(\.string).sorted() == ["host-3", "host-5"])
      let none = try await here.writ("run", "waves", "--probe", "local")
      #expect(none.code == 1, "\(none)")
      #expect(none.error.contains("no probe matches"), "\(none)")
      let selected = try await here.json("run", "waves", "--on", "role in (web,db)")
      #expect(selected["probes"].items.count == 12)
    }
  }
}
