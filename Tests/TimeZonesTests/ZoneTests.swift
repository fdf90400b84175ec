import Testing
import TimeZones
import ZoneSupport

struct ZoneTests {
  private func local(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0,
  ) throws -> Int64 {
    try #require(CivilTime(year: year, month: month, day: day, hour: hour, minute: minute))
      .localSeconds
  }

  @Test func fixedOffsetsNeverChange() throws {
    let zone = try #require(Zone(secondsEast: 7200))
    #expect(zone.name == "+02:00")
    #expect(zone.offset(at: 1_767_225_600).seconds == 7200)
    #expect(zone.instants(ofLocal: 7200) == .unique(0))
    var cursor = ZoneCursor()
    #expect(zone.nextTransition(after: 0, &cursor) == nil)
    #expect(zone.transition(atOrBefore: 0, &cursor) == nil)
    #expect(Zone.utc.instants(ofLocal: 5) == .unique(5))
    #expect(Zone(secondsEast: 93_601) == nil)
    #expect(Zone(secondsEast: Int.min) == nil)
  }

  @Test func knowsGapsAndFolds() throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    let spring = try local(2026, 3, 29, 1)
    let autumn = try local(2026, 10, 25, 1)
    #expect(
      zone.instants(ofLocal: try local(2026, 3, 29, 2, 30))
        == .gap(before: 3600, after: 7200, transition: spring))
    #expect(
      zone.instants(ofLocal: try local(2026, 10, 25, 2, 30))
        == .fold(earlier: autumn - 1800, later: autumn + 1800))
    #expect(zone.instants(ofLocal: try local(2026, 3, 29, 3)) == .unique(spring))
    #expect(zone.instants(ofLocal: try local(2026, 10, 25, 3)) == .unique(autumn + 3600))
    #expect(zone.offset(at: spring - 1).abbreviation == "CET")
    #expect(zone.offset(at: spring) == ZoneOffset(seconds: 7200, isDST: true, abbreviation: "CEST"))
  }

  @Test func knowsADayThatNeverWas() throws {
    let zone = try SystemZones.zone("Pacific/Apia")
    let change = try local(2011, 12, 30, 10)
    #expect(
      zone.instants(ofLocal: try local(2011, 12, 30, 12))
        == .gap(before: -36_000, after: 50_400, transition: change))
  }

  @Test func findsChangesForwardAndBack() throws {
    let zone = try SystemZones.zone("America/New_York")
    var cursor = ZoneCursor()
    let spring = try local(2026, 3, 8, 7)
    let autumn = try local(2026, 11, 1, 6)
    let next = try #require(zone.nextTransition(after: spring, &cursor))
    #expect(next.instant == autumn)
    #expect((next.before.abbreviation, next.after.abbreviation) == ("EDT", "EST"))
    #expect(zone.transition(atOrBefore: autumn - 1, &cursor)?.instant == spring)
    #expect(zone.transition(atOrBefore: autumn, &cursor)?.instant == autumn)
    #expect(zone.nextTransition(after: spring - 1, &cursor)?.instant == spring)
  }

  @Test func rulesGoOnForEver() throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    for year in [2038, 2437, 2500, 4000, 9998] {
      #expect(zone.offset(at: try local(year, 7, 1, 12)).seconds == 7200, "\(year)")
      #expect(zone.offset(at: try local(year, 12, 1, 12)).seconds == 3600, "\(year)")
      var cursor = ZoneCursor()
      let change = try #require(zone.nextTransition(after: try local(year, 7, 1, 0), &cursor))
      let time = CivilTime(localSeconds: change.instant)
      #expect((time.year, time.month, time.hour, time.weekday) == (year, 10, 1, 0))
    }
  }

  @Test func spansJoinWithoutAHole() {
    var seen = 0
    for zone in SystemZones.distinct {
      var cursor = ZoneCursor()
      var span = zone.span(at: .min, &cursor)
      #expect(span.start == .min)
      #expect(span.reachedLocal == .min)
      // Beyond the years that are stored, where everything comes again.
      while span.end < 30_000_000_000 {
        let next = zone.span(at: span.end, &cursor)
        var other = ZoneCursor()
        guard next.start == span.end, next.end > next.start, next.reachedLocal >= span.localEnd,
          zone.span(at: next.start, &other) == next, zone.span(at: next.end - 1, &other) == next
        else {
          Issue.record("\(zone.name): \(span) \(next)")
          return
        }
        span = next
        seen += 1
      }
    }
    #expect(seen > 50_000)
  }

  @Test func aCursorOfAnotherZoneDoesNoHarm() throws {
    var cursor = ZoneCursor()
    var generator = SeededGenerator(seed: 11)
    let zones = SystemZones.distinct
    for _ in 0..<20_000 {
      let zone = try #require(zones.randomElement(using: &generator))
      let instant = Int64.random(in: -3_000_000_000...20_000_000_000, using: &generator)
      #expect(zone.offset(at: instant, &cursor) == zone.offset(at: instant))
    }
  }

  @Test func anyInstantHasAnOffset() throws {
    for name in ["Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo"] {
      let zone = try SystemZones.zone(name)
      for instant in [Int64.min, .min + 1, -1 << 59, 1 << 59, .max - 1, .max] {
        var cursor = ZoneCursor()
        _ = zone.offset(at: instant)
        _ = zone.instants(ofLocal: instant)
        _ = zone.nextTransition(after: instant, &cursor)
        _ = zone.transition(atOrBefore: instant, &cursor)
        #expect(zone.span(at: instant, &cursor).offset.magnitude < 93_600)
      }
    }
  }

  @Test(arguments: [
    "Europe/Berlin", "Etc/GMT+5", "UTC", "America/Port-au-Prince", "GMT-0", "EST5EDT",
  ])
  func namesAreRelativePaths(_ name: String) { #expect(ZoneName.isPlain(name)) }

  @Test(arguments: [
    "", "/etc/passwd", "../Berlin", "Europe/../../etc", "Europe//Berlin", "Europe/", "./UTC",
    "Europe/Berlin\0", "Bär", ".hidden", "-x", "a b", "Europe\\Berlin",
    String(repeating: "a", count: 129),
  ])
  func namesDoNotLeadElsewhere(_ name: String) { #expect(!ZoneName.isPlain(name)) }
}
