import ArgumentParser
import Engine
import Persistence
import Planning
import Resources

/// Runs the pass of the loop when nothing is new.
struct TickCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tick", abstract: "Reconciles a revision that is live already.")

  @OptionGroup var bench: Bench
  @Option(help: "A data directory in which the revision is live.") var dataDir: String
  @Option(help: "How many samples to take.") var runs: Int

  func run() throws {
    let store = try Store(path: DataDirectory(path: dataDir).databasePath, access: .readWrite)
    var measurement = Measurement()
    // The first pass may have conditions to write; later ones have nothing to say.
    try check(tick(store))
    for _ in 0..<runs {
      let report = try measurement.time("tick") { try tick(store) }
      try check(report)
    }
    measurement.facts = ["resources": .integer(Int64(try store.status().live.total))]
    measurement.report()
  }

  private func tick(_ store: Store) throws -> ReconcilePass.Report {
    let source = try bench.revision(liveRoots: try store.status().roots)
    return try Bench.pass(store).run(source: source, actor: "bench", at: Bench.now)
  }

  private func check(_ report: ReconcilePass.Report) throws {
    guard case .unchanged = report.outcome else {
      throw Unexpected("the pass came to \(report.outcome)")
    }
  }
}
