import Planning
import Rendering
import Resources
import Testing

struct TableTests {
  private static let table = Table(
    [
      .init("REVISION", isWhole: true), .init("AGE", alignment: .right), .init("AUTHOR"),
      .init("SUMMARY", minimumWidth: 10),
    ],
    rows: [
      ["4ac91f0", "2 min", "alice", "shorten the timeout of the nightly dump of the orders"],
      ["9f3c2b7", "12 d", "bob\u{1B}[31m", Table.Cell("rolled back", .delete)],
      ["0000000", "", "日本"],
    ]
  )

  @Test(arguments: [80, 40, 30])
  func fitsTheWidth(_ width: Int) throws {
    let lines = Self.table.lines(width: width, style: .plain)
    for line in lines { #expect(TextLayout.width(of: line) <= width) }
    try Golden.check(lines, "table.\(width).txt")
  }

  @Test(arguments: 1...100) func keepsWhatIsWhole(_ width: Int) {
    let lines = Self.table.lines(width: width, style: .plain)
    #expect(lines.dropFirst().map { $0.prefix(7) } == ["4ac91f0", "9f3c2b7", "0000000"])
  }

  @Test func alignsInColourToo() {
    let lines = Self.table.lines(width: 80, style: .colour)
    #expect(lines[0].hasPrefix("\u{1B}[1mREVISION\u{1B}[0m"))
    #expect(lines[2].hasSuffix("\u{1B}[31mrolled back\u{1B}[0m"))
  }

  @Test func isOnlyAHeaderWithoutRows() {
    #expect(Table([.init("A"), .init("B")]).lines(width: 80, style: .plain) == ["A  B"])
  }
}

struct FieldDiffTextTests {
  private static let script = (1...12).map { "line \($0)\n" }.joined()

  private static var fields: [FieldChange] {
    let old: Value = [
      "timeout": "30s", "jitter": "10s", "script": .string(script),
      "retry": ["attempts": 1, "backoff": ["initial": "5s"]],
    ]
    let new: Value = [
      "timeout": "45s", "retry": ["attempts": 3, "backoff": ["initial": "5s"]],
      "script": .string(
        script.split(separator: "\n").map { $0 == "line 6" ? "line six" : $0 }.joined(
          separator: "\n"
        ) + "\n"
      ), "targets": ["selector": ["role": "db"], "probes": ["a", "b"]],
    ]
    return FieldChange.between(["spec": old], ["spec": new]).map { field in
      Scenes.located(field, line: 18)
    }
  }

  @Test(arguments: [80, 200]) func showsWhatWentAndWhatCame(_ width: Int) throws {
    let text = FieldDiffText(Self.fields, file: "manifests/teams/db/backup.yaml", width: width)
    try Golden.check(text.lines(.plain), "fields.\(width).txt")
    try Golden.check(text.lines(.colour), "fields.\(width).ansi")
  }

  @Test(arguments: 40...60) func keepsWithinTheWidth(_ width: Int) {
    let long = FieldChange.between(
      ["x": .string(String(repeating: "日本 ", count: 60))],
      ["x": "\u{1B}[2J"]
    )
    for line in FieldDiffText(long, file: nil, width: width).lines(.plain) {
      #expect(TextLayout.width(of: line) <= width)
      #expect(!line.contains("\u{1B}"))
    }
  }

  @Test func countsLinesOfHugeTexts() {
    let huge = String(repeating: "x\n", count: 3000)
    let fields = FieldChange.between(["x": .string(huge)], ["x": .string(huge + "y\n")])
    #expect(
      FieldDiffText(fields, file: nil, width: 80).lines(.plain)
        == ["@ x", "- 3 001 lines", "+ 3 002 lines"]
    )
  }

  private static let values: [(Value, String)] = [
    ("30s", "30s"), ("two words", "\"two words\""), ("true", "\"true\""), ("12", "\"12\""),
    ("", "\"\""), (true, "true"), (12, "12"), (.null, "null"), (["a", 1], "[\"a\",1]"),
    ("a\nb", "\"a\\nb\""), ("say \"hi\" now", "\"say \\\"hi\\\" now\""),
  ]

  @Test(arguments: values) func writesValues(_ value: Value, _ text: String) {
    #expect(FieldText.value(value) == text)
  }

  @Test(arguments: 3...60) func fitsTransitions(_ limit: Int) {
    let fields = FieldChange.between(
      ["a": "a rather long text with the end one", "b": "x"],
      ["a": "a rather long text with the end two of it", "b": "日本語日本語日本語日本語"]
    )
    for field in fields {
      #expect(TextLayout.width(of: FieldText.transition(field, to: limit)) <= max(5, limit))
    }
  }
}
