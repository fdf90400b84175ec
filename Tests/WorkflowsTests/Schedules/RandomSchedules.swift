import Cron
import Resources
import TimeZones
import Workflows
import ZoneSupport

/// Schedules as people might write them, and as they would not.
struct RandomSchedules {
  /// Expressions, and about how far their times are apart, in seconds.
  static let expressions: [(text: String, interval: Int64)] = [
    ("*/5 * * * * *", 5), ("* * * * *", 60), ("*/5 * * * *", 300), ("*/20 * * * *", 1200),
    ("0,30 * * * *", 1800), ("15 * * * *", 3600), ("0 */3 * * *", 10_800), ("30 2 * * *", 86_400),
    ("0,20,40 1-3 * * *", 9600), ("*/10 0-4 * * *", 2880), ("0 12 * * 1-5", 120_960),
    ("45 1 * * 0", 604_800),
  ]

  let zones: [Zone]
  /// A zone by the data of two versions.
  let versions: [Zone]

  init() throws {
    zones = try [
      "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "America/New_York", "Europe/Berlin",
      "Asia/Tokyo",
    ].map(SystemZones.zone)
    versions = try ["EST5EDT,M3.2.0,M11.1.0", "EST5EDT,M3.1.0,M11.2.0", "EST5", "EST4"].map {
      try Zone(name: "Test/Zone", rule: $0)
    }
  }

  struct Sample {
    var definition: ScheduleDefinition
    var interval: Int64
    /// Which of ``expressions`` and which rule, where the zone may get new data.
    var expression: (text: String, rule: ClockRule)?
  }

  /// A schedule of any kind; each has another digest.
  func next(_ name: String, _ generator: inout SeededGenerator) throws -> Sample {
    var sample = try times(name, &generator)
    var bytes: [UInt8] = []
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: generator.next() >> (shift * 8))) }
    sample.definition.digest = Digest(of: bytes)
    let interval = sample.interval
    func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }
    sample.definition.overlap =
      ScheduleDefinition.Overlap.allCases.randomElement(using: &generator) ?? .skip
    sample.definition.catchUpMax = one(in: 3) ? Int.random(in: 0...1000, using: &generator) : 1
    if one(in: 3) {
      sample.definition.catchUpWindow = .seconds(
        Int64.random(in: 0...interval * 50, using: &generator))
    }
    if one(in: 4) {
      sample.definition.startingDeadline = .seconds(
        Int64.random(in: 1...interval * 5, using: &generator))
    }
    if one(in: 3) {
      sample.definition.jitter = .seconds(Int64.random(in: 0...interval * 2, using: &generator))
    }
    if one(in: 4) {
      sample.definition.mode = one(in: 2) ? .oncePerProbe : .oncePerTarget
      sample.definition.cooldown = .seconds(Int64.random(in: 1...interval * 9, using: &generator))
    }
    if one(in: 5) {
      sample.definition.times.windows = [
        FireWindow(
          weekdays: UInt8.random(in: 1...127, using: &generator), from: 3600,
          to: Int.random(in: 0..<86_400, using: &generator))
      ]
    }
    if one(in: 40) { sample.definition.times.isSuspended = true }
    return sample
  }

  private func times(_ name: String, _ generator: inout SeededGenerator) throws -> Sample {
    if Int.random(in: 0..<6, using: &generator) == 0 {
      let interval = Int64.random(in: 1...20_000, using: &generator)
      return Sample(
        definition: ScheduleLab.definition(
          every: .seconds(interval), in: zones[Int.random(in: 0..<6, using: &generator)],
          name: name), interval: interval)
    }
    let found = Self.expressions[
      Int.random(in: 0..<Self.expressions.count, using: &generator)]
    let rule = ClockRule.allCases.randomElement(using: &generator) ?? .vixie
    let isVersioned = Int.random(in: 0..<4, using: &generator) == 0
    let zone = (isVersioned ? versions : zones).randomElement(using: &generator) ?? .utc
    return Sample(
      definition: try ScheduleLab.definition(cron: found.text, in: zone, rule: rule, name: name),
      interval: found.interval, expression: isVersioned ? (found.text, rule) : nil)
  }
}
