import Resources
import Testing
import YAML

@Suite struct RefusalTests {
  @Test(arguments: [
    // Keys
    Row("a: 1\nb: 2\na: 3\n", "3:1 duplicate-key"),
    Row("a: 1\n\"a\": 2\n'a': 3\n", "2:1 duplicate-key", "3:1 duplicate-key"),
    Row("x:\n  - {b: 1, c: 2, \"b\": 3}\n", "2:18 duplicate-key"),
    Row("\"\\u0061\": 1\na: 2\n", "2:1 duplicate-key"),
    Row("{<<: 1}\n", "1:2 merge-key"),
    Row("a: &x {b: 1}\nc:\n  <<: *x\n", "1:4 anchor", "3:3 merge-key", "3:7 alias"),
    Row("? [a, b]\n: 1\n", "1:3 key-not-scalar"),
    Row("? {a: b}\n: 1\n", "1:3 key-not-scalar"),
    Row("a: {{ name }}\n", "1:5 key-not-scalar"),
    Row("? - a\n: 1\n", "1:3 key-not-scalar"),
    Row(": 1\n", "1:1 empty-key"),
    Row("?\n: 1\n", "1:2 empty-key"),
    Row("{? : 1}\n", "1:4 empty-key"),
    Row("{: 1}\n", "1:2 empty-key"),
    // Anchors and aliases
    Row("a: &x 1\n", "1:4 anchor"),
    Row("&x a: 1\n", "1:1 anchor"),
    Row("a: &x [1]\nb: *x\n", "1:4 anchor", "2:4 alias"),
    Row("a: &x\n  b: 1\n", "1:4 anchor"),
    Row("- *y\n", "1:3 alias"),
    Row("*y : 1\n", "1:1 alias"),
    Row("a: * * * * *\n", "1:4 alias"),
    Row("a: & b\n", "1:4 anchor"),
    // Tags
    Row("a: !!binary aGk=\n", "1:4 tag"),
    Row("a: !foo bar\n", "1:4 tag"),
    Row("a: !foo [bar]\n", "1:4 tag"),
    Row("a: !foo {b: c}\n", "1:4 tag"),
    Row("a: !<tag:example.org,2000:x> b\n", "1:4 tag"),
    Row("a: !e!x b\n", "1:4 tag"),
    Row("a: !!int x\n", "1:4 tag"),
    Row("a: !!int 1.5\n", "1:4 tag"),
    Row("a: !!int yes\n", "1:4 tag"),
    Row("a: !!float x\n", "1:4 tag"),
    Row("a: !!bool 1\n", "1:4 tag"),
    Row("a: !!null x\n", "1:4 tag"),
    Row("a: !!map [1]\n", "1:4 tag"),
    Row("a: !!seq {b: 1}\n", "1:4 tag"),
    Row("a: !!map b\n", "1:4 tag"),
    Row("a: !!str [1]\n", "1:4 tag"),
    Row("!!int 1: 2\n", "1:1 tag"),
    Row("!!set {a}\n", "1:1 tag"),
    Row("a: !!bool yes\n", "1:4 ambiguous-scalar"),
    Row("a: !!int 0644\n", "1:4 ambiguous-scalar"),
    Row("a: !!float .inf\n", "1:4 not-finite"),
    Row("a: !!int 9223372036854775808\n", "1:4 integer-out-of-range"),
    // Directives
    Row("%YAML 1.1\n---\na: 1\n", "1:1 yaml-version"),
    Row("%YAML 2.0\n---\na: 1\n", "1:1 yaml-version"),
    Row("%TAG !e! tag:example.org:\n---\na: 1\n", "1:1 tag-directive"),
    Row("%FOO bar\n---\na: 1\n", "1:1 syntax"),
    // Several at once, over all documents
    Row(
      "a: yes\nb: [0644, !x y]\n---\nc: 1\nc: *z\n", "1:4 ambiguous-scalar",
      "2:5 ambiguous-scalar", "2:11 tag", "5:1 duplicate-key", "5:4 alias"),
  ])
  func refusesWithThePlace(_ row: Row) {
    let reading = Reading(row.text)
    #expect(reading.findings == row.expected)
    for diagnostic in reading.diagnostics {
      #expect(diagnostic.severity == .error)
      #expect(diagnostic.hint?.isEmpty == false)
      #expect(diagnostic.location.file == "a.yaml")
    }
  }

