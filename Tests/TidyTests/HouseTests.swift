import Foundation
import Testing

/// How the house looks from outside.
struct HouseTests {
  // MARK: Top level

  static let topLevel: Set<String> = [
    "Package.swift", "Package.resolved", "Sources", "Tests", "manifests", "policies", "examples",
    "README.md", "Makefile", "CHANGELOG.md", "docs", ".ci", ".swift-format", ".gitignore",
  ]

  static func strangers(_ names: [String]) -> [String] {
    names.filter { !topLevel.contains($0) && $0 != ".git" && !$0.hasPrefix(".build") }
  }

  @Test func theTopLevelHoldsWhatItShould() {
    #expect(Self.strangers(SourceTree.names(in: "")) == [])
  }

  @Test func findsAStranger() {
    #expect(
      Self.strangers(["README.md", ".build-x", "notes.txt", "scripts"]) == ["notes.txt", "scripts"])
  }

  // MARK: Examples

  static func exampleFindings(_ examples: [String: [String]]) -> [String] {
    examples.sorted { $0.key < $1.key }.filter { !$0.value.contains("expected.txt") }
      .map { "examples/\($0.key) does not say what to expect: add expected.txt" }
  }

  @Test func everyExampleSaysWhatToExpect() {
    let names = SourceTree.names(in: "examples").filter { SourceTree.isFolder("examples/\($0)") }
    #expect(!names.isEmpty)
    let examples = Dictionary(
      uniqueKeysWithValues: names.map { ($0, SourceTree.names(in: "examples/\($0)")) })
    #expect(Self.exampleFindings(examples) == [])
  }

  @Test func findsAnExampleWithoutExpectation() {
    #expect(
      Self.exampleFindings(["a": ["expected.txt", "x.yaml"], "b": ["x.yaml"]])
        == ["examples/b does not say what to expect: add expected.txt"])
  }

  // MARK: Targets

  /// Targets of the package without a line that says what they are for.
  static func undocumented(_ manifest: String) -> [String] {
    let lines = manifest.split(separator: "\n").map { $0.drop { $0 == " " } }
    return lines.indices.compactMap { index in
      let kinds = [".target(", ".executableTarget(", ".systemLibrary("]
      guard kinds.contains(where: { lines[index].hasPrefix($0) }) else { return nil }
      if index > 0, lines[index - 1].hasPrefix("/// ") { return nil }
      let text = lines[index...].prefix(2).joined(separator: " ")
      return text.split(separator: "name: \"").dropFirst().first.map {
        String($0.prefix { $0 != "\"" })
      }
        ?? String(lines[index])
    }
  }

  @Test func everyTargetSaysWhatItIsFor() {
    #expect(Self.undocumented(SourceTree.text("Package.swift")) == [])
  }

  @Test func findsATargetThatDoesNot() {
    let manifest = """
      /// Good.
      .target(name: "A"),
      .target(name: "B", dependencies: []),
      // Not a doc line.
      .executableTarget(
        name: "C"),
      .testTarget(name: "DTests"),
      """
    #expect(Self.undocumented(manifest) == ["B", "C"])
  }

  @Test func everyFolderOfSourcesIsATarget() {
    let manifest = SourceTree.text("Package.swift")
    for name in SourceTree.names(in: "Sources") {
      #expect(manifest.contains("name: \"\(name)\""), "\(name)")
    }
  }

  @Test func everyFolderOfTestsIsATarget() {
    let manifest = SourceTree.text("Package.swift")
    // These hold scripts and data, not code of a target.
    let others = ["Benchmarks", "Sanitizers", "Soak"]
    for name in SourceTree.names(in: "Tests") where !others.contains(name) {
      #expect(manifest.contains("name: \"\(name)\""), "\(name)")
    }
  }

  // MARK: Sizes

  static let sizeLimit = 256 << 10

  static func large(_ sizes: [String: Int]) -> [String] {
    sizes.filter { $0.value > sizeLimit }.map(\.key).sorted()
  }

  @Test func noFileIsLarge() throws {
    var sizes: [String: Int] = [:]
    for path in SourceTree.paths(below: "") {
      let url = SourceTree.root.appendingPathComponent(path)
      sizes[path] = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
    #expect(sizes.count > 100)
    #expect(Self.large(sizes) == [])
  }

  @Test func findsALargeFile() {
    #expect(Self.large(["a": sizeLimit, "b": sizeLimit + 1]) == ["b"])
  }

  private var sizeLimit: Int { Self.sizeLimit }
}
