import Cron
import Resources
import Testing
import TimeZones
import Workflows
import ZoneSupport

/// What holds for every schedule, zone and rule, however often it is decided.
struct SchedulePropertyTests {
  static let zones = [
    "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "America/New_York", "Europe/Berlin",
    "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll", "UTC",
  ]
  private static let expressions = [
    "30 2 * * *", "0 0 * * *", "*/20 * * * *", "0,15,45 1-3 * * *", "59 23 * * *", "0 */2 * * *",
    "30 1,2,3 * * 0", "0 12 * * *", "*/7 0-4 * * *", "15 0 29-31 * *", "0 30 0-3 * * *",
  ]

  /// Changes of the clocks from 2010 to 2025.
  private func changes(_ zone: Zone) -> [Int64] {
    var cursor = ZoneCursor()
    var result: [Int64] = []
    var change = zone.nextTransition(after: 1_262_304_000, &cursor)
    while let found = change, found.instant < 1_767_225_600 {
      result.append(found.instant)
      change = zone.nextTransition(after: found.instant, &cursor)
    }
    return result
  }

  /// All that has a name after `start` up to `end`, by looking at the times alone.
  private func names(
    _ times: ScheduleTimes, after start: Int64, through end: Int64,
  ) -> [OccurrenceName: Int64] {
    var times = times
    var result: [OccurrenceName: Int64] = [:]
    var at = start
    while let next = times.next(after: at), next.occurrence.instant <= end {
      at = next.occurrence.instant
      result[OccurrenceName(nominal: next.occurrence.nominal, fold: next.occurrence.fold)] = at
    }
    for time in times.suppressed(from: start + 1, through: end, limit: 1_000_000) {
      result[OccurrenceName(nominal: time.nominal, fold: time.fold)] = time.instant
    }
    return result
  }

  /// A schedule that is random, but for its times.
  private func definition(
    _ zone: Zone, _ generator: inout SeededGenerator,
  ) throws -> ScheduleDefinition {
    let expression = try #require(Self.expressions.randomElement(using: &generator))
    let rule = try #require(ClockRule.allCases.randomElement(using: &generator))
    var definition = try ScheduleLab.definition(cron: expression, in: zone, rule: rule)
    definition.overlap = .allowAll
    if Bool.random(using: &generator) {
      definition.times.windows = [
        FireWindow(weekdays: 0x5D, from: 1800, to: Int.random(in: 0..<86_400, using: &generator))
      ]
    }
    if Bool.random(using: &generator) {
      definition.jitter = .seconds(Int64.random(in: 1...7200, using: &generator))
    }
    return definition
  }

  @Test(arguments: zones)
  func eachNominalTimeHasOneRowHoweverOftenItIsDecided(_ name: String) throws {
    let seed = Simulation.seed(else: 20_26)
    var generator = SeededGenerator(seed: seed ^ UInt64(name.utf8.count))
    let zone = try SystemZones.zone(name)
    var starts = changes(zone)
    starts += (0..<6).map { _ in Int64.random(in: 0...4_000_000_000, using: &generator) }
    var rows = 0
    for change in starts {
      let start = change - Int64.random(in: 0...2 * 86_400, using: &generator)
      let end = start + Int64.random(in: 86_400...4 * 86_400, using: &generator)
      let definition = try definition(zone, &generator)
      // One decision for each due time; ticks at random; all at the end, as after an outage.
      var each = try lab(definition, start)
      while let due = each.cursor.nextDue, due <= .second(end) { try each.decide(at: due) }
      try each.decide(at: .second(end))
      var ticks = try lab(definition, start)
      var now = start
      while now < end {
        now = min(end, now + Int64.random(in: 0...29, using: &generator) * 400)
        try ticks.decide(at: .second(now))
      }
      var once = try lab(definition, start)
      try once.decide(at: .second(end))
      let found = [each, ticks, once].map { lab in Set(lab.records.map { OccurrenceName($0) }) }
      let context: Comment = "seed \(seed): \(definition.times) from \(start) to \(end)"
      #expect(found[0] == found[1] && found[1] == found[2], context)
      #expect(!each.hasDoubles && !ticks.hasDoubles && !once.hasDoubles, context)
      // What a clock does not show until the jitter is over has no row yet.
      let pending = each.firstPending(through: end)
      let expected = names(definition.times, after: start, through: pending - 1)
      #expect(found[0] == Set(expected.keys), context)
      #expect(each.records.allSatisfy { $0.verdict != .late && $0.verdict != .lostOutage }, context)
      #expect(each.records.allSatisfy { expected[OccurrenceName($0)] == $0.instant }, context)
      rows += found[0].count
    }
    #expect(rows > 100)
  }

  private func lab(_ definition: ScheduleDefinition, _ start: Int64) throws -> ScheduleLab {
    try ScheduleLab(definition, from: Timestamp.second(start).description)
  }

  @Test func aDecisionDependsOnItsArgumentsAlone() throws {
    var generator = SeededGenerator(seed: 7)
    let zone = try SystemZones.zone("America/New_York")
    for _ in 0..<40 {
      var first = try definition(zone, &generator)
      var second = first
      let start = Int64.random(in: 1_700_000_000...1_800_000_000, using: &generator)
      let cursor = ScheduleMachine.begin(
        &first, at: .second(start), previous: nil, zoneDataVersion: ""
      ).cursor
      // What the first one remembers of other times makes no difference.
      _ = ScheduleMachine.decide(
        &first, cursor, ScheduleActivity(), now: .second(start + 9_000_000), zoneDataVersion: "")
      let now = Timestamp.second(start + 300_000)
      let decisions = [
        ScheduleMachine.decide(&first, cursor, ScheduleActivity(), now: now, zoneDataVersion: ""),
        ScheduleMachine.decide(&second, cursor, ScheduleActivity(), now: now, zoneDataVersion: ""),
      ]
      #expect(decisions[0] == decisions[1])
    }
  }
}

extension ScheduleLab {
  /// The first instant up to `end` whose occurrence waits for its jitter to be over; else the one
  /// after `end`.
  func firstPending(through end: Int64) -> Int64 {
    var times = definition.times
    guard let next = times.next(after: cursor.decidedThrough)?.occurrence.instant, next <= end
    else { return end + 1 }
    return next
  }
}
