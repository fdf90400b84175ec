import CEL
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("abc", "xabcx", true), ("abc", "ab", false), ("", "", true), ("", "x", true),
    ("^abc$", "abc", true), ("^abc$", "abc\n", false), ("^$", "", true), ("^$", "x", false),
    ("(?m)^b$", "a\nb\nc", true), ("^b$", "a\nb\nc", false), ("a.c", "a\nc", false),
    ("(?s)a.c", "a\nc", true), ("a.c", "aéc", true), ("a.c", "a😀c", true),
    ("[^a]", "a", false), ("[^a]", "\n", true), ("[]a]+", "]", true), ("[^]a]", "]", false),
    ("[a-]", "-", true), ("[-a]", "-", true), ("[a\\-z]", "m", false), ("[a-c]", "d", false),
    ("\\d+", "٣", false), ("\\d+", "7", true), ("\\D", "7", false), ("\\w", "é", false),
    ("\\w", "_", true), ("\\W", "é", true), ("\\s", "\u{0B}", false),
    ("[[:space:]]", "\u{0B}", true),
    ("\\S", " ", false), ("[\\d]", "5", true), ("[^\\d]", "5", false), ("[\\D]", "5", false),
    ("[[:alpha:]]", "1", false), ("[[:^alpha:]]", "1", true), ("[[:word:]-]+$", "a-b", true),
    ("\\pL", "é", true), ("\\pL", "1", false), ("\\p{Lu}", "a", false), ("\\p{Lu}", "Ä", true),
    ("\\PL", "é", false), ("\\p{^L}", "é", false), ("[\\p{Nd}]", "٣", true),
    ("\\p{Any}", "x", true),
    ("\\p{Co}", "\u{10FFFD}", true), ("\\p{Cf}", "\u{E0001}", true), ("\\pZ", "\u{A0}", true),
    ("(?i)abc", "aBC", true), ("(?i)é", "É", true), ("(?i)k", "\u{212A}", true),
    ("(?i)s", "ſ", true), ("(?i)σ", "ς", true), ("(?i)i", "ı", false), ("(?i)[a-c]", "B", true),
    ("(?i)[^a-c]", "B", false), ("a(?i)b(?-i)c", "aBc", true), ("a(?i)b(?-i)c", "aBC", false),
    ("a(?i:b)c", "aBC", false), ("(?i:a)b", "Ab", true), ("(a(?i)b)c", "aBC", false),
    ("\\bfoo\\b", "a foo b", true), ("\\bfoo\\b", "afoo b", false), ("\\Boo", "foo", true),
    ("\\Bfoo", "foo", false), ("\\b", "", false), ("\\B", "", true), ("é\\b", "é", false),
    ("\\Aab", "ab", true), ("a\\Ab", "ab", false), ("ab\\z", "ab", true), ("ab\\z", "abc", false),
    ("^*", "x", true), ("(^a|b)c", "xbc", true), ("(^a|b)c", "xac", false), ("x*^a", "xa", false),
    ("a{3}", "aa", false), ("a{3}", "aaa", true), ("^a{2,3}$", "aaaa", false),
    ("^a{2,}$", "aaaaa", true), ("^a{0}$", "", true), ("^a{0}$", "a", false),
    ("a{,2}", "a{,2}", true), ("a{", "a{", true), ("a{1", "a{1", true), ("a{x}", "a{x}", true),
    ("}", "}", true), ("]", "]", true), ("a{2}?b", "aab", true),
    ("\\x41", "A", true), ("\\x{1F600}", "😀", true), ("\\101", "A", true), ("\\0", "\0", true),
    ("\\Qa.b\\E", "axb", false), ("\\Qa.b\\E", "a.b", true), ("\\Qab\\E+$", "abbb", true),
    ("\\Qa+b", "a+b", true), ("\\Q\\E", "", true), ("\\Qa\\", "a\\", true),
    ("\\.\\*\\_\\-", ".*_-", true), ("\\t\\n\\r\\f\\v\\a", "\t\n\r\u{0C}\u{0B}\u{07}", true),
    ("(|a)+$", "aaa", true), ("(a*)*$", "b", true), ("^(a*)*$", "b", false), ("^(a|b|)$", "", true),
    ("a||b", "", true), ("()", "", true), ("(?:)", "", true), ("x(?P<n>a)y", "xay", true),
    ("x(?<n>a)y", "xay", true), ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a-b", true),
    ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a-", false), ("(a|😀){2}", "🐱😀😀", true),
    ("(?s).{5}", "abcd", false), ("^.{5}$", "äöüßé", true), ("(?m)a$", "a\nb", true),
    ("(?m)$", "x", true), ("(?ms)^b.*d$", "a\nb\nc\nd", true), ("[\\x{0}-\\x{10FFFF}]", "x", true),
    ("[^\\x{0}-\\x{10FFFF}]", "x", false), ("(?U)a+", "a", true), ("a+?b", "aab", true),
  ])
  func decidesAsRE2(pattern: String, text: String, expected: Bool) throws {
    for prepared in [true, false] {
      let compiled = try Pattern(pattern, preparesStates: prepared)
      #expect(compiled.matches(text) == expected, "prepared: \(prepared)")
      var steps = PatternSteps(limit: 1_000_000)
      let match = try compiled.firstMatch(in: Array(text.utf8), steps: &steps)
      #expect((match != nil) == expected)
    }
  }

  @Test(
    arguments: [
      ("a*", "baa", [0..<0]), ("a+", "baab", [1..<3]), ("a+?", "baab", [1..<2]),
      ("(?U)a+", "baab", [1..<2]), ("(?U)a+?", "baab", [1..<3]), ("a|ab", "ab", [0..<1]),
      ("ab|a", "ab", [0..<2]), ("(a)(b)?", "ab", [0..<2, 0..<1, 1..<2]),
      ("(a)(b)?", "ac", [0..<1, 0..<1, nil]), ("(a|b)*", "abab", [0..<4, 3..<4]),
      ("(a*)+", "b", [0..<0, 0..<0]), ("(a+)(b+)", "xaabbb", [1..<6, 1..<3, 3..<6]),
      ("(.*)(\\d+)", "ab12", [0..<4, 0..<3, 3..<4]),
      ("(.*?)(\\d+)", "ab12", [0..<4, 0..<2, 2..<4]),
      ("é(.)", "aéb", [1..<4, 3..<4]), ("(a{2}){2}", "aaaaa", [0..<4, 2..<4]),
      ("(a|ab)(c|bcd)(d*)", "abcd", [0..<4, 0..<1, 1..<4, 4..<4]),
      ("(?:(x)|y)+", "xy", [0..<2, 0..<1]),
      ("x{1,3}", "xxxx", [0..<3]), ("x{1,3}?", "xxxx", [0..<1]), ("(|a)*", "aa", [0..<0, 0..<0]),
      ("(a|)*", "aa", [0..<2, 1..<2]), ("$", "ab", [2..<2]), ("\\b", " ab", [1..<1]),
    ] as [(String, String, [Range<Int>?])])
  func findsTheLeftmostMatchAndItsGroups(
    pattern: String, text: String, groups: [Range<Int>?]
  ) throws {
    var steps = PatternSteps(limit: 100_000)
    let match = try Pattern(pattern).firstMatch(in: Array(text.utf8), steps: &steps)
    #expect(match?.groups == groups)
  }

  @Test func looksBehindTheStartOfASearch() throws {
    var steps = PatternSteps(limit: 1_000)
    let text = Array("ab b".utf8)
    #expect(try Pattern("\\bb").firstMatch(in: text, from: 1, steps: &steps)?.range == 3..<4)
    #expect(try Pattern("^b").firstMatch(in: text, from: 1, steps: &steps) == nil)
  }

  @Test func namesGroups() throws {
    #expect(try Pattern("(a)(?P<year>b)(?<m_1>c)").groupNames == [nil, "year", "m_1"])
  }

  @Test(arguments: [
    ("*", 0, "repeats nothing"), ("a|*", 2, "repeats nothing"), ("(*)", 1, "repeats nothing"),
    ("a**", 2, "cannot be repeated"), ("a*??", 3, "cannot be repeated"),
    ("a*+", 2, "cannot be repeated"), ("a{2}{3}", 4, "cannot be repeated"),
    ("a{1001}", 1, "at most 1000"), ("a{2,1}", 1, "less than"), ("(", 0, "not closed"),
    (")", 0, "closes nothing"), ("(a", 0, "not closed"), ("a)", 1, "closes nothing"),
    ("[a", 0, "not closed"), ("[", 0, "not closed"), ("[]", 0, "not closed"),
    ("[z-a]", 1, "before it begins"), ("[[:foo:]]", 1, "no class"), ("\\", 0, "backslash"),
    ("\\1", 0, "back-references"), ("\\8", 0, "back-references"), ("(?P=n)", 0, "back-references"),
    ("(?=a)", 0, "look-ahead"), ("(?!a)", 0, "look-ahead"), ("(?<=a)", 0, "look-behind"),
    ("(?<!a)", 0, "look-behind"), ("(?>a)", 0, "atomic"), ("(?#x)", 0, "comments"),
    ("(?z)", 0, "unknown kind"), ("(?-)", 0, "unknown kind"), ("(?i-)", 0, "unknown kind"),
    ("(?i", 0, "not closed"), ("\\q", 0, "no escape"), ("\\Z", 0, "no escape"),
    ("\\C", 0, "no escape"), ("\\é", 0, "no escape"), ("\\xg", 0, "hexadecimal"),
    ("\\x{110000}", 0, "hexadecimal"), ("\\x{", 0, "hexadecimal"), ("\\x{D800}", 0, "hexadecimal"),
    ("\\pX", 0, "general category"), ("\\p{Greek}", 0, "general category"),
    ("\\p{L", 0, "not closed"),
    ("\\p", 0, "names no class"), ("(?P<>a)", 0, "group name"), ("(?P<a-b>x)", 0, "group name"),
    ("(?P<n>a)(?P<n>b)", 8, "two groups"), ("(?i)*", 4, "repeats nothing"),
    ("[\\1]", 1, "back-ref"),
    ("[a-\\d]", 3, "no escape"),
  ])
  func saysWhatIsWrong(pattern: String, offset: Int, reason: String) {
    do throws(PatternProblem) {
      _ = try Pattern(pattern)
      Issue.record("\(pattern) was accepted")
    } catch {
      #expect(error.offset == offset)
      #expect(error.reason.contains(reason))
    }
  }

  @Test(arguments: [
    String(repeating: "(", count: 201) + String(repeating: ")", count: 201),
    "((((a{1000}){1000}){1000}){1000})", "(((){1000}){1000}a){1000}{1000}",
    "(?:a{100}){100}b{9}", String(repeating: "(a)", count: 101),
    String(repeating: "a", count: 16_385), "((a{50}){50}){5}",
    String((0..<600).compactMap { Unicode.Scalar(0x4E00 + UInt32($0)).map(Character.init) }),
  ])
  func refusesWhatIsTooLarge(pattern: String) {
    #expect(throws: PatternProblem.self) { try Pattern(pattern) }
  }

  @Test func bearsWhatIsAlmostTooLarge() throws {
    let deep = String(repeating: "(?:", count: 200) + "a" + String(repeating: ")*", count: 200)
    #expect(try Pattern(deep).matches("b"))
    let empty = String(repeating: "(?:", count: 150) + String(repeating: "){1000}", count: 150)
    #expect(try Pattern(empty).matches(""))
    let wide = (0..<2000).map { "a\($0 % 10)" }.joined(separator: "|")
    #expect(try Pattern("^(" + wide + ")$").matches("a7"))
  }
}
