import Resources

/// Leaves out of a plan what waits for approval, with all that cannot go ahead without it.
struct HeldChanges {
  private let input: PlanInput

  init(_ input: PlanInput) { self.input = input }

  /// Removes what is held, and says what that is, by key.
  ///
  /// What stays must make a state that is right by itself: nothing names what is not there, nobody
  /// claims what another still has, and a renamed resource is never there twice.
  func remove(from forward: inout [Change], _ deletes: inout [Change]) -> [ResourceKey] {
    if input.held.isEmpty { return [] }
    let changes = forward + deletes
    var held = Set(changes.map(\.key)).intersection(input.held)
    var size = -1
    while size != held.count {
      size = held.count
      let staying = staying(held, changes)
      for change in changes where !held.contains(change.key) {
        if needs(change, held, staying) { held.insert(change.key) }
      }
      if size == held.count { held.formUnion(closingCircles(held, forward)) }
    }
    forward.removeAll { held.contains($0.key) }
    deletes.removeAll { held.contains($0.key) }
    return held.sorted()
  }

  /// The changes that would close a circle of references with what held resources go on to name.
  private func closingCircles(
    _ held: Set<ResourceKey>, _ forward: [Change],
  ) -> Set<ResourceKey> {
    var edges: [ResourceKey: [ResourceKey]] = [:]
    for live in Array(input.untouched.values) + Array(input.live.values) {
      edges[live.key] = live.references.map(\.target)
    }
    var moving: Set<ResourceKey> = []
    for change in forward where !held.contains(change.key) {
      edges[change.key] = change.references.map(\.target)
      moving.insert(change.key)
    }
    return moving.intersection(CycleSearch(edges: edges).cycles().joined())
  }

  /// What held resources go on to name and claim, as they are live.
  private struct Staying {
    var targets: Set<ResourceKey> = []
    var claims: Set<String> = []
    /// Held resources that are not live yet.
    var missing: Set<ResourceKey> = []
  }

  private func staying(_ held: Set<ResourceKey>, _ changes: [Change]) -> Staying {
    var result = Staying()
    for key in held {
      guard let live = input.live[key] else {
        result.missing.insert(key)
        continue
      }
      result.targets.formUnion(live.references.map(\.target))
      result.claims.formUnion(live.claims.map(\.name))
    }
    return result
  }

  private func needs(
    _ change: Change, _ held: Set<ResourceKey>, _ staying: Staying,
  ) -> Bool {
    if let renamed = change.renamed, held.contains(renamed) { return true }
    if change.action == .delete { return staying.targets.contains(change.key) }
    return change.references.contains { staying.missing.contains($0.target) }
      || change.claims.contains { staying.claims.contains($0.name) }
  }
}
