import Kinds
import Resources
import Testing

/// What a manifest means does not depend on how it is written.
struct CanonicalFormTests {
  private static let kinds = KindRegistry.standard.kinds.map(\.name)

  @Test(arguments: kinds)
  func theCanonicalFormOfTheExampleMeansTheSame(_ name: String) throws {
    let kind = try #require(KindRegistry.standard[name])
    let resource = try #require(Decoding.decode(kind.example).resource)
    try requireSame(resource, Decoding.decode(Self.manifest(of: resource)))
  }

  @Test(arguments: kinds)
  func theCanonicalFormOfRandomManifestsMeansTheSame(_ name: String) throws {
    let kind = try #require(KindRegistry.standard[name])
    for seed in UInt64(1)...60 {
      let sketch = try Self.sketch(of: kind, seed)
      let text = CanonicalJSON.text(of: sketch.value)
      let resource = try #require(Decoding.decode(text).resource)
      try requireSame(resource, Decoding.decode(Self.manifest(of: resource)), "seed \(seed)")
    }
  }

  @Test(arguments: kinds)
  func formattingMeansNothing(_ name: String) throws {
    let kind = try #require(KindRegistry.standard[name])
    for seed in UInt64(1)...60 {
      let sketch = try Self.sketch(of: kind, seed)
      let first = try #require(Decoding.decode(CanonicalJSON.text(of: sketch.value)).resource)
      for style in UInt64(1)...5 {
        var writer = SketchWriter(seed: seed &* 1000 &+ style)
        let text = writer.document(sketch)
        let other = Decoding.decode(text)
        try requireSame(first, other, "seed \(seed), style \(style):\n\(text)")
        #expect(Self.names(other.resource) == Self.names(first), "seed \(seed), style \(style)")
      }
    }
  }

  private static func sketch(of kind: Kind, _ seed: UInt64) throws -> Sketch {
    var maker = SketchMaker(seed: seed)
    let sketch = maker.manifest(of: kind)
    return try #require(sketch, "no manifest from the seed \(seed)")
  }

  /// What a resource refers to, whatever the order in which it says so.
  private static func names(_ resource: Resource?) -> [ResourceKey] {
    (resource?.references ?? []).map(\.target).sorted()
  }

  /// The manifest that the canonical content says, as JSON, which is YAML too.
  private static func manifest(of resource: Resource) -> String {
    "{\"apiVersion\":\"writ/v1\"," + Decoding.text(resource).dropFirst()
  }

  private func requireSame(
    _ first: Resource, _ second: (resource: Resource?, diagnostics: [Diagnostic]),
    _ comment: String = "",
  ) throws {
    #expect(second.diagnostics.isEmpty, "\(second.diagnostics) \(comment)")
    let resource = try #require(second.resource, "\(comment)")
    #expect(Decoding.text(resource) == Decoding.text(first), "\(comment)")
    #expect(resource.digest == first.digest, "\(comment)")
  }
}
