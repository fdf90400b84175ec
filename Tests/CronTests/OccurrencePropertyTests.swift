import Cron
import Testing
import TimeZones
import ZoneSupport

/// What holds for every expression, zone and rule: I1 to I6 of the notes on clock changes.
struct OccurrencePropertyTests {
  /// Changes from 1970 to 2040.
  static func changes(_ zone: Zone, until end: Int64 = 2_208_988_800) -> [Int64] {
    var cursor = ZoneCursor()
    var result: [Int64] = []
    var change = zone.nextTransition(after: 0, &cursor)
    while let found = change, found.instant < end {
      if found.before.seconds != found.after.seconds { result.append(found.instant) }
      change = zone.nextTransition(after: found.instant, &cursor)
    }
    return result
  }

  private static let expressions = [
    "30 2 * * *", "0 2 * * *", "0 3 * * *", "0 0 * * *", "30 1 * * *", "0,30 2 * * *",
    "0 */2 * * *", "*/30 * * * *", "0 1-3 * * *", "15 2-4 * * *", "* 2 * * *", "0 * * * *",
    "59 23 * * *", "5 0 * * *", "0 0 1 * *", "0 2 * * 0", "0 2 L * *", "30 1 * * 0#1,5L",
    "*/20 30 2 * * *", "0 0 2 * * *", "15,45 1,2,3 * * *", "0 0-23/3 * * *", "45 1 15W * *",
  ]

