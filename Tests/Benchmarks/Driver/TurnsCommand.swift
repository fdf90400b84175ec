import ArgumentParser
import Engine
import Persistence
import Planning
import Resources
import Workflows

/// Measures turns of the dispatcher at minutes at which some of many schedules are due.
struct TurnsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "turns", abstract: "Decides the schedules that are due, minute after minute.")

  @Option(help: "A data directory in which all schedules have been decided before.")
  var dataDir: String
  @Option(help: "How many schedules are due each minute.") var due: Int
  @Option(help: "How many minutes.") var runs: Int

  func run() async throws {
    let store = try Store(path: DataDirectory(path: dataDir).databasePath, access: .readWrite)
    let next = try store.dispatch(at: Bench.now) { transaction throws(StoreError) in
      try transaction.nextDue()
    }
    guard let next else { throw Unexpected("no schedule is due at any time") }
    // Making so many schedules live may have taken longer than a minute.
    let earlier = try store.runs(RunFilter(limit: 1)).totals[.success] ?? 0
    let expected = [RunState.success: earlier + due * (runs + 1)]
    let wall = ToldClock(Timestamp(nanoseconds: next.nanoseconds - 60_000_000_000))
    let dispatcher = Bench.dispatcher(store, InstantRunner(), wall: wall)
    var measurement = Measurement()
    await measurement.time("start") { _ = await dispatcher.turn() }
    // The first one reads the definitions of what is due.
    for name in ["first"] + Array(repeating: "tick", count: runs) {
      wall.advance(seconds: 60)
      await measurement.time(name) { _ = await dispatcher.turn() }
      await measurement.time("results") { _ = await dispatcher.turn() }
      try await Bench.settle(dispatcher)
      await measurement.time("idle") { _ = await dispatcher.turn() }
    }
    let totals = try store.runs(RunFilter(limit: 1)).totals
    try Unexpected.unless(
      totals == expected, "instead of \(expected) there are \(totals)")
    measurement.facts = [
      "schedules": .integer(Int64(try store.status().live.total - 1)), "due": .integer(Int64(due)),
    ]
    measurement.report()
  }
}
