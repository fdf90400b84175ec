import Testing
import TimeZones
import ZoneSupport

struct TZifTests {
  /// A file of version `version` with one offset, 0, and the rule `footer`.
  static func file(
    _ footer: String, version: Character = "2", times: [(Int64, UInt8)] = [],
    offsets: [(Int32, UInt8, UInt8)] = [(0, 0, 0)], names: String = "LMT\0", leaps: Int = 0,
  ) -> [UInt8] {
    func number(_ value: Int64, _ size: Int) -> [UInt8] {
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
    }
    func header(_ counts: [Int]) -> [UInt8] {
      Array("TZif".utf8) + [version.asciiValue ?? 0] + [UInt8](repeating: 0, count: 15)
        + counts.flatMap { number(Int64($0), 4) }
    }
    let body =
      header([0, 0, leaps, times.count, offsets.count, names.utf8.count])
      + times.flatMap { number($0.0, 8) } + times.map(\.1)
      + offsets.flatMap { number(Int64($0.0), 4) + [$0.1, $0.2] } + Array(names.utf8)
      + [UInt8](repeating: 0, count: leaps * 12)
    return header([0, 0, 0, 0, 0, 0]) + body + Array("\n\(footer)\n".utf8)
  }

  private func seconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0) throws -> Int64 {
    try #require(CivilTime(year: year, month: month, day: day, hour: hour)).localSeconds
  }

  @Test func readsEveryZoneOfTheSystem() throws {
    var refused: [String] = []
    for name in SystemZones.allNames {
      let bytes = try #require(SystemZones.bytes(name))
      do throws(ZoneError) {
        _ = try Zone(name: name, tzif: bytes)
      } catch {
        #expect(error.reason.contains("leap seconds"), "\(name): \(error)")
        refused.append(name)
      }
    }
    // Only those whose times are not the clock's, if the system has them at all.
    #expect(refused.allSatisfy { $0.hasPrefix("right/") }, "\(refused)")
    #expect(SystemZones.allNames.count > 300 || SystemZones.allNames.isEmpty)
  }

  @Test func readsVersion1() throws {
    let berlin = try #require(SystemZones.bytes("Europe/Berlin"))
    // The first block of a later version, with another version number, is a whole file of version 1.
    let counts = (0..<6).map { index in
      berlin[20 + index * 4..<24 + index * 4].reduce(0) { $0 << 8 | Int($1) }
    }
    try #require(counts[3] > 0, "the system's files are slim")
    let size =
      44 + counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0]
    var bytes = Array(berlin[..<size])
    bytes[4] = 0
    let old = try Zone(name: "old", tzif: bytes)
    let new = try Zone(name: "new", tzif: berlin)
    for instant in stride(from: Int64(-2_000_000_000), to: 2_140_000_000, by: 999_983) {
      #expect(old.offset(at: instant) == new.offset(at: instant))
    }
    // Without a rule the last offset stays.
    #expect(old.offset(at: 20_000_000_000).seconds == 3600)
  }

  @Test(arguments: ["2", "3", "4"] as [Character])
  func readsLaterVersions(_ version: Character) throws {
    let zone = try Zone(name: "x", tzif: Self.file("CET-1CEST,M3.5.0,M10.5.0/3", version: version))
    #expect(zone.offset(at: try seconds(2026, 7, 1)).abbreviation == "CEST")
    #expect(zone.offset(at: try seconds(2026, 12, 1)).abbreviation == "CET")
  }

  @Test(arguments: [
    // The rule, an instant, the offset then in seconds.
    ("EST5", "2026-07-01", -18_000), ("<-03>3", "2026-07-01", -10_800),
    ("<+0530>-5:30", "2026-07-01", 19_800), ("XXX-1:02:03", "2026-07-01", 3723),
    // All-year daylight saving time, as RFC 8536 writes it.
    ("EST5EDT,0/0,J365/25", "2026-01-01", -14_400), ("EST5EDT,0/0,J365/25", "2026-07-01", -14_400),
    ("EST5EDT,0/0,J365/25", "2026-12-31", -14_400), ("XXX3EDT4,0/0,J365/23", "2028-12-31", -14_400),
    ("XXX3EDT4,0/0,J365/23", "2029-01-01", -14_400),
    // The other half of the year.
    ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01", 39_600),
    ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01", 36_000),
    // Daylight saving in winter, with an offset that goes back.
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01", 0),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01", 3600),
    // Day 60 is 1 March with J, and 29 February or 1 March, counted from 0, without.
    ("AAA0BBB,J60/0,J61/0", "2028-03-01", 3600), ("AAA0BBB,J60/0,J61/0", "2028-02-29", 0),
    ("AAA0BBB,59/0,60/0", "2028-02-29", 3600), ("AAA0BBB,59/0,60/0", "2027-03-01", 3600),
  ])
  func followsTheRule(_ rule: String, _ date: String, _ expected: Int) throws {
    let parts = date.split(separator: "-").compactMap { Int($0) }
    let zone = try Zone(name: "x", tzif: Self.file(rule))
    // Noon in any of these zones.
    #expect(zone.offset(at: try seconds(parts[0], parts[1], parts[2], 12)).seconds == expected)
  }

  @Test(arguments: [
    // The hours of RFC 8536: some days before, some days after.
    ("AAA0BBB,M4.1.0/-167,M10.1.0/167", "2026-03-29T01:00:00", "2026-10-10T22:00:00"),
    ("AAA0BBB,M3.4.4/50,M10.4.4/50", "2026-03-28T02:00:00", "2026-10-24T01:00:00"),
    ("AAA3BBB,M3.2.0/-1:30,J300/24", "2026-03-08T01:30:00", "2026-10-28T02:00:00"),
  ])
  func countsHoursBeyondTheDay(_ rule: String, _ spring: String, _ autumn: String) throws {
    let zone = try Zone(name: "x", tzif: Self.file(rule))
    var cursor = ZoneCursor()
    let first = try #require(zone.nextTransition(after: try seconds(2026, 1, 1), &cursor))
    let second = try #require(zone.nextTransition(after: first.instant, &cursor))
    #expect(CivilTime(localSeconds: first.instant).description == spring)
    #expect(CivilTime(localSeconds: second.instant).description == autumn)
  }

  @Test func theRuleBeginsAfterTheLastChange() throws {
    let change = try seconds(2026, 5, 1)
    let zone = try Zone(
      name: "x",
      tzif: Self.file(
        "CET-1CEST,M3.5.0,M10.5.0/3", times: [(change, 1)],
        offsets: [(0, 0, 0), (7200, 1, 4)], names: "LMT\0CEST\0"))
    #expect(zone.offset(at: change - 1).abbreviation == "LMT")
    #expect(zone.offset(at: change).abbreviation == "CEST")
    #expect(zone.offset(at: try seconds(2026, 12, 1)).abbreviation == "CET")
    #expect(zone.offset(at: try seconds(2025, 7, 1)).abbreviation == "LMT")
  }

  @Test(arguments: [
    ("", "2026-07-01", true), ("EST", "", false), ("E5", "", false), ("EST25", "", false),
    ("EST5EDT", "", false), ("EST5EDT,M3.2.0", "", false), ("EST5EDT,M13.2.0,M11.1.0", "", false),
    ("EST5EDT,M3.6.0,M11.1.0", "", false), ("EST5EDT,M3.2.7,M11.1.0", "", false),
    ("EST5EDT,J0,J5", "", false), ("EST5EDT,366,5", "", false), ("EST5EDT,1/168,5", "", false),
    ("EST5EDT,M3.2.0,M11.1.0,", "", false), ("<-035", "", false), ("EST5:60", "", false),
    ("EST5EDT,M3.2.0/,M11.1.0", "", false),
  ])
  func refusesARuleThatIsNone(_ rule: String, _ date: String, _ isFine: Bool) {
    #expect(((try? Zone(name: "x", tzif: Self.file(rule))) != nil) == isFine)
  }

  @Test func refusesWhatIsNoZone() {
    func reason(_ bytes: [UInt8]) -> String {
      do throws(ZoneError) {
        _ = try Zone(name: "x", tzif: bytes)
        return "none"
      } catch {
        return error.description
      }
    }
    #expect(reason([]) == "it ends too early (at byte 0)")
    #expect(reason(Array("hello, world: no zone at all".utf8)).contains("TZif is missing"))
    #expect(reason(Self.file("UTC0", leaps: 1)).contains("leap seconds"))
    #expect(reason(Self.file("UTC0", times: [(5, 0), (5, 0)])).contains("not in order"))
    #expect(reason(Self.file("UTC0", times: [(5, 1)])).contains("not there"))
    #expect(reason(Self.file("UTC0", offsets: [(93_601, 0, 0)])).contains("26 hours"))
    #expect(reason(Self.file("UTC0", offsets: [(0, 0, 4)])).contains("abbreviation"))
    #expect(reason(Self.file("UTC0", names: "\u{1B}[1\0")).contains("abbreviation"))
    #expect(reason(Self.file("UTC0", offsets: [])).contains("it has 0 offsets"))
    #expect(reason([UInt8](repeating: 0, count: Zone.Limit.bytes + 1)).contains("more than"))
  }
}
