import Testing

/// A kind is one folder and one line.
struct KindFolderTests {
  /// What is wrong with the folder of the kind `name`.
  static func findings(kind name: String, text: String) -> [String] {
    let code = text
    var result: [String] = []
    let member = name.prefix(1).lowercased() + name.dropFirst()
    let parts = [
      ("package static let \(member) = Kind(", "declare Kind.\(member)"),
      ("name: \"\(name)\"", "be named like its folder"), ("summary: \"", "have a summary"),
      ("spec: \(name).spec", "have a spec"), ("example: \(name).example", "have an example"),
      ("apiVersion: writ/v1", "have an example that is a manifest"),
      ("kind: \(name)\n", "have an example of its own kind"),
    ]
    for (part, words) in parts where !code.contains(part) {
      result.append("Sources/Kinds/\(name)/\(name).swift must \(words)")
    }
    return result
  }

  /// The kinds in the list of standard kinds, as `.job`.
  static func registered(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter {
      $0.hasPrefix(".") && $0.hasSuffix(",")
    }.map { String($0.dropFirst().dropLast()) }
  }

  static func registrationFindings(folders: [String], list text: String) -> [String] {
    let members = folders.map { $0.prefix(1).lowercased() + $0.dropFirst() }
    let registered = registered(text)
    var result: [String] = []
    for member in members where !registered.contains(member) {
      result.append("the kind .\(member) has a folder and is not registered")
    }
    for member in registered where !members.contains(member) {
      result.append("the kind .\(member) is registered and has no folder")
    }
    if registered != registered.sorted() { result.append("the list of kinds is not sorted") }
    if Set(registered).count != registered.count { result.append("a kind is registered twice") }
    return result
  }

  static let folders = SourceTree.names(in: "Sources/Kinds")
    .filter { $0 != "Shared" && SourceTree.isFolder("Sources/Kinds/\($0)") }

  @Test(arguments: folders)
  func everyFolderIsAWholeKind(_ name: String) {
    let text = SourceTree.text("Sources/Kinds/\(name)/\(name).swift")
    #expect(Self.findings(kind: name, text: text) == [])
  }

  @Test func everyKindIsRegisteredOnce() {
    #expect(Self.folders.count >= 10)
    #expect(
      Self.registrationFindings(
        folders: Self.folders, list: SourceTree.text("Sources/Kinds/StandardKinds.swift")) == [])
  }

  /// Nothing else switches over kinds: outside of its folder a kind is a value like any other.
  @Test func storageAndRoutesDoNotKnowKinds() {
    let generic = [
      "Resources", "Planning", "Workflows", "Persistence", "GitSource", "ControlPlane",
    ]
    for target in generic {
      // What the planner knows of kinds are policies and what analyzers of impact ask for.
      let parts = ["Sources/Planning/Policy/", "Sources/Planning/Impact/"]
      for file in SourceTree.swiftFiles(below: "Sources/\(target)")
      where !parts.contains(where: { file.path.hasPrefix($0) }) {
        #expect(!Code.imports(file.text).contains("Kinds"), "\(file.path)")
      }
    }
  }

  // MARK: The checks find what they are for

  @Test func findsAHalfKind() {
    #expect(Self.findings(kind: "Widget", text: "").count == 7)
    let whole = """
      extension Kind {
        package static let widget = Kind(
          name: "Widget", summary: "A thing.", spec: Widget.spec, example: Widget.example)
      }
      apiVersion: writ/v1
      kind: Widget

      """
    #expect(Self.findings(kind: "Widget", text: whole) == [])
    let lost = whole.replacing("example: Widget.example", with: "example: \"\"")
    #expect(Self.findings(kind: "Widget", text: lost).count == 1)
  }

  @Test func findsAKindThatIsNotRegistered() {
    let list = "    .job,\n    .schedule,\n"
    #expect(Self.registrationFindings(folders: ["Job", "Schedule"], list: list) == [])
    #expect(
      Self.registrationFindings(folders: ["Job", "Schedule", "Widget"], list: list).count == 1)
    #expect(Self.registrationFindings(folders: ["Job"], list: list).count == 1)
    #expect(
      Self.registrationFindings(folders: ["Job", "Schedule"], list: "    .schedule,\n    .job,\n")
        == ["the list of kinds is not sorted"])
    #expect(
      Self.registrationFindings(folders: ["Job"], list: "    .job,\n    .job,\n")
        == ["a kind is registered twice"])
  }
}
