import Kinds
import Resources
import YAML

enum Decoding {
  static let full = ManifestDecoder(registry: .standard)

  /// A decoder that knows the shapes of the kinds and none of their own checks.
  static let shapesOnly = ManifestDecoder(
    registry: KindRegistry(
      KindRegistry.standard.kinds.map {
        Kind(name: $0.name, summary: $0.summary, spec: $0.spec, example: $0.example)
      }))

  /// Decodes the one document of `text`; diagnostics are sorted, as every reader of them sees them.
  static func decode(
    _ text: String, file: String = "a.yaml", by decoder: ManifestDecoder = full,
  ) -> (resource: Resource?, diagnostics: [Diagnostic]) {
    let read = YAMLReader.read(Array(text.utf8), file: file)
    guard let root = read.documents.first?.root else { return (nil, read.diagnostics) }
    let decoded = decoder.decode(root, file: file, source: { Array(text.utf8) })
    return (decoded.resource, (read.diagnostics + decoded.diagnostics).sorted())
  }

  /// The one document of `text`, as it is written.
  static func node(_ text: String) -> Node? {
    YAMLReader.read(Array(text.utf8), file: "a.yaml").documents.first?.root
  }

  static func text(_ resource: Resource?) -> String {
    String(decoding: resource?.content ?? [], as: UTF8.self)
  }
}
