package import Resources
import YAML

/// Reads the manifest that takes the place of a live resource.
package struct EditedManifest {
  package let registry: KindRegistry
  package let key: ResourceKey

  package init(registry: KindRegistry, key: ResourceKey) {
    self.registry = registry
    self.key = key
  }

  /// The one resource in `bytes`, which must be of the same key.
  package func resource(_ bytes: [UInt8], file: String) throws(SettingsError) -> Resource {
    let read = YAMLReader.read(bytes, file: file)
    var diagnostics = read.diagnostics
    var resources: [Resource] = []
    for document in read.documents {
      let decoded = ManifestDecoder(registry: registry).decode(
        document.root, file: file, keepsNode: false)
      diagnostics += decoded.diagnostics
      if let resource = decoded.resource { resources.append(resource) }
    }
    guard !diagnostics.containsError else {
      throw SettingsError(
        "\(file) is not a valid manifest; nothing was changed", diagnostics: diagnostics.sorted())
    }
    guard resources.count == 1, let resource = resources.first, resource.key == key else {
      let found = resources.map(\.key.description).joined(separator: ", ")
      throw SettingsError(
        "\(file) must hold exactly \(key), and has \(found.isEmpty ? "no manifest" : found)",
        hint: "an edit changes one live resource; the rest goes through git")
    }
    return resource
  }
}
