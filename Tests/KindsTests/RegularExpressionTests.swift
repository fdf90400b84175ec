import Resources
import Testing

/// The syntax of RE2, seen through a matcher.
struct RegularExpressionTests {
  private static func problems(_ pattern: String) -> [Diagnostic] {
    let value = CanonicalJSON.text(of: .string(pattern))
    let spec = "match: [{field: probe, op: \"=~\", value: \(value)}]"
    return Decoding.decode(Mistake("", "RoutingPolicy", spec).manifest).diagnostics
  }

  @Test(arguments: [
    "", "db|storage", "a*b+c?", "a*?", "^db-[0-9]{1,3}$", "(?i)abc", "(?:a|b)", "(?P<n>a)(?<m>b)",
    "[^a-z\\d-]", "[]a]", "[[:alpha:]_]", "\\pL\\p{Greek}", "\\x41\\x{1F600}", "a{,3}", "a{",
    "x{2}{",
    "\\Qa(b\\E", "a|", "()", "(?i-s:x)", "ü+", "\\.", "[\\]]", "a{1000}", "\\012",
  ])
  func isTaken(_ pattern: String) {
    #expect(Self.problems(pattern).isEmpty, "\(Self.problems(pattern))")
  }

  @Test func anyTextIsTakenOrRefused() {
    var generator = SplitMix64(seed: 3)
    let letters = Array("ab(){}[]|*+?\\^$.-:,<>=!P0123x pQEdü")
    for _ in 0..<3000 {
      let count = Int.random(in: 0...16, using: &generator)
      let text = String((0..<count).map { _ in generator.pick(letters) })
      #expect(Self.problems(text).allSatisfy { $0.code == "bad-regular-expression" })
    }
  }

  @Test(arguments: [
    ("(", "not closed"), (")", "closes nothing"), ("*a", "repeats nothing"), ("a**", "repeated"),
    ("[a", "not closed"), ("[z-a]", "ends before it begins"), ("(?=a)", "lookahead"),
    ("(?<!a)", "lookbehind"), ("\\1", "back references"), ("\\", "ends in a backslash"),
    ("a{1001}", "more than 1000"), ("a{3,2}", "ends before"), ("(?P<n>a)(?P<n>b)", "named n"),
    ("[[:foo:]]", "unknown class"), ("\\y", "unknown escape"), ("(?z)", "unknown kind of group"),
    ("(?P<1-a>x)", "not a word"), ("\\p{Greek", "not closed"), ("[a-\\d]", "class as its end"),
    ("a|*", "repeats nothing"), ("\\xZZ", "hexadecimal"), ("x{2}{3}", "repeated"),
  ])
  func isRefused(_ pattern: String, _ reason: String) {
    let found = Self.problems(pattern)
    #expect(found.map(\.code) == ["bad-regular-expression"])
    #expect(found.first?.message.contains(reason) == true, "\(found)")
  }
}
