import ArgumentParser
import Engine
import Glibc
import Persistence
import Planning
import Resources

/// Applies a prepared plan of creates to a new database, in its one transaction.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Applies a whole revision to a new database.")

  @OptionGroup var bench: Bench
  @Option(help: "The database file to make.") var database: String

  func run() throws {
    try Unexpected.unless(access(database, F_OK) != 0, "\(database) exists already")
    let source = try bench.revision(liveRoots: [])
    let (plan, _) = try Bench.plan(from: MemoryLive.empty, to: source, liveRoots: [])
    let store = try Store(path: database, access: .readWrite)
    // As in every command, the digest is known before: it is what the gate judged.
    let context = ApplyContext(actor: "bench", time: Bench.now, planDigest: plan.digest)
    var measurement = Measurement()
    let applied = try measurement.time("apply") { try store.apply(plan, context) }

    let live = try store.status().live
    try Unexpected.unless(
      applied.root == plan.predictedRoot && live.root == plan.predictedRoot
        && live.total == plan.changes.count, "the live state is not the plan's")
    let bytes = plan.changes.reduce(0) { $0 + ($1.content?.count ?? 0) }
    measurement.facts = [
      "changes": .integer(Int64(plan.changes.count)), "contentBytes": .integer(Int64(bytes)),
    ]
    measurement.report()
  }
}
