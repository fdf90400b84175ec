import Actions
import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

@Suite("A store that fails")
struct RunFaultTests {
  /// A schedule that fires, a job that fails and is retried, a fan-out that stops at its budget,
  /// output, and a cancellation.
  private static let files = [
    "manifests/jobs.yaml": [
      RunWorkshop.job(
        "a", "  retry: {attempts: 2, backoff: {initial: 1s}}\n  success: run.stdout == 'ok'\n"),
      RunWorkshop.job(
        "fleet",
        "  targets: {all: true}\n  rollout: {waves: [{size: 1}, {size: 100%}], maxFailures: 0}\n"),
    ].joined(separator: "---\n"),
    "manifests/probes.yaml": ["p", "q", "r"].map { RunWorkshop.probe($0) }.joined(
      separator: "---\n"),
    "manifests/s.yaml": RunWorkshop.schedule(
      "s", "a", "  when: {cron: \"* * * * *\"}\n  mode: oncePerProbe\n  cooldown: 1s\n"),
  ]

  private func play(failingAt number: Int) async throws -> (calls: Int, image: [String]) {
    nonisolated final class Box { var store: FailingRunStore? }
    let box = Box()
    let shop = try RunWorkshop(
      Self.files,
      wrap: { store in
        let failing = FailingRunStore(store)
        box.store = failing
        return failing
      })
    let store = try #require(box.store)
    store.fail(at: number)
    await shop.turn()
    shop.world.wall.advance(seconds: 60)
    await shop.turn()
    for text in ["no", "ok"] {
      await shop.turn()
      for run in shop.runner.waiting {
        shop.runner.report(
          run, .output(OutputChunk(stream: .stdout, offset: 0, bytes: Array(text.utf8))))
        shop.runner.finish(run)
      }
      await shop.turn()
      shop.world.wall.advance(seconds: 2)
      await shop.turn()
    }
    _ = try shop.service.start("fleet", as: try #require(ExecutionID("xfleet")))
    await shop.turn()
    shop.runner.finishAll(exitCode: 1)
    await shop.turn()
    _ = try shop.service.start("fleet", as: try #require(ExecutionID("xcancel")))
    await shop.turn()
    _ = try shop.service.stop(.execution(try #require(ExecutionID("xcancel"))), .cancel)
    await shop.turn()
    for run in shop.runner.waiting {
      shop.runner.report(run, .finished(ActionResult(.canceled, signal: 15)))
    }
    await shop.turn()
    let attempts = shop.runner.started
    #expect(Set(attempts).count == attempts.count, "call \(number): an attempt was sent twice")
    #expect(try shop.world.store.firstBrokenEvent() == nil, "call \(number)")
    let runs = try shop.world.store.runs(RunFilter(limit: 500)).runs.reversed().map {
      "\($0.id) \($0.state.rawValue) \($0.reason?.rawValue ?? "") \($0.stdoutBytes)"
    }
    let rows = try shop.world.store.occurrences(of: "s", before: nil, limit: 100).map {
      "\($0.nominal) \($0.verdict.rawValue)"
    }
    return (store.count, runs.sorted() + rows)
  }

  @Test("whichever of its calls fails once, all comes out as if none had", .timeLimit(.minutes(10)))
  func everyCall() async throws {
    let (calls, expected) = try await play(failingAt: .max)
    #expect(expected.count >= 6)
    var number = 0
    while number < calls {
      number += 1
      let outcome = try await play(failingAt: number)
      #expect(outcome.image == expected, "call \(number) of \(calls)")
    }
  }
}
