import Engine
import Planning
import Resources
import Workflows

/// One moment of a `MemoryStore`, as the planner's side reads it.
struct MemoryLiveView: LiveReader {
  let state: MemoryState

  private var all: [LiveResource] {
    state.rows.sorted { $0.key < $1.key }.map { LiveResource($0.key, $0.value.side) }
  }

  func summary() throws(StoreError) -> LiveSummary { state.summary }

  func isExact() throws(StoreError) -> Bool { state.isExact }

  func resources(inFiles files: [String]) throws(StoreError) -> [LiveResource] {
    all.filter { files.contains($0.location.file) }
  }

  func resources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource] {
    keys.compactMap { key in state.rows[key].map { LiveResource(key, $0.side) } }
  }

  func allResources() throws(StoreError) -> [LiveResource] { all }

  func contents(of keys: [ResourceKey]) throws(StoreError) -> [ResourceKey: [UInt8]] {
    var result: [ResourceKey: [UInt8]] = [:]
    for key in keys {
      result[key] = state.rows[key].flatMap { state.contents[$0.side.digest] }
    }
    return result
  }

  func referrers(to keys: [ResourceKey]) throws(StoreError) -> [Referrer] {
    all.flatMap { resource in
      resource.references.filter { keys.contains($0.target) }.map { reference in
        Referrer(
          key: resource.key, target: reference.target, pointer: reference.pointer,
          location: SourceLocation(file: resource.location.file, range: reference.range))
      }
    }
  }

  func claimHolders(of claims: [String]) throws(StoreError) -> [ClaimHolder] {
    all.flatMap { resource in
      resource.claims.filter { claims.contains($0.name) }.map { claim in
        ClaimHolder(
          key: resource.key, claim: claim.name,
          location: SourceLocation(file: resource.location.file, range: claim.range))
      }
    }
  }

  func names(ofKind kind: String) throws(StoreError) -> [String] {
    state.rows.keys.filter { $0.kind == kind }.map(\.name).sorted()
  }

  /// Nobody else writes to memory.
  func drifts() throws(StoreError) -> [Drift] { [] }

  func tree(around keys: [ResourceKey]) throws(StoreError) -> StateTree { state.tree() }
}
