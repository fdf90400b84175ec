import ArgumentParser
import Engine
import GitSource
import Kinds
import Planning
import Resources

/// Plans a whole revision where nothing is live: every manifest is read, decoded and checked.
struct ColdCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cold", abstract: "Plans a whole revision from nothing.")

  @OptionGroup var bench: Bench
  @Option(help: "A folder with policies that are live already.") var policies: String?

  func run() throws {
    var measurement = Measurement()
    let live = try live()
    let (plan, result) = try measurement.time("cold") {
      try Bench.plan(
        from: live, to: try bench.revision(liveRoots: []), liveRoots: [])
    }
    measurement.facts = [
      "blobs": .integer(Int64(result.blobsRead)),
      "creates": .integer(Int64(plan.count(of: .create))),
      "plan": .string(plan.digest.description),
      "findings": .integer(Int64(plan.policies.count)),
    ]
    measurement.report()
  }

  /// Nothing, or policies alone.
  private func live() throws -> MemoryLive {
    guard let policies else { return .empty }
    let read = try WorkTree(directory: policies, registry: .standard).read(requestedRoots: [""])
    try Unexpected.unless(
      !read.diagnostics.containsError, "the policies are not valid: \(read.diagnostics)")
    return MemoryLive(revision: nil, resources: read.resources)
  }
}