  @Test(arguments: [
    Row("a: {b: 1\n", #"2:1 syntax: "," or "}" is missing in the map that starts on line 1"#),
    Row(
      "a: [1, 2\nb: 3\n", #"2:2 syntax: "," or "]" is missing in the list that starts on line 1"#),
    Row("a: \"b\n", "1:4 syntax: this quote is never closed"),
    Row("a: 'b\n---\nc: 1\n", "1:4 syntax: this quote is not closed before the document ends"),
    Row("a: b: c\n", "1:5 syntax: a colon and a space are not possible here"),
    Row("a: 1\n b: 2\n", "2:3 syntax: a colon and a space are not possible here"),
    Row(
      "a:\n  b: 1\n c: 2\n", "3:2 syntax: a key of the map that starts on line 1 should stand here"),
    Row("- a\nb: 1\n", "2:1 syntax: an item of the list that starts on line 1 should stand here"),
    Row("a: 1\nb\nc: 2\n", "2:1 syntax: a colon is missing after this key"),
    Row("a: - b\n", "1:4 syntax: a list item is not possible here"),
    Row("a: @b\n", "1:4 syntax: a value cannot start with \"@\""),
    Row("a: `b`\n", "1:4 syntax: a value cannot start with \"`\""),
    Row("a: %b\n", "1:4 syntax: a value cannot start with \"%\""),
    Row("a:\n\tb: 1\n", "2:1 syntax: a tab is not possible here"),
    Row("a: \"\\q\"\n", "1:5 syntax: there is no such escape in double quotes"),
    Row("a: \"\\xg0\"\n", "1:7 syntax: the escape needs hexadecimal digits"),
    Row("a: \"\\ud83d\\ude00\"\n", "1:7 syntax: the escape is no Unicode character"),
    Row("a: |x\n  b\n", "1:5 syntax: nothing may follow \"|\" or \">\" on its line"),
    Row("a: |0\n  b\n", "1:5 syntax: the indentation after \"|\" or \">\" must be 1 to 9"),
    Row(
      "a: 1\n...\nb: 2\n",
      "3:1 syntax: the document has ended, and nothing but \"---\" may follow"),
    Row("a: {b", #"1:6 syntax: "," or "}" is missing in the map that starts on line 1"#),
    Row("é: \"b", "1:4 syntax: this quote is never closed"),
    Row("...\n", "1:1 syntax: a value is missing here"),
    Row("[a] b\n", "1:5 syntax: the document has ended, and nothing but \"---\" may follow"),
    Row("[a]]\n", "1:4 syntax: the document has ended, and nothing but \"---\" may follow"),
    Row("a: [,]\n", "1:5 syntax: a value is missing here"),
  ])
  func wordsErrorsOfSyntax(_ row: Row) {
    let texts = Reading(row.text).diagnostics.map {
      "\($0.location.range.start.short) \($0.code): \($0.message)"
    }
    #expect(texts == row.expected)
  }

  @Test func namesBothPlacesOfADuplicate() throws {
    let diagnostic = try #require(Reading("a:\n  b: 1\n  c: 2\n  'b': 3\n").diagnostics.first)
    #expect(diagnostic.location.range.short == "4:3-4:6")
    #expect(diagnostic.related?.range.short == "2:3-2:4")
    #expect(
      diagnostic.description == """
        a.yaml:4:3: error: the key "b" is given twice in one map (the other place: a.yaml:2:3)
            remove one of the two, or merge their values
        """)
  }

  @Test func findsDuplicatesInLargeMaps() {
    let lines = (0..<1_000).map { "key-\($0): 1\n" }.joined()
    #expect(Reading(lines).findings == [])
    for key in [0, 15, 16, 17, 999] {
      let reading = Reading(lines + "'key-\(key)': 2\n")
      #expect(reading.findings == ["1001:1 duplicate-key"])
      #expect(reading.diagnostics.first?.related?.range.start.line == Int32(key + 1))
    }
  }

  @Test func namesTheAnchorOfAnAlias() {
    let related = Reading("a: &x 1\nb: *x\nc: *y\n").diagnostics.map(\.related?.range.start.short)
    #expect(related == [nil, "1:4", nil])
  }

  @Test func seesTabsInIndentation() {
    for text in ["a:\n\tb: 1\n", "a:\n  \tb: 1\n\tc: 2\n", "a: 1\nb:\n \t- c: 1\n \t  d: 1\n"] {
      let hint = Reading(text).diagnostics.first?.hint ?? ""
      #expect(hint.contains("indented with a tab; YAML wants spaces"), "\(text.debugDescription)")
    }
    #expect(Reading("a:\t1\nb: x\ty\t# c\n").findings == [])
  }

  @Test func keepsWhatCameBeforeAnErrorOfSyntax() {
    let reading = Reading("a: 1\n---\nb: yes\n---\nc: 2\n---\n{\n")
    #expect(reading.findings == ["3:4 ambiguous-scalar", "8:1 syntax"])
    #expect(reading.values == [#"{"a":1}"#, #"{"c":2}"#])
  }

  @Test(arguments: [
    ("a: !!str 1\n", #"{"a":"1"}"#), ("a: !!int '5'\n", #"{"a":5}"#),
    ("a: !!float 1\n", #"{"a":1}"#),
    ("a: !!bool 'true'\n", #"{"a":true}"#), ("a: !!null ''\n", #"{"a":null}"#),
    ("a: !!null\n", #"{"a":null}"#), ("!!map {a: !!seq [1]}\n", #"{"a":[1]}"#),
    ("a: ! 12\n", #"{"a":"12"}"#), ("a: ! [1]\n", #"{"a":[1]}"#), ("a: !!str\n", #"{"a":""}"#),
    ("a: !<tag:yaml.org,2002:int> 1\n", #"{"a":1}"#), ("%YAML 1.2\n---\na: 1\n", #"{"a":1}"#),
  ])
  func allowsTagsOfTheCoreSchema(_ text: String, _ value: String) {
    let reading = Reading(text)
    #expect(reading.findings == [])
    #expect(reading.values == [value])
  }
}
