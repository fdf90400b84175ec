import Kinds
package import Planning
package import Resources
import YAML

/// All resources of some files, read as a source reads them.
package struct Snapshot {
  package private(set) var resources: [Resource] = []
  package private(set) var diagnostics: [Diagnostic] = []

  package init(_ files: [String: String], registry: KindRegistry = .standard) {
    let decoder = ManifestDecoder(registry: registry)
    for (file, text) in files.sorted(by: { $0.key < $1.key }) {
      let read = YAMLReader.read(Array(text.utf8), file: file)
      diagnostics += read.diagnostics
      if read.diagnostics.containsError { continue }
      for document in read.documents {
        let decoded = decoder.decode(document.root, file: file)
        diagnostics += decoded.diagnostics
        if let resource = decoded.resource { resources.append(resource) }
      }
    }
    diagnostics.sort()
  }

  package subscript(key: String) -> Resource? {
    resources.first { $0.key.description == key }
  }

  package var root: Digest {
    StateTree(entries: resources.map { StateTree.Entry(key: $0.key, digest: $0.digest) }).root
  }
}

extension LiveResource {
  /// What becomes live when `resource` is applied.
  package init(_ resource: Resource, isOrphaned: Bool = false) {
    self.init(
      key: resource.key, digest: resource.digest, location: resource.location,
      marks: resource.marks, isOrphaned: isOrphaned, references: resource.references,
      claims: resource.claims, content: resource.content)
  }
}

extension PlanInput {
  /// Everything that a plan from one whole set of resources to another depends on.
  package init(from live: [LiveResource], to desired: [Resource], revision: String = "head") {
    let tree = StateTree(entries: live.map { StateTree.Entry(key: $0.key, digest: $0.digest) })
    var counts: [String: Int] = [:]
    for resource in live { counts[resource.key.kind, default: 0] += 1 }
    self.init(
      base: LiveSummary(
        revision: live.isEmpty ? nil : "base", root: tree.root, counts: counts),
      revision: revision)
    roots = ["manifests"]
    self.desired = desired
    self.live = Dictionary(live.map { ($0.key, $0) }) { first, _ in first }
    presentFiles = Set(desired.map(\.location.file))
    touchedFiles = presentFiles.union(live.filter { !$0.isOrphaned }.map(\.location.file))
    self.tree = tree
    let names = Dictionary(grouping: desired, by: \.key.kind)
    knownNames = names.mapValues { $0.map(\.key.name).sorted() }
  }
}
