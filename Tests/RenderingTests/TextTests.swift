import Planning
import Rendering
import Resources
import Testing

struct TextTests {
  private static let measuresCases: [(String, Int)] = [
    ("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("한", 2), ("→…µ", 3),
    ("☎\u{FE0F}", 2), ("Ａ", 2), ("\u{200D}", 0),
  ]

  @Test(arguments: measuresCases) func measures(_ text: String, _ width: Int) {
    #expect(TextLayout.width(of: text) == width)
  }

  private static let truncatesCases: [(String, Int, String)] = [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab cd", 4, "ab…"),
  ]

  @Test(arguments: truncatesCases) func truncates(_ text: String, _ limit: Int, _ expected: String)
  {
    #expect(TextLayout.truncated(text, to: limit) == expected)
    #expect(TextLayout.width(of: expected) <= limit)
  }

  @Test func truncatesTheHead() {
    #expect(TextLayout.truncatedHead("manifests/a.yaml", to: 7) == "…a.yaml")
    #expect(TextLayout.truncatedHead("a", to: 1) == "a")
  }

  @Test func pads() {
    #expect(TextLayout.padded("日", to: 4) == "日  ")
    #expect(TextLayout.paddedHead("12", to: 4) == "  12")
    #expect(TextLayout.padded("long", to: 2) == "long")
  }

  @Test(arguments: 1...20) func wraps(_ width: Int) {
    let text = "to be or not 日本語日本語 to be, anextraordinarilylongword in between"
    let lines = TextLayout.wrapped(text, to: width)
    for line in lines { #expect(TextLayout.width(of: line) <= max(width, 2)) }
    func letters(_ text: String) -> [Character] { text.filter { $0 != " " } }
    #expect(letters(lines.joined()) == letters(text))
  }

  @Test func wrapsBesideALabel() {
    #expect(TextLayout.wrapped("aa bb cc", to: 6, first: 3) == ["aa", "bb cc"])
    #expect(TextLayout.wrapped("", to: 6) == [""])
    #expect(TextLayout.wrapped("a bbbbbb c", to: 3, keepsWords: true) == ["a", "bbbbbb", "c"])
  }

  private static let escapesCases: [(String, String)] = [
    ("plain", "plain"), ("a\u{1B}[31mb", "a\\x1b[31mb"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
    ("\u{202E}evil", "\\u{202e}evil"), ("\u{9B}31m", "\\x9b31m"), ("\u{7F}", "\\x7f"),
    ("\u{2028}", "\\u{2028}"), ("\u{FEFF}", "\\u{feff}"), ("\u{E0041}", "\\u{e0041}"),
    ("Zoë 日本 👩‍👧", "Zoë 日本 👩‍👧"),
  ]

  @Test(arguments: escapesCases) func escapes(_ text: String, _ expected: String) {
    #expect(TextLayout.escaped(text) == expected)
    #expect(TextLayout.escaped(expected) == expected)
  }

  @Test func spellsOutPilesOfMarks() {
    let pile = "a" + String(repeating: "\u{301}", count: 30)
    let escaped = TextLayout.escaped(pile)
    #expect(escaped.unicodeScalars.filter { $0 == "\u{301}" }.count == 4)
    #expect(TextLayout.escaped(escaped) == escaped)
  }

  @Test(arguments: 0...255) func letsNoControlCharacterThrough(_ value: Int) throws {
    let scalar = try #require(Unicode.Scalar(UInt32(value)))
    let text = Line("x\(scalar)y").text(.plain)
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test func paintsOnlyInColour() {
    #expect(Style.plain.painted("x", .delete) == "x")
    #expect(Style.colour.painted("x", .delete) == "\u{1B}[31mx\u{1B}[0m")
    #expect(Style.colour.painted("x", .plain) == "x")
    #expect(Style.colour.painted("", .delete) == "")
  }

  private static let writesNumbersCases: [(Int, String)] = [
    (0, "0"), (999, "999"), (9981, "9 981"), (1_234_567, "1 234 567"), (-1000, "-1 000"),
  ]

  @Test(arguments: writesNumbersCases) func writesNumbers(_ number: Int, _ text: String) {
    #expect(Number.text(number) == text)
  }

  private static let writesDurationsCases: [(Duration, String)] = [
    (Duration.microseconds(840), "840 µs"), (.milliseconds(3), "3 ms"),
    (.milliseconds(1240), "1.2 s"), (.seconds(250), "4 min 10 s"),
  ]

  @Test(arguments: writesDurationsCases) func writesDurations(_ duration: Duration, _ text: String)
  {
    #expect(Number.text(duration) == text)
  }

  private static let writesTimesAsDistancesCases: [(Int64, String)] = [
    (0, "just now"), (-1, "just now"), (59, "59 s ago"), (60, "1 min ago"), (-120, "in 2 min"),
    (7200, "2 h ago"), (86_400 * 3, "3 d ago"), (86_400 * 90, "90 d ago"),
    (86_400 * 91, "2026-06-23"),
  ]

  @Test(arguments: writesTimesAsDistancesCases) func writesTimesAsDistances(
    _ seconds: Int64,
    _ text: String
  ) throws {
    let now = try Timestamp(parsing: "2026-09-22T12:00:00Z")
    let time = Timestamp(nanoseconds: now.nanoseconds - seconds * 1_000_000_000)
    #expect(RelativeTime.text(time, now: now) == text)
  }

  @Test func survivesTheEndsOfTime() {
    let ends = [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)]
    for (time, now) in [(ends[0], ends[1]), (ends[1], ends[0])] {
      #expect(RelativeTime.text(time, now: now).utf8.count == 10)
    }
  }
}
