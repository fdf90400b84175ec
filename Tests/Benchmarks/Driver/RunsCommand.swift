import App
import ArgumentParser
import Engine
import Persistence
import Resources
import Workflows

/// Runs a job as often as is asked for, each with a durable result, as the server does.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Runs a job again and again.")

  @Option(help: "A data directory in which the job is live.") var dataDir: String
  @Option(help: "The job.") var job: String
  @Option(help: "How many executions to ask for.") var count: Int

  func run() async throws {
    let workspace = try Bench.workspace(dataDir)
    let store = try workspace.writeStore()
    let last = try request(store, workspace.wall.now())
    let dispatcher = try workspace.dispatcher(store, decidesSchedules: false, logger: Bench.logger)
    var measurement = Measurement()
    await measurement.time("runs") { await dispatcher.run(until: last) }

    let totals = try store.runs(RunFilter(limit: 1)).totals
    try Unexpected.unless(
      totals == [.success: count], "instead of \(count) successes there are \(totals)")
    measurement.facts = ["runs": .integer(Int64(count))]
    measurement.report()
  }

  /// Asks for all executions in one transaction; the last one is named.
  private func request(_ store: Store, _ now: Timestamp) throws -> ExecutionID {
    let ids = (0..<count).map { _ in ExecutionID.random() }
    try store.dispatch(at: now) { transaction throws(StoreError) in
      for id in ids {
        try transaction.enqueue(
          RunRequest(.start(RunRequest.Start(id: id, job: job)), actor: "bench", time: now))
      }
    }
    guard let last = ids.last else { throw Unexpected("nothing is asked for") }
    return last
  }
}
