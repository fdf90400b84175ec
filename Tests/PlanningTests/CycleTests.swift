import Planning
import Resources
import TestSupport
import Testing

/// Kinds that may refer to each other in a circle; the standard ones cannot.
enum Circular {
  static let registry = KindRegistry([kind("Left", next: "Right"), kind("Right", next: "Left")])

  private static func kind(_ name: String, next: String) -> Kind {
    Kind(
      name: name, summary: "One side of a circle.",
      spec: ObjectShape([
        .optional("next", .name(ofKind: next), "The other side."),
        .optional("peer", .name(ofKind: name), "The same side."),
      ]), example: "")
  }

  static func manifest(
    _ key: String, next: String? = nil, peer: String? = nil,
  ) -> String {
    let parts = key.split(separator: "/")
    var text = "apiVersion: writ/v1\nkind: \(parts[0])\nmetadata: {name: \(parts[1])}\nspec:\n"
    if next == nil, peer == nil { text = String(text.dropLast()) + " {}\n" }
    if let next { text += "  next: \(next)\n" }
    if let peer { text += "  peer: \(peer)\n" }
    return text
  }
}

struct CycleTests {
  private func diagnostics(_ files: [String: String]) throws -> [Diagnostic] {
    try Planned.diagnostics(
      Planned.input(from: [:], to: files, registry: Circular.registry),
      registry: Circular.registry)
  }

  @Test func aCircleIsAnErrorWithBothPlaces() throws {
    let found = try diagnostics([
      "manifests/a.yaml": Circular.manifest("Left/a", next: "b"),
      "manifests/b.yaml": Circular.manifest("Right/b", next: "a"),
    ])
    #expect(found.map(\.code) == ["reference-cycle"])
    #expect(found.first?.message.hasSuffix("Left/a → Right/b → Left/a") == true)
    #expect(found.first?.location.description == "manifests/a.yaml:5:9")
    #expect(found.first?.related?.description == "manifests/b.yaml:5:9")
  }

  @Test func aResourceThatNamesItselfIsACircle() throws {
    let found = try diagnostics([
      "manifests/a.yaml": Circular.manifest("Left/a", peer: "a")
    ])
    #expect(found.map(\.message).first?.hasSuffix("Left/a → Left/a") == true)
    #expect(found.first?.related == nil)
  }

  @Test func aDiamondIsNoCircle() throws {
    let input = try Planned.input(
      from: [:],
      to: [
        "manifests/a.yaml": Manifest.file(
          Circular.manifest("Left/top", next: "one", peer: "two"),
          Circular.manifest("Right/one", next: "bottom"),
          Circular.manifest("Left/two", peer: "bottom"), Circular.manifest("Left/bottom"))
      ], registry: Circular.registry)
    let plan = try Planned.plan(input, registry: Circular.registry)
    #expect(
      plan.lines == [
        "create Left/bottom", "create Left/two", "create Right/one", "create Left/top",
      ])
  }

  @Test func aCircleThroughUntouchedFilesReadsTheSame() throws {
    let files = [
      "manifests/a.yaml": Circular.manifest("Left/a", next: "b"),
      "manifests/b.yaml": Circular.manifest("Right/b", next: "c"),
      "manifests/c.yaml": Circular.manifest("Left/c", peer: "a"),
    ]
    let whole = try diagnostics(files)
    for touched in files.keys {
      let all = Snapshot(files, registry: Circular.registry).resources
      var input = PlanInput(
        from: [], to: all.filter { $0.location.file == touched }, revision: "head")
      input.touchedFiles = [touched]
      for other in all where other.location.file != touched {
        input.existing.insert(other.key)
        input.addUntouched(other)
      }
      #expect(
        try Planned.diagnostics(input, registry: Circular.registry) == whole, "\(touched)")
    }
  }

  @Test func aLongChainEnds() throws {
    var files: [String: String] = [:]
    for index in 0..<3000 {
      files["manifests/l\(index).yaml"] = Circular.manifest(
        "Left/l\(index)", peer: index == 2999 ? "l0" : "l\(index + 1)")
    }
    #expect(try diagnostics(files).map(\.code) == ["reference-cycle"])
  }
}

extension PlanInput {
  /// Adds what the assembly would find of a resource in an untouched file.
  fileprivate mutating func addUntouched(_ resource: Resource) {
    untouched[resource.key] = LiveResource(resource)
  }
}
