import ArgumentParser
import Engine
import GitSource
import Persistence
import Planning
import Resources

/// Makes a data directory in which the revision is live.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Applies a revision to a new data directory.")

  @OptionGroup var bench: Bench
  @Option(help: "The directory to make.") var dataDir: String

  func run() throws {
    let data = DataDirectory(path: dataDir)
    try Unexpected.unless(!data.hasDatabase, "\(dataDir) has a database already")
    try data.prepare()
    let store = try Store(path: data.databasePath, access: .readWrite)
    let source = try bench.revision(liveRoots: [])
    var measurement = Measurement()
    let report = try measurement.time("apply") {
      try Bench.pass(store).run(source: source, actor: "bench", at: Bench.now)
    }
    switch report.outcome {
    case .applied, .unchanged: break
    default: throw Unexpected("the apply came to \(report.outcome)")
    }
    let live = try store.status().live
    try Unexpected.unless(live.revision == source.revision, "another revision is live")
    measurement.facts = [
      "resources": .integer(Int64(live.total)), "revision": .string(source.revision),
    ]
    measurement.report()
  }
}
