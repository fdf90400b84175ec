import ArgumentParser
import Engine
import GitSource
import Persistence
import Planning
import Resources

/// Makes a data directory in which the revision is live.
struct PrepareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Applies a revision to a new data directory.")

  @OptionGroup var bench: Bench
  @Option(help: "The directory to make.") var dataDir: String
  @Option(parsing: .upToNextOption, help: "Commits to apply before, one after the other.")
  var after: [String] = []
  @Flag(help: "Decide all schedules once, as a server does after its start.") var begins = false

  func run() async throws {
    let data = DataDirectory(path: dataDir)
    try Unexpected.unless(!data.hasDatabase, "\(dataDir) has a database already")
    try data.prepare()
    let store = try Store(path: data.databasePath, access: .readWrite)
    var measurement = Measurement()
    for reference in after { try apply(reference, to: store, &measurement) }
    let live = try apply(bench.ref, to: store, &measurement)
    if begins {
      // The clock stands still, so that nothing is due meanwhile.
      let dispatcher = Bench.dispatcher(store, InstantRunner(), wall: ToldClock(Bench.now))
      try await measurement.time("begin") { try await Bench.settle(dispatcher) }
    }
    measurement.facts = [
      "resources": .integer(Int64(live.total)), "revision": .string(live.revision ?? ""),
    ]
    measurement.report()
  }

  @discardableResult
  private func apply(
    _ reference: String, to store: Store, _ measurement: inout Measurement,
  ) throws -> LiveSummary {
    var bench = bench
    bench.ref = reference
    let source = try bench.revision(liveRoots: try store.status().roots)
    let report = try measurement.time("apply") {
      try Bench.pass(store).run(source: source, actor: "bench", at: Bench.now)
    }
    switch report.outcome {
    case .applied, .unchanged: break
    default: throw Unexpected("the apply came to \(report.outcome)")
    }
    let live = try store.status().live
    try Unexpected.unless(live.revision == source.revision, "another revision is live")
    return live
  }
}
