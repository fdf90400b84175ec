import Resources
import Testing

@Suite struct CanonicalJSONTests {
  static let values: [(Value, String)] = [
    (.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
    (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
    (.number(1), "1"), (.number(-1), "-1"), (.number(-0.0), "0"), (.number(0.1), "0.1"),
    (.number(1e21), "1e+21"), (.number(.leastNonzeroMagnitude), "5e-324"),
    (.number(1.5e300), "1.5e+300"),
    (.number(9_007_199_254_740_991), "9007199254740991"),
    ([], "[]"), ([:], "{}"), ([1, [2, []], "x"], #"[1,[2,[]],"x"]"#),
    (["b": 1, "a": [["d": 2, "c": .null]]], #"{"a":[{"c":null,"d":2}],"b":1}"#),
  ]

  @Test(arguments: values)
  func writes(_ value: Value, _ expected: String) {
    #expect(CanonicalJSON.text(of: value) == expected)
    #expect(CanonicalJSON.bytes(of: value) == Array(expected.utf8))
  }

  static let texts: [(String, String)] = [
    ("", #""""#), ("a/b", #""a/b""#), ("\"\\", #""\"\\""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
    ("\0\u{1F}", #""\u0000\u001f""#), ("\u{7F}\u{80}", "\"\u{7F}\u{80}\""),
    ("é😀\u{2028}", "\"é😀\u{2028}\""),
    ("a\nb", #""a\nb""#), ("x\u{1}", #""x\u0001""#),
  ]

  @Test(arguments: texts)
  func escapesOnlyWhatItMust(_ text: String, _ expected: String) {
    #expect(CanonicalJSON.text(of: .string(text)) == expected)
    #expect(CanonicalJSON.text(of: .sorted([Value.Member(text, 1)])) == "{\(expected):1}")
  }

  @Test func sortsMembersByTheirBytes() {
    let value: Value = ["é": 1, "z": 2, "Z": 3, "a": 4, "aa": 5, "": 6, "😀": 7, "\u{FFFF}": 8]
    let expected = "{\"\":6,\"Z\":3,\"a\":4,\"aa\":5,\"z\":2,\"é\":1,\"\u{FFFF}\":8,\"😀\":7}"
    #expect(CanonicalJSON.text(of: value) == expected)
  }

  @Test func writesPiecesOneAfterAnother() {
    var writer = CanonicalJSON()
    writer.write("a")
    writer.write(Value.integer(1))
    #expect(writer.bytes == Array(#""a"1"#.utf8))
  }
}
