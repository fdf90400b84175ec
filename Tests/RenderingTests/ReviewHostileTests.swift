import Foundation
import Planning
import Rendering
import Resources
import Testing

/// Texts out of a repository stay texts, whatever they hold.
struct ReviewHostileTests {
  static let texts = [
    "``` ```` `````", "\n```\n<b>out</b>", "]]>", "-->", "<!-- writ:plan -->", "a\n\n# heading",
    "\n::error file=x::gone", "\r::stop-commands::x", "| a | b |\n| --- |", "\u{202E}drawkcab",
    "\u{0}\u{1B}[31m\u{FFFE}\u{FFFF}", "@octo-org/security please", "#1 !1 ~bug &1 $1",
    "</details></code></sub><script>alert(1)</script>", "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)", "&lt;&#64;&amp;", "%0A::error::x", "\\| \\` \\<",
    "http://evil.example/ www.evil.example", "\"'><testcase name=\"x\">", "<![CDATA[", "$(id) `id`",
    "\u{2028}\u{2029}\u{85}", "  ::warning::indented",
  ]

  private static func review(_ text: String) -> Review {
    let path = text.unicodeScalars.contains { $0.value < 0x20 } ? "" : "\(text)/"
    return Review(ReviewScenes.screen(words: text, path: path), at: ReviewScenes.now)
  }

  @Test(arguments: texts) func markdownCannotBeBrokenOutOf(_ text: String) {
    let lines = ReviewMarkdown(Self.review(text)).lines()
    let whole = lines.joined(separator: "\n")
    #expect(whole.ranges(of: ReviewMarkdown.marker).count == 1, "one marker")
    #expect(lines.first == ReviewMarkdown.marker)
    var fence: String?
    var open = 0
    var columns = 0
    for line in lines {
      #expect(!line.contains("\n") && !line.contains("\r"))
      if let now = fence {
        if line == now { fence = nil } else { #expect(!line.hasPrefix(now), "\(line)") }
        continue
      }
      if line.hasPrefix("```") {
        fence = String(line.prefix { $0 == "`" })
        continue
      }
      if line.hasPrefix("<details>") { open += 1 }
      if line == "</details>" { open -= 1 }
      if line.hasPrefix("| ") {
        let count = line.utf8.count { $0 == UInt8(ascii: "|") }
        if columns > 0 { #expect(count == columns, "\(line)") }
        columns = count
      } else if !line.hasPrefix("|") {
        columns = 0
      }
      Self.expectOnlyKnownTags(line)
      let words = line.replacingOccurrences(of: ReviewMarkdown.marker, with: "")
      #expect(!words.contains("@"), "nobody is mentioned: \(line)")
      #expect(!words.contains("]("), "there is no link: \(line)")
    }
    #expect(fence == nil, "every fence is closed")
    #expect(open == 0, "every fold is closed")
  }

  private static func expectOnlyKnownTags(_ line: String) {
    var rest = line
    let tags = [
      ReviewMarkdown.marker, "<details>", "</details>", "<summary>", "</summary>", "<code>",
      "</code>", "<sub>", "</sub>", "<br>",
    ]
    for tag in tags { rest = rest.replacingOccurrences(of: tag, with: "") }
    #expect(!rest.contains("<") && !rest.contains(">"), "\(line)")
  }

  @Test(arguments: texts) func annotationsStayOnTheirLines(_ text: String) {
    let lines = ReviewGitHub.lines(Self.review(text))
    let usual = ReviewGitHub.lines(ReviewScenes.everything).count
    #expect(lines.count == usual)
    for line in lines {
      let isCommand = ["::error ", "::warning ", "::notice "].contains(where: line.hasPrefix)
      #expect(isCommand, "\(line)")
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x85 })
      // Up to the end of the properties there is one place for each of them.
      let head = line.dropFirst(2).prefix { $0 != ":" }
      #expect(head.count { $0 == "," } <= 5, "\(line)")
    }
  }

  @Test(arguments: texts) func junitIsWellFormed(_ text: String) {
    let lines = ReviewJUnit.lines(Self.review(text))
    let usual = ReviewJUnit.lines(ReviewScenes.everything)
    func cases(_ lines: [String]) -> Int { lines.count { $0.hasPrefix("    <testcase ") } }
    #expect(cases(lines) == cases(usual))
    for line in lines {
      for scalar in line.unicodeScalars {
        let isAllowed =
          (0x20...0xD7FF).contains(scalar.value) || (0xE000...0xFFFD).contains(scalar.value)
          || scalar.value >= 0x10000 || scalar == "\n"
        #expect(isAllowed, "\(scalar.value)")
      }
    }
    let whole = lines.joined(separator: "\n")
    #expect(!whole.contains("]]>") && !whole.contains("<!"))
  }

  @Test(arguments: texts) func jsonIsReadBack(_ text: String) throws {
    let review = Self.review(text)
    for value in [ReviewSARIF.value(review, version: "1"), ReviewGitLab.value(review)] {
      let bytes = CanonicalJSON.bytes(of: value)
      #expect(CanonicalJSON.bytes(of: try JSONReader.read(bytes)) == bytes)
    }
    for line in ReviewLines.lines(review) {
      #expect(!line.contains("\n"))
      _ = try JSONReader.read(Array(line.utf8))
    }
  }

  @Test(arguments: ["", "@", "`", "漢", "\u{1F469}\u{200D}\u{1F692}"])
  func theCommentNeverHasMoreThanAForgeTakes(_ filler: String) {
    var screen = ReviewScenes.screen(words: String(repeating: filler, count: 3000))
    let template = screen.plan.changes
    let findings = screen.plan.policies
    screen.plan.changes = (0..<20_000).map { number in
      var change = template[number % template.count]
      change.key = ResourceKey(kind: change.key.kind, name: "\(change.key.name)-\(number)")
      return change
    }
    screen.plan.policies = (0..<4_000).map { findings[$0 % findings.count] }
    let lines = ReviewMarkdown(Review(screen, at: ReviewScenes.now)).lines()
    let text = lines.map { $0 + "\n" }.joined()
    #expect(text.utf8.count <= ReviewMarkdown.byteLimit)
    #expect(text.unicodeScalars.count <= 60_000)
    #expect(text.contains("Left out of this comment: "))
    #expect(text.contains("more deletions") && text.contains("more changes"))
    #expect(text.contains(screen.digest.description), "the digest is there all the same")
    // What is shown and what is left out make all deletions.
    let all = screen.plan.changes.count { $0.action == .delete }
    let shown = lines.count { $0.contains("removed") && $0.hasPrefix("| <code>Job/") }
    let rest = lines.first { $0.hasSuffix(" more deletions.") }?.filter(\.isNumber) ?? ""
    #expect(shown + (Int(rest) ?? 0) == all)
  }
}
