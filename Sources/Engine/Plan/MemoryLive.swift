package import Planning
package import Resources

/// A live state in memory: an empty one, or the snapshot of a revision.
///
/// It lets `plan` work where there is no database.
package struct MemoryLive: LiveReader {
  private let revision: String?
  private let resources: [ResourceKey: Resource]
  private let byFile: [String: [Resource]]
  private let state: StateTree

  package init(revision: String?, resources: [Resource]) {
    self.revision = revision
    self.resources = Dictionary(resources.map { ($0.key, $0) }) { first, _ in first }
    byFile = Dictionary(grouping: resources) { $0.location.file }
    state = StateTree(
      entries: resources.map { StateTree.Entry(key: $0.key, digest: $0.digest) })
  }

  package static let empty = MemoryLive(revision: nil, resources: [])

  package func summary() -> LiveSummary {
    var counts: [String: Int] = [:]
    for key in resources.keys { counts[key.kind, default: 0] += 1 }
    return LiveSummary(revision: revision, root: state.root, counts: counts)
  }

  package func isExact() -> Bool { true }

  private func live(_ resource: Resource) -> LiveResource {
    LiveResource(
      key: resource.key, digest: resource.digest, location: resource.location,
      marks: resource.marks, references: resource.references, claims: resource.claims)
  }

  package func resources(inFiles files: [String]) -> [LiveResource] {
    files.flatMap { byFile[$0] ?? [] }.map(live)
  }

  package func resources(named keys: [ResourceKey]) -> [LiveResource] {
    keys.compactMap { resources[$0] }.map(live)
  }

  package func allResources() -> [LiveResource] {
    resources.values.sorted { $0.key < $1.key }.map(live)
  }

  package func contents(of keys: [ResourceKey]) -> [ResourceKey: [UInt8]] {
    var result: [ResourceKey: [UInt8]] = [:]
    for key in keys { result[key] = resources[key]?.content }
    return result
  }

  package func referrers(to keys: [ResourceKey]) -> [Referrer] {
    if keys.isEmpty { return [] }
    let targets = Set(keys)
    return resources.values.sorted { $0.key < $1.key }.flatMap { resource in
      resource.references.filter { targets.contains($0.target) }.map { reference in
        Referrer(
          key: resource.key, target: reference.target, pointer: reference.pointer,
          location: SourceLocation(file: resource.location.file, range: reference.range))
      }
    }
  }

  package func claimHolders(of claims: [String]) -> [ClaimHolder] {
    if claims.isEmpty { return [] }
    return resources.values.sorted { $0.key < $1.key }.flatMap { resource in
      resource.claims.filter { claims.contains($0.name) }.map { claim in
        ClaimHolder(
          key: resource.key, claim: claim.name,
          location: SourceLocation(file: resource.location.file, range: claim.range))
      }
    }
  }

  package func names(ofKind kind: String) -> [String] {
    resources.keys.filter { $0.kind == kind }.map(\.name).sorted()
  }

  package func drifts() -> [Drift] { [] }

  package func tree(around keys: [ResourceKey]) -> StateTree { state }
}
