import App
import ArgumentParser
import Engine
import Persistence
import Resources
import Workflows

/// Measures how long after their time runs of schedules start that fire each second.
///
/// The time of each is on record: that of the occurrence, and that at which the probe said that the
/// process runs.
struct LatenessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lateness", abstract: "Lets schedules fire for a while.")

  @Option(help: "A data directory with schedules that fire each second.") var dataDir: String
  @Option(help: "For how many seconds.") var seconds: Int
  @Flag(help: "Start the processes, instead of saying so.") var spawns = false

  func run() async throws {
    let workspace = try Bench.workspace(dataDir)
    let store = try workspace.writeStore()
    let dispatcher =
      spawns
      ? try workspace.dispatcher(store, decidesSchedules: true, logger: Bench.logger)
      : Bench.dispatcher(store, InstantRunner(), wall: SystemClock())
    let loop = Task { await dispatcher.run() }
    try await ContinuousClock().sleep(for: .seconds(seconds))
    loop.cancel()
    await loop.value

    let due = try instants(store)
    var measurement = Measurement()
    for run in try Bench.runs(store) {
      guard let instant = due[run.id.execution], let started = run.startedAt else { continue }
      measurement.add(started.nanoseconds - instant * 1_000_000_000, to: "lateness")
    }
    measurement.facts = try verdicts(store)
    measurement.report()
  }

  private func instants(_ store: Store) throws -> [ExecutionID: Int64] {
    var instants: [ExecutionID: Int64] = [:]
    for row in try store.scheduleRows() {
      for record in try store.occurrences(of: row.name, before: nil, limit: seconds * 2 + 10) {
        if let execution = record.execution { instants[execution] = record.instant }
      }
    }
    return instants
  }

  /// How many occurrences have which verdict; those that did not run have no lateness.
  private func verdicts(_ store: Store) throws -> [String: Value] {
    var counts: [String: Int64] = [:]
    for row in try store.scheduleRows() {
      for (verdict, count) in try store.verdictCounts(of: row.name) {
        counts[verdict.rawValue, default: 0] += Int64(count)
      }
    }
    return counts.mapValues { .integer($0) }
  }
}
