import Resources
import Testing
import YAML

/// A reader whose time grows with the square of the length takes minutes here, and not the second that
/// it may take; the limit is for that, not for a busy machine.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
  @Test func refusesAFileOf10MiBWithoutReadingIt() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 10 << 20)
    #expect(Reading(bytes).findings == ["1:1 file-too-large"])
  }

  @Test func acceptsAFileOfTheFullLength() {
    let line = "- " + String(repeating: "x", count: 1_021) + "\n"
    let text = String(repeating: line, count: 1_024)
    #expect(text.utf8.count == 1 << 20)
    #expect(Reading(text).findings == [])
    #expect(Reading(text + "#").findings == ["1:1 file-too-large"])
  }

  @Test func countsLevels() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(Reading(nested(64)).findings == [])
    #expect(Reading(nested(65)).findings == ["1:65 too-deep"])
    let block = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(Reading(block).findings == ["65:65 too-deep"])
    #expect(
      Reading("a: {b: [c]}", limits: YAMLLimits(maximumDepth: 2)).findings == ["1:8 too-deep"])
    #expect(
      Reading("? [[a]]\n: 1\n", limits: YAMLLimits(maximumDepth: 2)).findings
        == ["1:3 key-not-scalar", "1:4 too-deep"])
  }

  /// libyaml alone takes seconds for these; they end because the scanner looks only 1,024 characters
  /// ahead and nothing asks it for more.
  @Test(arguments: [
    String(repeating: "[", count: 40_000), String(repeating: "{", count: 40_000),
    String(repeating: "[\n", count: 40_000), String(repeating: "- ", count: 40_000),
    String(repeating: "{a: ", count: 40_000), String(repeating: "? ", count: 40_000),
    String(repeating: "[{\"", count: 40_000), String(repeating: "a: [\n ", count: 40_000),
    String(repeating: "[", count: 1 << 20), String(repeating: "- [", count: 300_000),
  ])
  func abortsDeepNestingAtOnce(_ text: String) {
    #expect(Reading(text).diagnostics.count >= 1)
  }

  /// The longest files that are allowed end in reasonable time, whatever is in them.
  @Test(arguments: [
    "- y\n", "a\n", "a: 1\n", "- ", "\n", "#\n", "%TAG !a! b\n", "--- a\n", "---\n", "&a *a ",
    "- &a b\n", "[a, ", "'", "\"\\n", "? a\n", "!!str ", "- |\n a\n", "\r", "a: {}\n", ",", "a ",
    "- - - - - - - - - - a\n", "é", "{a: b}, ", "- \"a\": 'b'\n",
  ])
  func endsWithTheFile(_ unit: String) {
    let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
    #expect(Reading(text).diagnostics.count <= 101)
  }

  @Test func stopsAtTheLimitOfDocuments() {
    let text = String(repeating: "--- 1\n", count: 10_001)
    let reading = Reading(text)
    #expect(reading.findings == ["10001:1 too-many-documents"])
    #expect(reading.documents.count == 10_000)
    #expect(Reading("--- 1\n--- 2\n", limits: YAMLLimits(maximumDocuments: 2)).findings == [])
  }

  @Test func stopsAtTheLimitOfNodes() {
    let limits = YAMLLimits(maximumNodes: 4)
    #expect(Reading("a: [1, 2]\n", limits: limits).findings == ["1:8 too-many-nodes"])
    #expect(Reading("a: [1]\n", limits: limits).findings == [])
    #expect(Reading("a: 1\n---\nb: 1\n", limits: limits).findings == ["3:1 too-many-nodes"])
  }

  @Test func stopsAfterManyErrors() {
    let reading = Reading(String(repeating: "- yes\n", count: 1_000))
    #expect(reading.diagnostics.count == 101)
    #expect(reading.findings.last == "100:3 too-many-errors")
  }

  @Test func expandsNoBomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let reading = Reading(text)
    #expect(reading.diagnostics.count == 10 + 81)
    #expect(Set(reading.diagnostics.map(\.code)) == ["anchor", "alias"])
    #expect(reading.documents.isEmpty)
  }
}
