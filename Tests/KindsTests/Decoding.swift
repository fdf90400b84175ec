import Kinds
import Resources
import YAML

enum Decoding {
  private static let decoder = ManifestDecoder(registry: .standard)

  /// Decodes the one document of `text`; diagnostics are sorted, as every reader of them sees them.
  static func decode(
    _ text: String, file: String = "a.yaml",
  ) -> (resource: Resource?, diagnostics: [Diagnostic]) {
    let read = YAMLReader.read(Array(text.utf8), file: file)
    guard let root = read.documents.first?.root else { return (nil, read.diagnostics) }
    let decoded = decoder.decode(root, file: file)
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
