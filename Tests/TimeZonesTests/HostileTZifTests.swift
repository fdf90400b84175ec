import Testing
import TimeZones
import ZoneSupport

/// Bytes that somebody broke: read or refused, and what was read answers every question.
struct HostileTZifTests {
  private static let names = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
  ]

  /// Asks everything; the sum is only there so that nothing is left out.
  @discardableResult
  static func ask(_ zone: Zone) -> Int64 {
    var cursor = ZoneCursor()
    var sum: Int64 = 0
    for instant in [Int64.min, -5_000_000_000, 0, 1_767_225_600, 5_000_000_000, .max] {
      let span = zone.span(at: instant, &cursor)
      sum &+= span.localStart &+ span.localEnd &+ Int64(zone.offset(at: instant, &cursor).seconds)
      sum &+= zone.nextTransition(after: instant, &cursor)?.instant ?? 0
      sum &+= zone.transition(atOrBefore: instant, &cursor)?.instant ?? 0
      if case .fold(let earlier, let later) = zone.instants(ofLocal: instant, &cursor) {
        #expect(earlier < later)
      }
    }
    return sum
  }

  @Test(arguments: names)
  func aFileThatEndsAnywhereIsRefused(_ name: String) throws {
    let bytes = try #require(SystemZones.bytes(name))
    for count in 0..<bytes.count {
      #expect(throws: ZoneError.self, "\(count)") {
        try Zone(name: name, tzif: Array(bytes[..<count]))
      }
    }
  }

  @Test(arguments: names)
  func flippedBitsDoNoHarm(_ name: String) throws {
    let bytes = try #require(SystemZones.bytes(name))
    let seed: UInt64 = 0x7A1F
    var generator = SeededGenerator(seed: seed)
    var accepted = 0
    for _ in 0..<300 {
      var broken = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<broken.count, using: &generator)
        broken[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      guard let zone = try? Zone(name: name, tzif: broken) else { continue }
      accepted += 1
      Self.ask(zone)
    }
    #expect(accepted > 0, "seed \(seed): no broken file was read, so nothing was asked")
  }

  @Test func aSearchAtTheEndOfTimeEnds() throws {
    // Rules that change on each day of the year, one of which is the last that is looked at.
    for day in 0..<365 {
      let zone = try Zone(
        name: "x", tzif: TZifTests.file("AAA24BBB-24,\(day)/0,\((day + 1) % 365)/0"))
      Self.ask(zone)
    }
  }

  @Test func anyBytesBehindAHeaderDoNoHarm() {
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<800 {
      let times = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        (
          Int64.random(in: -(1 << 60)...(1 << 60), using: &generator),
          UInt8.random(in: 0...2, using: &generator)
        )
      }.sorted { $0.0 < $1.0 }
      let offsets = (0..<3).map { _ in
        (
          Int32.random(in: -95_000...95_000, using: &generator),
          UInt8.random(in: 0...1, using: &generator), UInt8(0)
        )
      }
      let rules = ["", "UTC0", "AAA0BBB,M4.1.0/-167,M10.1.0/167", "EST5EDT,0/0,J365/25"]
      let file = TZifTests.file(
        rules[Int.random(in: 0..<rules.count, using: &generator)], times: times, offsets: offsets)
      guard let zone = try? Zone(name: "x", tzif: file) else { continue }
      Self.ask(zone)
    }
  }
}
