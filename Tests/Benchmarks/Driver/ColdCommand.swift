import ArgumentParser
import Engine
import Planning
import Resources

/// Plans a whole revision where nothing is live: every manifest is read, decoded and checked.
struct ColdCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cold", abstract: "Plans a whole revision from nothing.")

  @OptionGroup var bench: Bench

  func run() throws {
    var measurement = Measurement()
    let (plan, result) = try measurement.time("cold") {
      try Bench.plan(
        from: MemoryLive.empty, to: try bench.revision(liveRoots: []), liveRoots: [])
    }
    measurement.facts = [
      "blobs": .integer(Int64(result.blobsRead)),
      "creates": .integer(Int64(plan.count(of: .create))),
      "plan": .string(plan.digest.description),
    ]
    measurement.report()
  }
}
