import App
import ArgumentParser
import Cron
import Glibc
import Resources
import TimeZones

/// Finds the next fire times of cron expressions, as `reference/fires.py` does.
struct FiresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fires", abstract: "Finds the next fire times of expressions.")

  @Option(help: "The expressions, as JSON.") var expressions: String
  @Option(help: "The time zone.") var zone: String
  @Option(help: "The first instant, in seconds.") var from: Int64
  @Option(help: "How many times to find of each, at least.") var count: Int

  func run() throws {
    let zone = try ZoneFiles().zone(zone)
    var each: [Value.Member] = []
    var apart: [Value.Member] = []
    var sums: [Value.Member] = []
    let expressions = try JSONReader.read(
      FileText.bytes(expressions, limit: 1 << 20), maximumDepth: 8, maximumBytes: 1 << 20)
    for entry in expressions.array ?? [] {
      let text = entry["cron"]?.string ?? ""
      let fires = Int(entry["fires"]?.integer ?? 0)
      try Unexpected.unless(fires > 0, "\(text) does not say how many times are looked at")
      var occurrences = Occurrences(try CronExpression(parsing: text), in: zone)
      let (nanoseconds, sum) = try inOrder(&occurrences, fires)
      each.append(.init(text, .number(nanoseconds)))
      sums.append(.init(text, .integer(sum)))
      apart.append(.init(text, .number(try scattered(&occurrences))))
    }
    print(
      CanonicalJSON.text(
        of: ["apart": .sorted(apart), "each": .sorted(each), "sum": .sorted(sums)]))
  }

  /// One after the other from the first instant on, as often as it takes.
  private func inOrder(
    _ occurrences: inout Occurrences, _ fires: Int,
  ) throws -> (each: Double, sum: Int64) {
    let passes = (count + fires - 1) / fires
    var sum: Int64 = 0
    let start = Self.processorTime()
    for _ in 0..<passes {
      sum = 0
      var at = from
      for _ in 0..<fires {
        guard let next = occurrences.next(after: at) else { throw Unexpected("it never fires") }
        at = next.instant
        sum += at
      }
    }
    return (Double(Self.processorTime() - start) / Double(passes * fires), sum)
  }

  /// What this process has used, in nanoseconds: nothing here waits.
  private static func processorTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// After instants of twenty years that have nothing to do with each other.
  private func scattered(_ occurrences: inout Occurrences) throws -> Double {
    var state: UInt64 = 88_172_645_463_325_252
    var sum: Int64 = 0
    let start = Self.processorTime()
    for _ in 0..<count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      guard let next = occurrences.next(after: from + Int64(state % 631_152_000)) else {
        throw Unexpected("it never fires")
      }
      sum &+= next.instant
    }
    let each = Double(Self.processorTime() - start) / Double(count)
    try Unexpected.unless(sum != 0, "nothing was found")
    return each
  }
}
