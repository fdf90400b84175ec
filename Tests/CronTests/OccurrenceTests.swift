import Cron
import Testing
import TimeZones
import ZoneSupport

struct OccurrenceTests {
  /// `2026-03-08T06:00:00Z` as seconds.
  static func instant(_ text: String) throws -> Int64 {
    let parts = text.split { !$0.isNumber }.compactMap { Int($0) }
    try #require(parts.count == 6)
    let time = CivilTime(
      year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4],
      second: parts[5])
    return try #require(time).localSeconds
  }

  static func times(
    _ expression: String, _ zone: String, _ rule: ClockRule, from: String, count: Int,
  ) throws -> [Occurrence] {
    let zone = zone == "UTC" ? Zone.utc : try SystemZones.zone(zone)
    var times = Occurrences(try CronExpression(parsing: expression), in: zone, clockRule: rule)
    var result: [Occurrence] = []
    var at = try instant(from)
    while result.count < count, let next = times.next(after: at) {
      result.append(next)
      at = next.instant
    }
    return result
  }

  private static func text(_ found: Occurrence) -> String {
    "\(found.local)\(ZoneOffset.text(seconds: found.offset))"
  }

  static let spring = "2026-03-08T05:30:00Z"
  static let autumn = "2026-11-01T04:45:00Z"

  /// The measured matrix of A4, one line for each case and rule.
  @Test(
    arguments: [
      ("30 2 * * *", .vixie, spring, ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"]),
      ("30 2 * * *", .cronos, spring, ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"]),
      ("30 2 * * *", .go, spring, ["2026-03-09T02:30:00-04:00"]),
      ("30 2 * * *", .ocps, spring, ["2026-03-09T02:30:00-04:00"]),
      ("0 */2 * * *", .vixie, spring, ["2026-03-08T04:00:00-04:00"]),
      ("0 */2 * * *", .cronos, spring, ["2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"]),
      ("0 */2 * * *", .go, spring, ["2026-03-08T04:00:00-04:00"]),
      ("0,30 2 * * *", .vixie, spring, ["2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"]),
      ("30 1 * * *", .vixie, autumn, ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]),
      ("30 1 * * *", .cronos, autumn, ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]),
      ("30 1 * * *", .go, autumn, ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]),
      ("30 1 * * *", .ocps, autumn, ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]),
      (
        "*/30 * * * *", .vixie, autumn,
        [
          "2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00",
          "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00",
        ]
      ),
      (
        "*/30 * * * *", .ocps, autumn,
        ["2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-05:00"]
      ),
      (
        "0 1-3 * * *", .vixie, autumn,
        ["2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00", "2026-11-01T03:00:00-05:00"]
      ),
      (
        "0 1-3 * * *", .cronos, autumn,
        ["2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-05:00"]
      ),
    ] as [(String, ClockRule, String, [String])])
  func followsItsRule(
    _ expression: String, _ rule: ClockRule, _ from: String, _ expected: [String],
  ) throws {
    let found = try Self.times(
      expression, "America/New_York", rule, from: from, count: expected.count)
    #expect(found.map(Self.text) == expected)
  }

  @Test(arguments: [
    ("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T01:00:00+03:00"),
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-04T02:30:00+11:00"),
    ("30 6 * * *", "Pacific/Apia", "2011-12-30T00:00:00Z", "2011-12-31T00:00:00+14:00"),
  ])
  func losesNothingInRareGaps(
    _ expression: String, _ zone: String, _ from: String, _ expected: String,
  ) throws {
    let found = try Self.times(expression, zone, .vixie, from: from, count: 1)
    #expect(found.map(Self.text) == [expected])
    #expect(found.first?.effect == .gapShifted(merged: 0))
  }

  @Test func saysWhatAChangeDid() throws {
    func effects(_ expression: String, _ rule: ClockRule, _ from: String) throws -> [ClockEffect?] {
      try Self.times(expression, "America/New_York", rule, from: from, count: 3).map(\.effect)
    }
    #expect(
      try effects("0,30 2 * * *", .vixie, Self.spring) == [.gapShifted(merged: 1), nil, nil])
    #expect(try effects("30 2-3 * * *", .vixie, Self.spring) == [.gapShifted(merged: 0), nil, nil])
    #expect(
      try effects("*/30 * * * *", .cronos, "2026-03-08T06:45:00Z") == [.mergedGap(2), nil, nil])
    #expect(try effects("30 1 * * *", .vixie, Self.autumn) == [.skippedFold, nil, nil])
    #expect(try effects("30 1 * * *", .go, Self.autumn) == [nil, .repeatedFold, nil])
    let shifted = try #require(
      try Self.times("30 2 * * *", "America/New_York", .vixie, from: Self.spring, count: 1).first)
    #expect(shifted.nominalTime.description == "2026-03-08T02:30:00")
    #expect(shifted.local.description == "2026-03-08T03:00:00")
  }

  @Test(
    arguments: [
      ("0,30 2 * * *", .vixie, [("mergedGap", "2026-03-08T02:30:00")]),
      (
        "0,30 2 * * *", .go,
        [("skippedGap", "2026-03-08T02:00:00"), ("skippedGap", "2026-03-08T02:30:00")]
      ),
      (
        "0,30 2,3 * * *", .cronos,
        [("mergedGap", "2026-03-08T02:00:00"), ("mergedGap", "2026-03-08T02:30:00")]
      ),
      ("30 1 * * *", .vixie, [("skippedFold", "2026-11-01T01:30:00")]),
      ("30 1 * * *", .go, []),
      (
        "30 1,2 * * *", .ocps,
        [("skippedGap", "2026-03-08T02:30:00"), ("skippedFold", "2026-11-01T01:30:00")]
      ),
    ] as [(String, ClockRule, [(String, String)])])
  func listsWhatDoesNotFire(
    _ text: String, _ rule: ClockRule, _ expected: [(String, String)],
  ) throws {
    var times = Occurrences(
      try CronExpression(parsing: text), in: try SystemZones.zone("America/New_York"),
      clockRule: rule)
    let from = try Self.instant("2026-01-01T00:00:00Z")
    let found = times.suppressed(from: from, through: from + 365 * 86_400, limit: 100)
    #expect(found.map { $0.verdict.rawValue } == expected.map(\.0))
    #expect(found.map { CivilTime(localSeconds: $0.nominal).description } == expected.map(\.1))
    #expect(found.map(\.instant) == found.map(\.instant).sorted())
    let limited = times.suppressed(from: from, through: from + 365 * 86_400, limit: 1)
    #expect(limited == Array(found.prefix(1)))
  }

  @Test func inclusiveCountsTheMomentItself() throws {
    var times = Occurrences(try CronExpression(parsing: "0 0 * * *"), in: .utc)
    #expect(times.next(after: 0)?.instant == 86_400)
    #expect(times.next(after: 0, inclusive: true)?.instant == 0)
    #expect(times.previous(before: 0)?.instant == -86_400)
    #expect(times.previous(before: 0, inclusive: true)?.instant == 0)
  }

  @Test func intervalsCountFromTheirAnchor() throws {
    var times = Occurrences(everyNanoseconds: 6 * 3600 * 1_000_000_000)
    #expect(times.next(after: 1)?.instant == 21_600)
    #expect(times.next(after: -1)?.instant == 0)
    #expect(times.previous(before: 0)?.instant == -21_600)
    var anchored = Occurrences(everyNanoseconds: 1_500_000_000, anchor: 100)
    var at: Int64 = 96
    var found: [Int64] = []
    while found.count < 6, let next = anchored.next(after: at) {
      found.append(next.instant)
      at = next.instant
    }
    #expect(found == [97, 98, 100, 101, 103, 104])
    var back: [Int64] = []
    while back.count < 6, let previous = anchored.previous(before: at + 1) {
      back.append(previous.instant)
      at = previous.instant - 1
    }
    #expect(back == found.reversed())
    var cron = Occurrences(
      try CronExpression(parsing: "@every 90m"), in: try SystemZones.zone("Europe/Berlin"))
    let first = cron.next(after: 1_767_225_600)
    let next = try #require(first)
    #expect((next.instant % 5400, next.offset, next.effect) == (0, 3600, nil))
  }

  @Test func oneTimeIsOneTime() {
    var times = Occurrences(at: 1000)
    #expect(times.next(after: 999)?.instant == 1000)
    #expect(times.next(after: 1000) == nil)
    #expect(times.next(after: 1000, inclusive: true)?.instant == 1000)
    #expect(times.previous(before: 1001)?.instant == 1000)
    #expect(times.previous(before: 1000) == nil)
  }

  @Test func findsWhatComesOnceInManyYears() throws {
    var times = Occurrences(try CronExpression(parsing: "0 0 29 2 MON"), in: .utc, days: .and)
    var years: [Int] = []
    var at = try Self.instant("1900-01-01T00:00:00Z")
    while years.count < 12, let next = times.next(after: at) {
      years.append(next.local.year)
      at = next.instant
    }
    #expect(years == [1904, 1932, 1960, 1988, 2016, 2044, 2072, 2112, 2140, 2168, 2196, 2208])
  }

  @Test(arguments: [
    "* * * * *", "* * * * * *", "0 0 29 2 *", "30 2 * * *", "@every 1s", "0 0 LW * *",
  ])
  func theEndOfTimeIsAnEnd(_ text: String) throws {
    for zone in [
      Zone.utc, try SystemZones.zone("Europe/Berlin"), try SystemZones.zone("Pacific/Apia"),
    ] {
      for rule in ClockRule.allCases {
        var times = Occurrences(try CronExpression(parsing: text), in: zone, clockRule: rule)
        for instant: Int64 in [.min, .min + 1, -1 << 59, -63_000_000_000] {
          let first = times.next(after: instant)
          #expect(first.map { $0.instant > instant } ?? false)
          #expect(times.previous(before: instant) == nil)
        }
        for instant: Int64 in [.max, .max - 1, 1 << 59, 260_000_000_000] {
          #expect(times.next(after: instant) == nil)
          #expect(times.previous(before: instant).map { $0.instant < instant } ?? false)
        }
      }
    }
  }

  @Test func whatNeverFiresHasNoTimes() throws {
    var times = Occurrences(try CronExpression(parsing: "0 0 30 2 *"), in: .utc)
    #expect(times.neverFires)
    #expect(times.next(after: 0) == nil)
    #expect(times.previous(before: 0) == nil)
    #expect(times.suppressed(from: 0, through: 4_000_000_000, limit: 5) == [])
  }
}
