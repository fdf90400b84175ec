import Testing

/// The library of policies, and the table of policies/README.md, say the same.
struct PolicyLibraryTests {
  /// What the check knows of one file of the library.
  struct Entry: Equatable {
    var name: String
    var severity: String
    var description: String
    /// What its tests expect.
    var expected: Set<String>
    var size: Int
  }

  /// A row of the table, as far as the files know better.
  struct Row: Equatable {
    var name: String
    var severity: String
    var description: String
  }

  static let sizeLimit = 256 << 10

  // MARK: Reading

  /// The file `name`.yaml; it reads the plain style of this folder, and no other YAML.
  static func entry(_ name: String, _ text: String) -> Entry {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let tests = lines.firstIndex(of: "  tests:") ?? lines.count
    func value(of field: String) -> String? {
      let prefix = "  \(field): "
      guard let index = lines[..<tests].firstIndex(where: { $0.hasPrefix(prefix) }) else {
        return nil
      }
      let first = lines[index].dropFirst(prefix.count)
      if first != ">-" { return String(first) }
      return lines[(index + 1)..<tests].prefix { $0.hasPrefix("    ") }
        .map { String($0.drop { $0 == " " }) }.joined(separator: " ")
    }
    let expected = lines[tests...].compactMap { line -> String? in
      line.hasPrefix("      expect: ") ? String(line.dropFirst(14)) : nil
    }
    return Entry(
      name: name, severity: value(of: "severity") ?? "",
      description: value(of: "description") ?? "", expected: Set(expected), size: text.utf8.count)
  }

  /// The rows `| [name](name.yaml) | severity | … | description |`.
  static func rows(_ page: String) -> [Row] {
    page.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| [") else { return nil }
      let cells = line.split(separator: "|").map { cell in
        var cell = cell.drop { $0 == " " }
        while cell.last == " " { cell.removeLast() }
        return String(cell)
      }
      guard cells.count == 4 else { return nil }
      let name = String(cells[0].dropFirst().prefix { $0 != "]" })
      guard cells[0] == "[\(name)](\(name).yaml)" else { return nil }
      return Row(name: name, severity: cells[1], description: cells[3])
    }
  }

  // MARK: Checking

  static func findings(_ entries: [Entry], _ rows: [Row]) -> [String] {
    var result: [String] = []
    for entry in entries {
      let path = "policies/\(entry.name).yaml"
      if entry.description.isEmpty { result.append("\(path) does not say why: add description") }
      if !["deny", "approve", "warn"].contains(entry.severity) {
        result.append("\(path) has no severity")
      }
      for word in ["allow", entry.severity] where !entry.expected.contains(word) {
        result.append("\(path) has no test that expects \(word)")
      }
      if entry.size > sizeLimit { result.append("\(path) is larger than \(sizeLimit) bytes") }
      let own = rows.filter { $0.name == entry.name }
      if own.count != 1 {
        result.append("\(path) has \(own.count) rows in policies/README.md, not one")
      } else if own[0].severity != entry.severity {
        result.append("policies/README.md says \(entry.name) is \(own[0].severity)")
      } else if own[0].description != entry.description {
        result.append("policies/README.md gives another reason for \(entry.name) than its file")
      }
    }
    for row in rows where !entries.contains(where: { $0.name == row.name }) {
      result.append("policies/README.md has \(row.name), and there is no such file")
    }
    return result
  }

  static let library = SourceTree.names(in: "policies").filter { $0.hasSuffix(".yaml") }
    .map { entry(String($0.dropLast(5)), SourceTree.text("policies/\($0)")) }

  @Test func theTableAndTheFilesSayTheSame() {
    #expect(Self.library.count >= 24)
    #expect(Self.findings(Self.library, Self.rows(SourceTree.text("policies/README.md"))) == [])
  }

  @Test func everyFileIsNamedAfterItsPolicy() {
    for entry in Self.library {
      let text = SourceTree.text("policies/\(entry.name).yaml")
      #expect(text.contains("\n  name: \(entry.name)\n"), "\(entry.name)")
      // One policy per file, so that each may be copied by itself.
      #expect(text.ranges(of: "apiVersion: writ/v1").count == 1, "\(entry.name)")
    }
  }

  @Test func theFolderHoldsNothingElse() {
    #expect(
      SourceTree.names(in: "policies").filter { !$0.hasSuffix(".yaml") } == ["README.md"])
  }

  // MARK: The checks find what they are for

  private static let good = Entry(
    name: "a", severity: "deny", description: "Why.", expected: ["allow", "deny"], size: 100)
  private static let row = Row(name: "a", severity: "deny", description: "Why.")

  @Test func readsAFile() {
    let text = """
      apiVersion: writ/v1
      kind: Policy
      metadata:
        name: a
      spec:
        description: >-
          It is long,
          and folded.
        severity: approve
        tests:
          - name: severity
            object: {spec: {}}
            expect: allow
          - name: other
            expect: approve

      """
    #expect(
      Self.entry("a", text)
        == Entry(
          name: "a", severity: "approve", description: "It is long, and folded.",
          expected: ["allow", "approve"], size: text.utf8.count))
  }

  @Test func readsATable() {
    let page = """
      | rule | says | about | why |
      |---|---|---|---|
      | [a](a.yaml) | deny | Job | Why. |
      | [b](c.yaml) | deny | Job | Why. |
      | a | deny | Job | Why. |

      """
    #expect(Self.rows(page) == [Self.row])
  }

  @Test func leavesAGoodLibraryAlone() { #expect(Self.findings([Self.good], [Self.row]) == []) }

  @Test func findsAFileWithoutARowAndARowWithoutAFile() {
    #expect(
      Self.findings([Self.good], [])
        == ["policies/a.yaml has 0 rows in policies/README.md, not one"])
    #expect(
      Self.findings([Self.good], [Self.row, Self.row])
        == ["policies/a.yaml has 2 rows in policies/README.md, not one"])
    #expect(
      Self.findings([], [Self.row])
        == ["policies/README.md has a, and there is no such file"])
  }

  @Test func findsARowThatLies() {
    var row = Self.row
    row.severity = "warn"
    #expect(Self.findings([Self.good], [row]) == ["policies/README.md says a is warn"])
    row = Self.row
    row.description = "Another."
    #expect(
      Self.findings([Self.good], [row])
        == ["policies/README.md gives another reason for a than its file"])
  }

  @Test func findsAPolicyThatShowsOnlyOneSide() {
    var bad = Self.good
    bad.expected = ["deny"]
    #expect(
      Self.findings([bad], [Self.row]) == ["policies/a.yaml has no test that expects allow"])
    bad.expected = ["allow"]
    #expect(
      Self.findings([bad], [Self.row]) == ["policies/a.yaml has no test that expects deny"])
  }

  @Test func findsAPolicyThatIsLargeOrSaysNothing() {
    var bad = Self.good
    bad.size = Self.sizeLimit + 1
    #expect(
      Self.findings([bad], [Self.row])
        == ["policies/a.yaml is larger than \(Self.sizeLimit) bytes"])
    bad = Self.good
    bad.description = ""
    #expect(
      Self.findings([bad], [Row(name: "a", severity: "deny", description: "")])
        == ["policies/a.yaml does not say why: add description"])
    bad = Self.good
    bad.severity = "refuse"
    bad.expected = ["allow", "refuse"]
    #expect(
      Self.findings([bad], [Row(name: "a", severity: "refuse", description: "Why.")])
        == ["policies/a.yaml has no severity"])
  }
}
