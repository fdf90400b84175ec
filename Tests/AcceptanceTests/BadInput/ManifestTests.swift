import Foundation
import Testing

/// Manifests that are not ones: refused with their place, quickly, and nothing changed.
@Suite(.bounded) struct ManifestTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: Data
    var words: [String]

    init(_ name: String, _ text: String, _ words: String...) {
      self.init(name, bytes: Data(text.utf8), words)
    }

    init(_ name: String, bytes: Data, _ words: [String]) {
      self.name = name
      self.bytes = bytes
      self.words = words
    }

    var testDescription: String { name }
  }

  private static let head = "apiVersion: writ/v1\nkind: Job\nmetadata:\n  name: bad\nspec:\n"

  static let cases = [
    Case(
      "10 MiB", "a: " + String(repeating: "x", count: 10 << 20), "bad.yaml:1:1", "1048576 bytes"),
    Case(
      "40,000 nested [", "a: " + String(repeating: "[", count: 40_000), "bad.yaml:1:67",
      "nest deeper than 64"),
    Case(
      "40,000 nested {", String(repeating: "{a: ", count: 40_000), "bad.yaml:1:",
      "nest deeper than 64"),
    Case(
      "40,000 nested -", String(repeating: "- ", count: 40_000), "bad.yaml:1:",
      "nest deeper than 64"),
    Case("an alias bomb", bomb, "bad.yaml:1:4", "anchors", "aliases (*a) are not allowed"),
    Case("a merge key", head + "  <<: {timeout: 5m}\n", "bad.yaml:6:3", "merge"),
    Case(
      "a binary file", bytes: Data([0xFE, 0x00, 0x81] + (0...255).map { UInt8($0) }),
      ["bad.yaml:1:1", "not UTF-8"]),
    Case("UTF-16", bytes: Data([0xFF, 0xFE, 0x61, 0x00]), ["bad.yaml:1:1", "UTF-8"]),
    Case("a zero byte", "a: \u{0}b\n", "bad.yaml:1:"),
    Case(
      "a duplicate key", head + "  timeout: 5m\n  action: {exec: {argv: [x]}}\n  timeout: 6m\n",
      "bad.yaml:8:3", "timeout", "given twice"),
    Case(
      "a YAML 1.1 boolean", head + "  action: {exec: {argv: [yes]}}\n", "bad.yaml:6:26", "\"yes\""),
    Case(
      "an octal number", head + "  action: {exec: {argv: [0755]}}\n", "bad.yaml:6:26", "\"0755\""),
    Case("a tag", head + "  timeout: !!python/object 5m\n", "bad.yaml:6:12", "tag"),
    Case("half a document", "apiVersion: writ/v1\nkind: [Job\n", "bad.yaml:"),
    Case("a list", "- a\n- b\n", "bad.yaml:1:1"),
    Case(
      "another kind", "apiVersion: writ/v1\nkind: Jbo\nmetadata: {name: x}\nspec: {}\n",
      "bad.yaml:2:7", "did you mean \"Job\"?"),
    Case(
      "Kubernetes' version", "apiVersion: v1\nkind: Job\nmetadata: {name: x}\nspec: {}\n",
      "bad.yaml:1:13", "writ/v1"),
  ]

  private static let bomb =
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + zip("bcdefghi", "abcdefgh").map { name, before in
      "\(name): &\(name) [\((0..<9).map { _ in "*\(before)" }.joined(separator: ", "))]\n"
    }.joined()

  @Test(arguments: cases) func isRefusedWithItsPlace(_ example: Case) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      try upstream.write(example.bytes, to: "manifests/bad.yaml")
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("bad")
      let outcomes = [
        try await box.writ("plan", "--repo", upstream.bare, within: .seconds(20)),
        try await box.writ("apply", "--yes", "--repo", upstream.bare, within: .seconds(20)),
        try await box.writ("validate", upstream.clone, within: .seconds(20)),
        try await box.writ("reconcile", "--repo", upstream.bare, within: .seconds(20)),
      ]
      for outcome in outcomes {
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output == "", "\(outcome.output.prefix(500))")
        for words in example.words {
          #expect(outcome.error.contains(words), "no \(words): \(outcome.error.prefix(1500))")
        }
        #expect(outcome.error.utf8.count < 200_000)
        let odd = outcome.error.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }
        #expect(!odd, "no control characters of the file reach the terminal")
      }
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aDuplicateKeyNamesBothPlaces() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(
        box, files: ["manifests/a.yaml": Manifest.job("alpha", extra: "  timeout: 6m\n")])
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      let validate = try await box.writ("validate", upstream.clone)
      let reconcile = try await box.writ("reconcile", "--repo", upstream.bare)
      for outcome in [plan, validate] {
        #expect(outcome.error.contains("a.yaml:9:3"), "\(outcome)")
        #expect(outcome.error.contains("a.yaml:8:3"), "\(outcome)")
      }
      #expect(reconcile.error.contains("a.yaml:9:3"), "\(reconcile)")
      #expect(reconcile.error.contains("a.yaml:8:3"), "\(reconcile)")
    }
  }

  @Test func lineEndingsAndByteOrderMarksChangeNothing() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      let before = try await box.liveState()
      let plain = try upstream.read("manifests/alpha.yaml")
      let windows = plain.replacing("\n", with: "\r\n")
      for text in [windows, "\u{FEFF}" + plain, "\u{FEFF}" + windows] {
        try upstream.write(text, to: "manifests/alpha.yaml")
        let revision = try await upstream.push("other line endings")
        let plan = try await box.writ("plan", "--repo", upstream.bare)
        #expect(plan.code == 0, "\(plan)")
        let apply = try await box.writ("apply", "--repo", upstream.bare)
        #expect(apply.code == 0, "\(apply)")
        let state = try await box.liveState()
        #expect(state.root == before.root)
        #expect(state.revision == revision)
      }
    }
  }

  @Test func commentsOrderAndSpellingChangeNothing() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      try await box.writ("apply", "--repo", upstream.bare)
      try upstream.write(
        """
        # a comment
        kind:   Job
        spec: {timeout: 300s, action: {exec: {argv: ["/bin/true"]}}, concurrency: forbid}
        metadata: {name: "alpha", labels: {}}
        apiVersion: "writ/v1"
        """, to: "manifests/alpha.yaml")
      try await upstream.push("the same in other words")
      let plan = try await box.writ("plan", "--repo", upstream.bare)
      #expect(plan.code == 0, "\(plan)")
    }
  }
}
