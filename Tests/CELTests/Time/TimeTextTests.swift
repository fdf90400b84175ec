import CEL
import Testing

@Suite struct TimeTextTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
      ("1970-01-01t00:00:00z", 0, 0, "1970-01-01T00:00:00Z"),
      (
        "2009-02-13T23:31:30.123456789Z", 1_234_567_890, 123_456_789,
        "2009-02-13T23:31:30.123456789Z"
      ),
      ("2009-02-13T23:31:30.5+01:30", 1_234_562_490, 500_000_000, "2009-02-13T22:01:30.5Z"),
      ("1969-12-31T23:59:59.9Z", -1, 900_000_000, "1969-12-31T23:59:59.9Z"),
      ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
      (
        "9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999,
        "9999-12-31T23:59:59.999999999Z"
      ),
      (
        "2024-02-29T00:00:00.1234567899Z", 1_709_164_800, 123_456_789,
        "2024-02-29T00:00:00.123456789Z"
      ),
    ] as [(String, Int64, Int32, String)])
  func readsAndWritesTimestamps(
    text: String, seconds: Int64, nanos: Int32, canonical: String
  ) throws {
    let time = try CELTimestamp(parsing: text)
    #expect(time.seconds == seconds)
    #expect(time.nanos == nanos)
    #expect(TimeText.text(of: time) == canonical)
  }

  @Test(arguments: [
    "", "2009", "2009-02-13", "2009-02-13T23:31:30", "2009-02-13 23:31:30Z", "2009-2-13T23:31:30Z",
    "2009-02-29T00:00:00Z", "2009-13-01T00:00:00Z", "2009-00-01T00:00:00Z", "2009-01-00T00:00:00Z",
    "2009-01-01T24:00:00Z", "2009-01-01T00:60:00Z", "2009-01-01T00:00:60Z", "2009-01-01T00:00:00.Z",
    "2009-01-01T00:00:00+1:00", "2009-01-01T00:00:00+24:00", "2009-01-01T00:00:00Z ",
    "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
    "-001-01-01T00:00:00Z", "２009-01-01T00:00:00Z", "2009-01-01T00:00:00Ż",
  ])
  func refusesOtherTimestamps(text: String) {
    #expect(throws: CELFailure.self) { try CELTimestamp(parsing: text) }
  }

  @Test(
    arguments: [
      ("0", 0, 0, "0s"), ("1h30m", 5_400, 0, "5400s"), ("-1.5s", -1, -500_000_000, "-1.5s"),
      ("100ms", 0, 100_000_000, "0.1s"), ("1us", 0, 1_000, "0.000001s"),
      ("1µs", 0, 1_000, "0.000001s"),
      ("-1ns", 0, -1, "-0.000000001s"), ("+1s", 1, 0, "1s"), (".5s", 0, 500_000_000, "0.5s"),
      ("1.s", 1, 0, "1s"), ("1.0000000009s", 1, 0, "1s"), ("0.1h", 360, 0, "360s"),
      ("1000000s", 1_000_000, 0, "1000000s"), ("1m1m", 120, 0, "120s"),
      ("-0.5h", -1_800, 0, "-1800s"),
      ("9223372036.854775807s", 9_223_372_036, 854_775_807, "9223372036.854775807s"),
      ("0.333333333333333333333m", 19, 999_999_999, "19.999999999s"),
    ] as [(String, Int64, Int32, String)])
  func readsAndWritesDurations(
    text: String, seconds: Int64, nanos: Int32, canonical: String
  ) throws {
    let span = try CELDuration(parsing: text)
    #expect(span.seconds == seconds)
    #expect(span.nanos == nanos)
    #expect(TimeText.text(of: span) == canonical)
  }

  @Test(arguments: [
    "", "-", "+", "1", "s", "1x", "1 s", "--1s", "1s-1s", ".s", "1..5s", "1e3s", "1d", "00", "1S",
    "9223372036.854775808s", "320000000000s", "9999999999999999999999999999999999h", "１s",
  ])
  func refusesOtherDurations(text: String) {
    #expect(throws: CELFailure.self) { try CELDuration(parsing: text) }
  }

  @Test func readsWhatItWrites() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let seconds = Int64.random(
        in: CELTimestamp.firstSecond...CELTimestamp.lastSecond, using: &generator)
      let nanos = Int32.random(in: 0..<1_000_000_000, using: &generator)
      let time = try #require(CELTimestamp(seconds: seconds, nanos: nanos))
      #expect(try CELTimestamp(parsing: TimeText.text(of: time)) == time, "seed \(seed)")
      let span = try #require(
        CELDuration(
          seconds: Int64.random(in: -9_000_000_000...9_000_000_000, using: &generator),
          nanos: Int64(nanos)))
      #expect(try CELDuration(parsing: TimeText.text(of: span)) == span, "seed \(seed)")
    }
  }

  @Test func knowsOffsetsAndAsksForNames() throws {
    let time = try #require(CELTimestamp(seconds: 0))
    let named: CELZoneResolver = { name, _ in name == "Here" ? 3_600 : name == "Bad" ? 1 << 40 : nil
    }
    for (zone, seconds) in [
      ("", 0), ("UTC", 0), ("+02:00", 7_200), ("-01:30", -5_400), ("02:00", 7_200), ("Here", 3_600),
    ] {
      #expect(try TimeZones.offset(of: zone, at: time, named) == seconds)
    }
    for zone in ["There", "Bad", "+2:00", "+24:00", "+00:60", "+0a:00", "+02:00:00"] {
      #expect(throws: CELFailure.self) { try TimeZones.offset(of: zone, at: time, named) }
    }
  }
}
