import Engine
package import Resources
import YAML

/// Reads the manifest that takes the place of a live resource.
///
/// What `writ get` adds to a manifest, and nobody can set, does not count.
package struct EditedManifest {
  private static let readOnlyFields: Set<String> = ["conditions", "digest", "origin"]

  package let registry: KindRegistry
  package let key: ResourceKey

  package init(registry: KindRegistry, key: ResourceKey) {
    self.registry = registry
    self.key = key
  }

  /// The one resource in `bytes`, which must have the same key.
  ///
  /// Throws `BreakGlassEdit.Failure.invalid` with everything that is wrong.
  package func resource(_ bytes: [UInt8], file: String) throws -> Resource {
    let read = YAMLReader.read(bytes, file: file)
    var diagnostics = read.diagnostics
    var resources: [Resource] = []
    for document in read.documents {
      let decoded = ManifestDecoder(registry: registry).decode(
        manifest(document.root), file: file, keepsNode: false)
      diagnostics += decoded.diagnostics
      if let resource = decoded.resource { resources.append(resource) }
    }
    if !diagnostics.containsError, resources.map(\.key) != [key] {
      let found = resources.map(\.key.description).joined(separator: ", ")
      diagnostics.append(
        Diagnostic(
          code: "wrong-resource",
          "there must be exactly \(key) here, and there is \(found.isEmpty ? "nothing" : found)",
          at: SourceLocation(
            file: file, range: resources.first?.location.range ?? .start), resource: key,
          hint: "an edit changes one live resource; the rest goes through git"))
    }
    guard !diagnostics.containsError, let resource = resources.first else {
      throw BreakGlassEdit.Failure.invalid(diagnostics.sorted())
    }
    return resource
  }

  private func manifest(_ root: Node) -> Node {
    guard case .map(let entries) = root.content else { return root }
    return Node(.map(entries.filter { !Self.readOnlyFields.contains($0.key) }), at: root.range)
  }
}
