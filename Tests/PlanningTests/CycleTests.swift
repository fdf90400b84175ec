import Planning
import Resources
import TestSupport
import Testing

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
