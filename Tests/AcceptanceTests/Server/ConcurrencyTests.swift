import Foundation
import Testing

@Suite(.bounded) struct ConcurrencyTests {
  @Test func manyCommandsAndAServerAtOnceLeaveOneHistory() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(box, repository: upstream.bare)
      try await server.ready()
      var newest = ""
      for round in 1...2 {
        try upstream.write(Manifest.job("alpha", timeout: "\(round)0m"), to: "manifests/alpha.yaml")
        newest = try await upstream.push("round \(round)")
        try await withThrowingTaskGroup(of: Outcome.self) { group in
          for number in 0..<10 {
            let words = number.isMultiple(of: 2) ? ["apply", "--yes"] : ["reconcile", "--wait"]
            group.addTask { try await box.writ(words + ["--repo", upstream.bare]) }
          }
          group.addTask {
            try await server.hook()
            return try await box.writ("journal", "verify")
          }
          for try await outcome in group { #expect(outcome.code == 0, "\(outcome)") }
        }
        #expect(try await box.liveState().revision == newest)
      }
      let verify = try await box.writ("journal", "verify")
      #expect(verify.code == 0, "\(verify)")
      // Whoever came first applied each push, and nobody applied it again.
      let updates = try await box.sql(
        "SELECT count(*) FROM journal WHERE kind = 'resource.updated'")
      #expect(updates == "2")
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func manyFirstAppliesMakeOneDatabase() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await withThrowingTaskGroup(of: Outcome.self) { group in
        for _ in 0..<8 {
          group.addTask { try await box.writ("apply", "--yes", "--repo", upstream.bare) }
        }
        for try await outcome in group { #expect(outcome.code == 0, "\(outcome)") }
      }
      let applies = try await box.sql("SELECT count(*) FROM journal WHERE kind = 'plan.applied'")
      #expect(applies == "1")
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }

  @Test func manyFirstFetchesMakeOneMirror() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
        for _ in 0..<6 {
          group.addTask { try await box.writ("reconcile", "--repo", upstream.bare) }
        }
        var outcomes: [Outcome] = []
        for try await outcome in group { outcomes.append(outcome) }
        return outcomes
      }
      for outcome in outcomes { #expect(outcome.code == 0, "\(outcome)") }
      // Whatever happened between them, the next one is right.
      let next = try await box.writ("reconcile", "--repo", upstream.bare)
      #expect(next.code == 0, "\(next)")
      let applies = try await box.sql("SELECT count(*) FROM journal WHERE kind = 'plan.applied'")
      #expect(applies == "1")
      #expect(try await box.writ("journal", "verify").code == 0)
    }
  }
}
