import Planning
import Resources
import Testing

struct FieldChangeTests {
  struct Fixture: CustomTestStringConvertible {
    var name: String
    var old: Value
    var new: Value
    /// `pointer old → new`, with `-` for nothing.
    var expected: [String]

    var testDescription: String { name }
  }

  static let fixtures = [
    Fixture(name: "equal", old: ["a": 1], new: ["a": 1], expected: []),
    Fixture(name: "a scalar", old: ["a": 1], new: ["a": 2], expected: ["/a 1 → 2"]),
    Fixture(name: "another type", old: ["a": 1], new: ["a": "1"], expected: ["/a 1 → \"1\""]),
    Fixture(name: "a new member", old: ["b": 1], new: ["a": 1, "b": 1], expected: ["/a - → 1"]),
    Fixture(name: "a lost member", old: ["a": 1, "b": 1], new: ["a": 1], expected: ["/b 1 → -"]),
    Fixture(
      name: "members in the order of their keys", old: ["b": 1, "d": 1, "e": 1],
      new: ["a": 1, "c": 1, "e": 2],
      expected: ["/a - → 1", "/b 1 → -", "/c - → 1", "/d 1 → -", "/e 1 → 2"]),
    // Swift takes the two for one key; their bytes, and so the digests, differ.
    Fixture(
      name: "a key in another way to write it", old: ["\u{e9}": 1], new: ["e\u{301}": 1],
      expected: ["/e\u{301} - → 1", "/\u{e9} 1 → -"]),
    Fixture(
      name: "nested", old: ["a": ["b": ["c": 1]]], new: ["a": ["b": ["c": 2]]],
      expected: ["/a/b/c 1 → 2"]),
    Fixture(
      name: "an object for a scalar", old: ["a": 1], new: ["a": ["b": 1]],
      expected: ["/a 1 → {\"b\":1}"]),
    Fixture(
      name: "an item in the middle", old: [1, 2, 3], new: [1, 9, 3], expected: ["/1 2 → 9"]),
    Fixture(
      name: "an item put in front", old: [1, 2], new: [0, 1, 2], expected: ["/0 - → 0"]),
    Fixture(name: "an item at the end", old: [1, 2], new: [1, 2, 3], expected: ["/2 - → 3"]),
    Fixture(name: "an item taken out", old: [1, 2, 3], new: [1, 3], expected: ["/1 2 → -"]),
    Fixture(name: "all items gone", old: [1, 2], new: [], expected: ["/0 1 → -", "/1 2 → -"]),
    Fixture(name: "equal items in a row", old: [1, 1], new: [1, 1, 1], expected: ["/2 - → 1"]),
    Fixture(
      name: "an object in a list", old: [["a": 1, "b": 1]], new: [["a": 1, "b": 2]],
      expected: ["/0/b 1 → 2"]),
    Fixture(
      name: "a key that a pointer escapes", old: ["writ/protect": "true", "~": 1],
      new: ["~": 2], expected: ["/writ~1protect \"true\" → -", "/~0 1 → 2"]),
    Fixture(name: "null is a value", old: ["a": .null], new: [:], expected: ["/a null → -"]),
  ]

  @Test(arguments: fixtures)
  func comparesFieldByField(_ fixture: Fixture) {
    func text(_ value: Value?) -> String { value.map { CanonicalJSON.text(of: $0) } ?? "-" }
    let lines = FieldChange.between(fixture.old, fixture.new).map {
      "\($0.pointer) \(text($0.old)) → \(text($0.new))"
    }
    #expect(lines == fixture.expected)
  }
}
