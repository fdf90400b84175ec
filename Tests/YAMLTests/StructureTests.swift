import Resources
import Testing
import YAML

@Suite struct StructureTests {
  @Test(arguments: [
    "", "\n", "# only\n# comments\n", "---\n", "---\n---\n", "---\n# nothing\n...\n",
    "\u{FEFF}", "   \n \n", "%YAML 1.2\n---\n",
  ])
  func findsNothingInAnEmptyFile(_ text: String) {
    let reading = Reading(text)
    #expect(reading.findings == [])
    #expect(reading.documents.isEmpty)
  }

  @Test func readsSeveralDocuments() {
    let reading = Reading("# one\na: 1\n---\n# two\nb: 2\n...\n---\n---\n~\n--- [3]\n")
    #expect(reading.findings == [])
    #expect(reading.values == [#"{"a":1}"#, #"{"b":2}"#, "null", "[3]"])
    #expect(reading.documents.map(\.range.short) == ["2:1-2:5", "3:1-5:5", "8:1-9:2", "10:1-10:8"])
    #expect(
      reading.documents.map(\.root.range.short) == ["2:1-2:5", "5:1-5:5", "9:1-9:2", "10:5-10:8"])
  }

  @Test func knowsThePlaceOfEachNode() {
    let text = """
      apiVersion: writ/v1
      metadata:
        name: db-backup   # a comment
        labels: {team: storage, "tier" : 'gold' }
      spec:
        script: |
          one
          two
        steps:
        - shell
        - wait: 5m
          until:

        # trailing comment

      last: true
      """
    #expect(
      Reading(text).places == [
        ". 1:1-16:11",
        "/apiVersion= 1:1-1:11", "/apiVersion 1:13-1:20",
        "/metadata= 2:1-2:9", "/metadata 3:3-4:44",
        "/metadata/name= 3:3-3:7", "/metadata/name 3:9-3:18",
        "/metadata/labels= 4:3-4:9", "/metadata/labels 4:11-4:44",
        "/metadata/labels/team= 4:12-4:16", "/metadata/labels/team 4:18-4:25",
        "/metadata/labels/tier= 4:27-4:33", "/metadata/labels/tier 4:36-4:42",
        "/spec= 5:1-5:5", "/spec 6:3-12:11",
        "/spec/script= 6:3-6:9", "/spec/script 6:11-9:1",
        "/spec/steps= 9:3-9:8", "/spec/steps 10:3-12:11",
        "/spec/steps/0 10:5-10:10",
        "/spec/steps/1 11:5-12:11",
        "/spec/steps/1/wait= 11:5-11:9", "/spec/steps/1/wait 11:11-11:13",
        "/spec/steps/1/until= 12:5-12:10", "/spec/steps/1/until 12:11-12:11",
        "/last= 16:1-16:5", "/last 16:7-16:11",
      ])
  }

  @Test(arguments: [
    Row(
      "- - a\n  - b\n-\n  - c\n", ". 1:1-4:6", "/0 1:3-2:6", "/0/0 1:5-1:6", "/0/1 2:5-2:6",
      "/1 4:3-4:6", "/1/0 4:5-4:6"),
    Row(
      "[a: 1 , [ ]]\n", ". 1:1-1:13", "/0 1:2-1:6", "/0/a= 1:2-1:3", "/0/a 1:5-1:6",
      "/1 1:9-1:12"),
    Row("[\n  1,\n  2,\n]\n", ". 1:1-4:2", "/0 2:3-2:4", "/1 3:3-3:4"),
    Row("!!map\na: !!str 1\n", ". 1:1-2:11", "/a= 2:1-2:2", "/a 2:4-2:11"),
    Row("a b\n c\n", ". 1:1-2:3"),
    Row("\n\n  'x\n  y'\n", ". 3:3-4:5"),
    Row("-\n- \n", ". 1:1-2:2", "/0 1:2-1:2", "/1 2:2-2:2"),
  ])
  func placesCollections(_ row: Row) {
    let reading = Reading(row.text)
    #expect(reading.findings == [])
    #expect(reading.places == row.expected)
  }

  @Test(arguments: [
    ("|\n  a\n  b\n", "a\nb\n"), ("|-\n  a\n  b\n", "a\nb"), ("|+\n  a\n", "a\n\n"),
    (">\n  a\n  b\n\n  c\n", "a b\nc\n"), (">-\n  a\n  b\n", "a b"), ("|2\n   a\n", " a\n"),
    ("|1-\n  a\n  b\n", " a\n b"), ("|2+\n    a\n\n", "  a\n\n\n"), (">1\n  a\n b\n", " a\nb\n"),
    ("|\n  # not a comment\n", "# not a comment\n"), ("| # comment\n  yes\n", "yes\n"),
    ("|\n  a: b\n  - c\n", "a: b\n- c\n"), ("|\n\n\n  a\n", "\n\na\n"), ("|\n", ""),
    ("\"a\\tb\\u00e9\\x41\\0\"", "a\tbéA\0"), ("\"a\\\n    b\"", "ab"), ("'it''s'", "it's"),
    ("'a\n\n  b'", "a\nb"), ("\"yes\"", "yes"), ("a # b", "a"), ("a#b", "a#b"), ("''", ""),
  ])
  func readsScalars(_ text: String, _ expected: String) {
    let reading = Reading("k: \(text)\n")
    #expect(reading.findings == [])
    #expect(reading.documents.first?.root["k"]?.content == .string(expected))
  }

  @Test func readsFlowCollections() {
    let reading = Reading("{a: [1, {b: c}, [], {}], \"d\": 'e',\n  f: g h, i: http://x:1/ }\n")
    #expect(reading.findings == [])
    #expect(reading.values == [#"{"a":[1,{"b":"c"},[],{}],"d":"e","f":"g h","i":"http://x:1/"}"#])
  }

  @Test func keepsTheOrderOfTheFile() {
    guard case .map(let entries) = Reading("c: 1\na: 2\nb: 3\n").documents.first?.root.content
    else {
      Issue.record("no map")
      return
    }
    #expect(entries.map(\.key) == ["c", "a", "b"])
  }

  /// Around the size up to which the text goes into libyaml's buffer at once.
  @Test(arguments: [
    49_000, 49_130, 49_140, 49_145, 49_148, 49_149, 49_150, 49_151, 49_152, 49_153, 60_000,
  ])
  func readsTextsOfAnyLength(_ length: Int) {
    for filler in ["x", "é", "😀"] {
      let count = (length - 12) / filler.utf8.count
      let padding = String(repeating: "-", count: length - 12 - count * filler.utf8.count)
      let text = "a: \(padding)\(String(repeating: filler, count: count))\nb: yes?\n"
      #expect(text.utf8.count == length)
      let reading = Reading(text)
      #expect(reading.findings == [])
      #expect(reading.documents.first?.root["b"]?.range.short == "2:4-2:8")
      #expect(Reading(String(text.dropLast(2))).findings == ["2:4 ambiguous-scalar"])
    }
  }

  /// libyaml ends the last line where the text does not; nothing stands on the line after it.
  @Test(arguments: [
    ("[", ["1:2 syntax"]), ("?", ["1:2 empty-key"]), ("a: 1\n? b", []), ("- é: [ü", ["1:8 syntax"]),
    ("a: 1\n ", []), ("# a", []), ("\u{FEFF}-", []), ("a:\r- b:", []),
  ])
  func placesEndWithTheText(_ text: String, _ findings: [String]) {
    let reading = Reading(text)
    #expect(reading.findings == findings)
    let lines = text.replacing("\u{FEFF}", with: "").split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for document in reading.documents {
      let end = document.root.range.end
      #expect(Int(end.line) <= lines.count)
      #expect(Int(end.column) <= lines[Int(end.line) - 1].unicodeScalars.count + 1)
    }
    for diagnostic in reading.diagnostics {
      #expect(Int(diagnostic.related?.range.start.line ?? 1) <= lines.count)
    }
  }
}
