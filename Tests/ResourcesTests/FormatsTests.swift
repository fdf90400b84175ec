import Resources
import Testing

/// One format with the texts that it takes, each with its normal form, and those that it refuses.
struct FormatCase: Sendable, CustomTestStringConvertible {
  var format: TextFormat
  var taken: [(String, String)]
  var refused: [String]
  /// Texts that are refused although the pattern, which cannot say why, lets them pass.
  var beyondPattern: [String] = []

  var testDescription: String { format.name }
}

struct FormatsTests {
  static let cases: [FormatCase] = [
    FormatCase(
      format: .duration,
      taken: [
        ("60s", "1m"), ("90m", "1h30m"), ("24h", "1d"), ("7d", "7d"), ("1w", "7d"), ("0s", "0s"),
        ("0m", "0s"), ("1500ms", "1s500ms"), ("1h0m0s", "1h"), ("05m", "5m"), ("1h90m", "2h30m"),
        ("36500d", "36500d"), ("1us1ns", "1us1ns"), ("1000000ns", "1ms"), ("1d24h", "2d"),
        ("100s", "1m40s"), ("876000h", "36500d"),
      ],
      refused: [
        "", "s", "5", "1.5h", "-1s", "+1s", "1 s", "1h 30m", "30m1h", "1h1h", "1y", "1H", "1hm",
        "1h30", "ms", "1234567890123s", "١s", "1s ", "1µs",
      ],
      beyondPattern: ["36501d", "999999999999w", "876000h1ns"]),
    FormatCase(
      format: .positiveDuration, taken: [("1ns", "1ns"), ("0h1s", "1s")],
      refused: ["0s", "0h0m", "000s", ""]),
    FormatCase(
      format: .duration(in: .seconds(1)...(.hours(1))), taken: [("60m", "1h"), ("1s", "1s")],
      refused: ["0s", "x"], beyondPattern: ["61m", "999ms"]),
    FormatCase(
      format: .timestamp,
      taken: [
        ("2026-12-24T18:00:00Z", "2026-12-24T18:00:00Z"),
        ("2026-12-24t18:00:00z", "2026-12-24T18:00:00Z"),
        ("2026-12-24 19:00:00+01:00", "2026-12-24T18:00:00Z"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
        ("2026-12-24T18:00:00.500Z", "2026-12-24T18:00:00.5Z"),
        ("2026-12-24T18:00:00.000000000Z", "2026-12-24T18:00:00Z"),
        ("2026-12-24T18:00:00.000000001Z", "2026-12-24T18:00:00.000000001Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
        ("1970-01-01T00:00:00-00:00", "1970-01-01T00:00:00Z"),
        ("2199-12-31T23:59:59.999999999Z", "2199-12-31T23:59:59.999999999Z"),
      ],
      refused: [
        "2026-12-24", "2026-12-24T18:00:00", "2026-12-24T18:00Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-12-24T24:00:00Z", "2026-12-24T18:60:00Z", "2026-12-24T18:00:60Z",
        "2026-12-24T18:00:00.Z", "2026-12-24T18:00:00.0000000001Z", "2026-12-24T18:00:00+1:00",
        "2026-12-24T18:00:00+24:00", "2026-12-24T18:00:00Zx", "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z", "26-12-24T18:00:00Z", "", "2026-12-24T18:00:00+01:60",
      ],
      beyondPattern: ["1970-01-01T00:00:00+01:00", "2199-12-31T23:59:59-01:00"]),
    FormatCase(
      format: .date,
      taken: [
        ("2026-12-25", "2026-12-25"), ("2024-02-29", "2024-02-29"), ("2096-02-29", "2096-02-29"),
      ],
      refused: [
        "2026-2-5", "2026-02-29", "2026-00-10", "2026-06-31", "2026/12/25", "25.12.2026", "",
      ]),
    FormatCase(
      format: .timeOfDay, taken: [("00:00", "00:00"), ("23:59", "23:59")],
      refused: ["24:00", "9:00", "12:60", "1200", "12:00:00", "", "ab:cd"]),
    FormatCase(
      format: .endOfDay, taken: [("24:00", "24:00"), ("00:00", "24:00"), ("04:00", "04:00")],
      refused: ["24:01", "25:00", "4:00"]),
    FormatCase(
      format: .byteSize,
      taken: [
        ("64KiB", "64KiB"), ("65536", "64KiB"), ("65536B", "64KiB"), ("1024KiB", "1MiB"),
        ("1000", "1000B"), ("1kB", "1000B"), ("0", "0B"), ("0GiB", "0B"), ("1024MB", "1000000KiB"),
        ("1024TiB", "1024TiB"),
      ],
      refused: ["", "KiB", "64 KiB", "64kib", "64Ki", "1.5MiB", "-1", "12345678901234567"],
      beyondPattern: ["1025TiB", "9999999999999999TiB"]),
    FormatCase(
      format: .fleetShare,
      taken: [("1", "1"), ("10%", "10%"), ("100%", "100%"), ("010%", "10%"), ("007", "7")],
      refused: ["0", "0%", "101%", "1000%", "-1", "1.5%", "%", "", "10 %", "000", "00%"]),
    FormatCase(
      format: .failureBudget,
      taken: [("0", "0"), ("0%", "0%"), ("00%", "0%"), ("5", "5"), ("100%", "100%")],
      refused: ["101%", "-1", "", "%", "x"]),
    FormatCase(
      format: .weekdays,
      taken: [
        ("mon", "mon"), ("Monday", "mon"), ("MON-FRI", "mon-fri"), ("saturday:sunday", "sat-sun"),
        ("fri-mon", "fri-mon"), ("sun-sat", "mon-sun"), ("wed-wed", "wed"), ("tue-mon", "mon-sun"),
      ],
      refused: ["", "mo", "mond", "mon-", "-fri", "mon-fri-sun", "mon,fri", "1", "mon - fri"]),
    FormatCase(
      format: .months,
      taken: [
        ("jan", "jan"), ("January:March", "jan-mar"), ("1", "jan"), ("01-03", "jan-mar"),
        ("12", "dec"), ("nov-feb", "nov-feb"), ("feb-jan", "jan-dec"), ("may-MAY", "may"),
      ],
      refused: ["", "0", "13", "janu", "jan-", "1-13", "001"]),
    FormatCase(
      format: .daysOfMonth,
      taken: [
        ("1", "1"), ("1:5", "1:5"), ("1-5", "1:5"), ("-3:-1", "-3:-1"), ("-1", "-1"), ("05", "5"),
        ("1:-1", "1:-1"), ("15:15", "15"), ("31", "31"),
      ],
      refused: ["", "0", "32", "-32", "-1:5", "1--1", "-3--1", "1:", ":5", "a", "00", "00005"],
      beyondPattern: ["5:1", "-1:-3"]),
    FormatCase(
      format: .years,
      taken: [("2026", "2026"), ("2026:2028", "2026:2028"), ("2026-2028", "2026:2028")],
      refused: ["", "26", "1969", "2200", "2026:", "-2026"], beyondPattern: ["2028:2026"]),
    FormatCase(
      format: .semanticVersion,
      taken: [
        ("1.2.0", "1.2.0"), ("0.0.0", "0.0.0"), ("1.0.0-rc.1+build.5", "1.0.0-rc.1+build.5"),
        ("1.0.0--", "1.0.0--"), ("1.0.0+001", "1.0.0+001"), ("1.0.0-0a", "1.0.0-0a"),
        ("10.20.30-alpha-a.b-c", "10.20.30-alpha-a.b-c"),
        ("99999999999999999999.0.0", "99999999999999999999.0.0"),
      ],
      refused: [
        "1", "1.2", "v1.2.0", "01.2.0", "1.2.0-", "1.2.0+", "1.2.0-01", "1.2.0-a..b", "1.2.0.0",
        "1.2.x", "", "1.2.0-ä", "1.2.0+a+b",
      ]),
    FormatCase(
      format: .fileMode, taken: [("0644", "0644"), ("644", "0644"), ("4755", "4755")],
      refused: ["", "64", "0o644", "888", "00644", "rw-r--r--"]),
    FormatCase(
      format: .sha256,
      taken: [
        (String(repeating: "Ab", count: 32), String(repeating: "ab", count: 32)),
        ("sha256:" + String(repeating: "0", count: 64), String(repeating: "0", count: 64)),
      ],
      refused: ["", "abc", String(repeating: "g", count: 64), String(repeating: "a", count: 65)]),
    FormatCase(
      format: .url,
      taken: [
        ("https://Example.COM", "https://example.com/"), ("HTTPS://a:443/x", "https://a/x"),
        ("http://a:80", "http://a/"), ("http://a:8080/p?q=1#f", "http://a:8080/p?q=1#f"),
        ("https://[::1]:9/", "https://[::1]:9/"), ("https://a?x", "https://a/?x"),
        ("https://a/%20b", "https://a/%20b"), ("https://a/x@y", "https://a/x@y"),
      ],
      refused: [
        "", "example.com", "ftp://a", "https://", "https:///x", "https://u:p@a/", "https://u@a/",
        "https://a:0/", "https://a:65536/", "https://a:/", "https://a b/", "https://a/ b",
        "https://a/%2", "https://a/%zz", "https://a/ä", "https://a:080/", "https://[]/",
        "https://[::1",
      ]),
    FormatCase(
      format: .email,
      taken: [
        ("ops@Example.com", "ops@example.com"), ("A.b+c@x-y.org", "A.b+c@x-y.org"), ("a@b", "a@b"),
      ],
      refused: ["", "ops", "@a", "a@", "a@b@c", "a b@c", "a@-b", "a@b-", "a@b..c", "a@b_c"]),
    FormatCase(
      format: .hostName,
      taken: [("Mail.example.com", "mail.example.com"), ("10.0.0.1", "10.0.0.1")],
      refused: ["", "-a", "a-", "a..b", "a_b", "a:25", String(repeating: "a", count: 64)]),
    FormatCase(
      format: .absolutePath,
      taken: [
        ("/", "/"), ("/srv", "/srv"), ("/srv/", "/srv"), ("//srv//app", "/srv/app"),
        ("/srv/./app", "/srv/app"), ("/a b/ü", "/a b/ü"), ("/..a/b..", "/..a/b.."), ("/.", "/"),
      ],
      refused: ["", "srv", "~/x", "/srv/../etc", "/..", "/a\u{0}", "/a\nb", "./a"]),
    FormatCase(
      format: .environmentName, taken: [("PGPASSWORD", "PGPASSWORD"), ("_a1", "_a1")],
      refused: ["", "1A", "A-B", "A B", "Ä", String(repeating: "A", count: 129)]),
    FormatCase(
      format: .identifier, taken: [("environment", "environment"), ("_x", "_x")],
      refused: ["", "1a", "a-b", "a.b", String(repeating: "a", count: 64)]),
    FormatCase(
      format: .kindName, taken: [("Job", "Job")], refused: ["", "job", "Job-x", "1Job"]),
    FormatCase(
      format: .person, taken: [("ana", "ana"), ("Ana.B@example.com", "Ana.B@example.com")],
      refused: ["", "ana b", ".ana", "änna"]),
    FormatCase(
      format: .word, taken: [("operator", "operator"), ("team:db/x", "team:db/x")],
      refused: ["", "a b", "-a"]),
    FormatCase(
      format: .versionWord, taken: [("1.4.0", "1.4.0"), ("v2+x_1", "v2+x_1")],
      refused: ["", "1 4", "-1"]),
    FormatCase(
      format: .expression,
      taken: [("a == b", "a == b"), ("  a\n", "a"), ("a\n&& b", "a\n&& b")],
      refused: ["", "  ", "\n\t"]),
    FormatCase(
      format: .resourceName, taken: [("db-backup", "db-backup"), ("a.b", "a.b"), ("1", "1")],
      refused: ["", "-a", "a-", "A", "a_b", "ä", String(repeating: "a", count: 64)]),
  ]

  @Test(arguments: cases)
  func hasOneNormalForm(_ test: FormatCase) throws {
    for (text, normal) in test.taken {
      #expect(try test.format.canonicalize(text) == normal, "\(text)")
      #expect(try test.format.canonicalize(normal) == normal, "the normal form of \(text)")
    }
    _ = try test.format.canonicalize(test.format.example)
  }

  @Test(arguments: cases)
  func refusesWhatIsNone(_ test: FormatCase) {
    for text in test.refused + test.beyondPattern {
      #expect(throws: TextFormat.Problem.self, "\(text)") { try test.format.canonicalize(text) }
    }
  }

  /// The pattern is for editors; it must neither refuse what is right nor let pass what it can tell.
  @Test(arguments: cases)
  func hasAPatternThatIsAsWide(_ test: FormatCase) throws {
    let regex = try Regex(try #require(test.format.pattern)).matchingSemantics(.unicodeScalar)
    for text in test.taken.map(\.0) + test.taken.map(\.1) + test.beyondPattern {
      #expect(text.firstMatch(of: regex) != nil, "the pattern refuses \(text)")
    }
    for text in test.refused {
      #expect(text.firstMatch(of: regex) == nil, "the pattern lets pass \(text)")
    }
  }

  /// Nothing that a person writes ends the program, and a normal form stays what it is.
  @Test(arguments: cases)
  func anyTextIsTakenOrRefused(_ test: FormatCase) throws {
    var state: UInt64 = 42
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let pieces = test.taken.map(\.0) + test.refused
    for _ in 0..<3000 {
      var text = pieces[next(pieces.count)].unicodeScalars.map { $0 }
      for _ in 0..<next(4) {
        let other = pieces[next(pieces.count)].unicodeScalars.map { $0 }
        let place = next(text.count + 1)
        if next(2) == 0, place < text.count { text.remove(at: place) }
        text.insert(contentsOf: other.prefix(next(other.count + 1)), at: min(place, text.count))
      }
      let string = String(String.UnicodeScalarView(text))
      guard let normal = try? test.format.canonicalize(string) else { continue }
      #expect(try test.format.canonicalize(normal) == normal, "\(string)")
      if let pattern = test.format.pattern {
        let regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
        #expect(string.firstMatch(of: regex) != nil, "the pattern refuses \(string)")
      }
    }
  }

  @Test func knowsTheZonesOfIANA() throws {
    #expect(TimeZoneName.all.count > 590)
    #expect(
      TimeZoneName.all == TimeZoneName.all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    for name in ["UTC", "Europe/Berlin", "Europe/Kyiv", "Europe/Kiev", "America/Argentina/Ushuaia"]
    {
      #expect(try TextFormat.timeZone.canonicalize(name) == name)
    }
  }

  @Test(arguments: [
    ("Europe/Berln", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"),
    ("Berlin", "Europe/Berlin"), ("America/New York", "America/New_York"), ("utc", "UTC"),
  ])
  func suggestsTheZoneThatWasMeant(_ text: String, _ meant: String) throws {
    let error = #expect(throws: TextFormat.Problem.self) {
      try TextFormat.timeZone.canonicalize(text)
    }
    #expect(error?.hint == "did you mean \"\(meant)\"?")
  }
}

struct FormatsValueTests {
  @Test func civilDatesCountDays() throws {
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.daysSinceEpoch == 0)
    #expect(CivilDate(year: 2000, month: 3, day: 1)?.daysSinceEpoch == 11_017)
    #expect(CivilDate(year: 1969, month: 12, day: 31)?.daysSinceEpoch == -1)
    for days in stride(from: -200_000, through: 200_000, by: 37) {
      #expect(CivilDate(daysSinceEpoch: days).daysSinceEpoch == days)
    }
  }

  @Test func timestampsOrderByInstant() throws {
    let early = try Timestamp(parsing: "2026-01-01T00:00:00Z")
    let late = try Timestamp(parsing: "2026-01-01T00:00:00.5Z")
    #expect(early < late)
    #expect(late.nanoseconds - early.nanoseconds == 500_000_000)
    #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999999999Z")
  }

  @Test func versionsOrderByPrecedence() throws {
    let sorted = [
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
      "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]
    let versions = try sorted.map { try SemanticVersion(parsing: $0) }
    #expect(versions.reversed().sorted() == versions)
  }

  @Test func rangesBecomeMasks() throws {
    #expect(try WeekdayRange(parsing: "mon-fri").mask == 0b001_1111)
    #expect(try WeekdayRange(parsing: "fri-mon").mask == 0b111_0001)
    #expect(try MonthRange(parsing: "nov-feb").mask == 0b1100_0000_0011)
  }
}