  /// A fixed, a random, or a daily expression that is aimed at the change.
  static func expression(
    _ zone: Zone, _ change: Int64, _ generator: inout SeededGenerator,
  ) throws -> CronExpression {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      var random = SplitMix64(state: generator.next())
      let found = try? CronExpression(parsing: RandomCron.expression(&random)).hashed(by: "x")
      if let found, !found.neverFires { return found }
    case 1:
      let local = change + Int64(zone.offset(at: change).seconds)
      let time = CivilTime(
        localSeconds: local + Int64.random(in: -7200...7200, using: &generator))
      return try CronExpression(parsing: "\(time.minute) \(time.hour) * * *")
    default: break
    }
    let text = try #require(expressions.randomElement(using: &generator))
    return try CronExpression(parsing: text)
  }

  @Test func orderStartsAndWayBackAgreeAroundEveryChange() throws {
    let seed: UInt64 = 2026
    var generator = SeededGenerator(seed: seed)
    var seen = 0
    for zone in SystemZones.distinct {
      var changes = Self.changes(zone)
      for _ in 0..<4 { changes.append(Int64.random(in: 0...4_000_000_000, using: &generator)) }
      for change in changes {
        let expression = try Self.expression(zone, change, &generator)
        let rule = try #require(ClockRule.allCases.randomElement(using: &generator))
        let start = change - Int64.random(in: 0...90_000, using: &generator)
        let times = Occurrences(expression, in: zone, clockRule: rule)
        let problem = Self.problem(times, expression, start, change, &generator)
        seen += 1
        if let problem {
          Issue.record(
            "\(zone.name), \(expression), \(rule), from \(start), seed \(seed): \(problem)")
          return
        }
      }
    }
    print("checked \(seen) changes in \(SystemZones.distinct.count) zones")
    #expect(seen > 10_000 || SystemZones.distinct.isEmpty)
  }

  private static func problem(
    _ times: Occurrences, _ expression: CronExpression, _ start: Int64, _ change: Int64,
    _ generator: inout SeededGenerator,
  ) -> String? {
    var forward = times
    var list: [Occurrence] = []
    var at = start
    while list.count < 12, let next = forward.next(after: at) {
      // I1
      guard next.instant > at else { return "\(next) is not after \(at)" }
      list.append(next)
      at = next.instant
    }
    guard let first = list.first, let last = list.last else { return "nothing was found" }
    guard let naive = NaiveCron(expression) else { return nil }
    for found in list {
      if let problem = fitProblem(found, naive, times.zone) { return problem }
    }
    // I2 and I3: whoever starts anywhere finds the first of the list that is later.
    for _ in 0..<4 {
      let from = Int64.random(in: start...max(last.instant - 1, start), using: &generator)
      var other = times
      guard other.next(after: from) == list.first(where: { $0.instant > from }) else {
        return "another start, at \(from)"
      }
      guard
        other.next(after: from, inclusive: true) == list.first(where: { $0.instant >= from })
          || from == start
      else { return "an inclusive start, at \(from)" }
    }
    // I4, on the way back with one value, and from anywhere with a new one.
    var back = times
    for (earlier, later) in zip(list, list.dropFirst()).reversed() {
      guard back.previous(before: later.instant) == earlier else {
        return "before \(later) is \(String(describing: back.previous(before: later.instant)))"
      }
    }
    guard back.previous(before: first.instant).map({ $0.instant <= start }) ?? true,
      back.previous(before: first.instant, inclusive: true) == first
    else { return "before \(first) is something after \(start)" }
    return nil
  }

  /// I5: it fits on the clocks, or it stands at the end of a gap for one that fits.
  private static func fitProblem(_ found: Occurrence, _ naive: NaiveCron, _ zone: Zone) -> String? {
    let local = found.instant + Int64(zone.offset(at: found.instant).seconds)
    guard local == found.instant + Int64(found.offset), naive.fits(found.nominal) else {
      return "\(found) does not fit"
    }
    var cursor = ZoneCursor()
    let span = zone.span(at: found.instant, &cursor)
    switch found.effect {
    case .gapShifted:
      guard found.nominal >= span.reachedLocal, found.nominal < local, span.start == found.instant,
        case .gap(_, _, found.instant) = zone.instants(ofLocal: found.nominal)
      else { return "\(found) is not in the gap before it" }
      return nil
    case .mergedGap(let count):
      guard span.start == found.instant, local == found.nominal, count > 0 else {
        return "\(found) is not at the end of a gap"
      }
    case .repeatedFold, .skippedFold:
      guard case .fold(let earlier, let later) = zone.instants(ofLocal: found.nominal),
        found.instant == (found.fold == 0 ? earlier : later)
      else { return "\(found) is not in a fold" }
    case nil: break
    }
    return local == found.nominal ? nil : "\(found) is not what the clocks show"
  }

  @Test func findsWhatFollowingTheClocksFinds() throws {
    let seed: UInt64 = 77
    var generator = SeededGenerator(seed: seed)
    let zones = SystemZones.distinct
    guard !zones.isEmpty else { return }
    var seen = 0
    while seen < 40 {
      let zone = try #require(zones.randomElement(using: &generator))
      guard let change = Self.changes(zone).randomElement(using: &generator), change % 60 == 0
      else { continue }
      let expression = try Self.expression(zone, change, &generator)
      guard expression.description.split(separator: " ").count == 5 else { continue }
      for rule in ClockRule.allCases {
        let range = change - 10_800..<change + 14_400
        let expected = NaiveCron.fires(expression, zone, rule, range, step: 60)
        var times = Occurrences(expression, in: zone, clockRule: rule)
        var found: [Int64] = []
        var at = range.lowerBound - 1
        while let next = times.next(after: at), next.instant < range.upperBound {
          found.append(next.instant)
          at = next.instant
        }
        #expect(found == expected, "\(zone.name), \(expression), \(rule), \(change), seed \(seed)")
      }
      seen += 1
    }
  }

  /// I6: under the rules that lose and double nothing, a daily job has each civil day once.
  @Test(arguments: [ClockRule.vixie, .cronos])
  func aDailyJobHasEveryCivilDayOnce(_ rule: ClockRule) throws {
    var generator = SeededGenerator(seed: 66)
    for zone in SystemZones.distinct {
      for change in Self.changes(zone, until: 4_102_444_800) {
        let local = change + Int64(zone.offset(at: change).seconds)
        let shift = Int64.random(in: -5400...3600, using: &generator)
        let time = CivilTime(localSeconds: local + shift)
        let expression = try CronExpression(parsing: "\(time.minute) \(time.hour) * * *")
        var times = Occurrences(expression, in: zone, clockRule: rule)
        let range = change - 172_800...change + 172_800
        var days: [Int64] = times.suppressed(
          from: range.lowerBound, through: range.upperBound, limit: 10
        ).compactMap { $0.verdict == .mergedGap ? $0.nominal / 86_400 : nil }
        var at = range.lowerBound - 1
        while let next = times.next(after: at), range.contains(next.instant) {
          days.append(next.nominal / 86_400)
          at = next.instant
        }
        days.sort()
        guard let first = days.first, days == Array(first..<first + Int64(days.count)),
          days.count >= 3
        else {
          Issue.record("\(zone.name), \(expression), \(change): the days are \(days)")
          return
        }
      }
    }
  }

  @Test func daysFitAsWhenLookedAtOneByOne() throws {
    var generator = SplitMix64(state: 5)
    for _ in 0..<1500 {
      let text = RandomCron.expression(&generator)
      guard let expression = try? CronExpression(parsing: text).hashed(by: "x") else { continue }
      for rule in [CronDayRule.or, .and] {
        let naive = try #require(NaiveCron(expression, rule))
        guard case .calendar(let calendar) = expression.timing else { continue }
        let length = Int.random(in: 28...31, using: &generator)
        let weekday = Int.random(in: 0...6, using: &generator)
        let found = (1...length).filter {
          calendar.fits($0, weekday: (weekday + $0) % 7, monthLength: length, rule)
        }
        let expected = (1...length).filter {
          naive.fits($0, weekday: (weekday + $0) % 7, monthLength: length)
        }
        #expect(found == expected, "\(text) \(rule) \(weekday)")
      }
    }
  }
}
