import Resources

/// What must hold between resources: one name one resource, no reference to nothing, no cycle, one
/// claimant.
///
/// The findings do not depend on how much of the repository the input covers, as long as it covers
/// what changed and what refers to it.
struct CrossChecks {
  private let input: PlanInput
  private let desired: Set<ResourceKey>
  /// Live resources whose manifest is gone and that stay in force; they name and claim things too.
  private let staying: [LiveResource]

  init(input: PlanInput) {
    self.input = input
    let desired = Set(input.desired.indices.lazy.map { input.desired[$0].key })
    self.desired = desired
    staying = input.live.values.filter { live in
      if desired.contains(live.key) { return false }
      if input.isDrift(live.key, desired: nil) { return input.isHeld(live.key, desired: nil) }
      return live.isOrphaned || live.marks.isKept
    }
  }

  func diagnostics() -> [Diagnostic] {
    let collisions = collisions()
    // Where a name is two resources nobody can say which of them a circle runs through.
    return collisions + danglingReferences() + (collisions.isEmpty ? cycles() : []) + claims()
  }

  private func collisions() -> [Diagnostic] {
    func untouched(_ key: ResourceKey) -> SourceLocation? {
      // Where the row of a drifted resource says that it is from is nobody's word.
      guard let live = input.live[key], !live.isOrphaned, input.drifts[key] == nil,
        !input.touchedFiles.contains(live.location.file)
      else { return nil }
      return live.location
    }
    var colliding: Set<ResourceKey> = []
    if !input.live.isEmpty { colliding = desired.filter { untouched($0) != nil } }
    if desired.count < input.desired.count {
      var seen: Set<ResourceKey> = []
      for resource in input.desired where !seen.insert(resource.key).inserted {
        colliding.insert(resource.key)
      }
    }
    if colliding.isEmpty { return [] }
    var byKey: [ResourceKey: [SourceLocation]] = [:]
    for key in colliding { byKey[key] = untouched(key).map { [$0] } ?? [] }
    for resource in input.desired where colliding.contains(resource.key) {
      byKey[resource.key]?.append(resource.location)
    }
    var result: [Diagnostic] = []
    for (key, unsorted) in byKey {
      let places = unsorted.sorted()
      for place in places.dropFirst() {
        result.append(
          Diagnostic(
            code: "duplicate-resource", "\(key) is defined twice", at: place, resource: key,
            hint: "rename one of the two, or remove it", related: places[0]))
      }
    }
    return result
  }

  // MARK: References

  private func danglingReferences() -> [Diagnostic] {
    func exists(_ key: ResourceKey) -> Bool {
      if desired.contains(key) || input.existing.contains(key) || input.brokenKeys.contains(key) {
        return true
      }
      guard let live = input.live[key] else { return false }
      return live.isOrphaned || live.marks.isKept
        || !input.touchedFiles.contains(live.location.file)
    }
    var result: [Diagnostic] = []
    for resource in input.desired {
      for reference in resource.references where !exists(reference.target) {
        result.append(
          dangling(
            from: resource.key, reference.pointer, to: reference.target,
            at: SourceLocation(file: resource.location.file, range: reference.range)))
      }
    }
    for live in staying {
      for reference in live.references where !exists(reference.target) {
        result.append(
          dangling(
            from: live.key, reference.pointer, to: reference.target,
            at: SourceLocation(file: live.location.file, range: reference.range)))
      }
    }
    for referrer in input.referrers where !exists(referrer.target) {
      result.append(
        dangling(from: referrer.key, referrer.pointer, to: referrer.target, at: referrer.location))
    }
    return result
  }

  private func dangling(
    from key: ResourceKey, _ pointer: JSONPointer, to target: ResourceKey, at place: SourceLocation,
  ) -> Diagnostic {
    if let live = input.live[target] {
      return Diagnostic(
        code: "dangling-reference",
        "\(pointer.dotted) names \(target), which this revision deletes", at: place, resource: key,
        hint: "delete or change \(key) in the same commit, or keep \(target)",
        related: live.location)
    }
    let names = input.knownNames[target.kind] ?? []
    return Diagnostic(
      code: "dangling-reference", "\(pointer.dotted) names \(target), which does not exist",
      at: place, resource: key,
      hint: Suggestion.didYouMean(target.name, among: names)
        ?? "add a manifest of kind \(target.kind) named \"\(target.name)\"")
  }

  // MARK: Cycles

  private func cycles() -> [Diagnostic] {
    var nodes: [ResourceKey: (file: String, references: [Reference])] = [:]
    for live in Array(input.untouched.values) + staying {
      nodes[live.key] = (live.location.file, live.references)
    }
    for resource in input.desired where !resource.references.isEmpty {
      nodes[resource.key] = (resource.location.file, resource.references)
    }
    func reference(from key: ResourceKey, to target: ResourceKey) -> SourceLocation? {
      guard let node = nodes[key],
        let reference = node.references.first(where: { $0.target == target })
      else { return nil }
      return SourceLocation(file: node.file, range: reference.range)
    }
    let edges = nodes.mapValues { $0.references.map(\.target) }
    return CycleSearch(edges: edges).cycles().compactMap { cycle in
      let start = cycle[0]
      guard let place = reference(from: start, to: cycle[1 % cycle.count]) else { return nil }
      let names = (cycle + [start]).map(\.description).joined(separator: " → ")
      return Diagnostic(
        code: "reference-cycle", "resources refer to each other in a circle: \(names)",
        at: place, resource: start, hint: "remove one of these references",
        related: cycle.count > 1 ? cycle.last.flatMap { reference(from: $0, to: start) } : nil)
    }
  }

  // MARK: Claims

  private func claims() -> [Diagnostic] {
    var holders: [String: [(key: ResourceKey, place: SourceLocation)]] = [:]
    for resource in input.desired {
      for claim in resource.claims {
        holders[claim.name, default: []].append(
          (resource.key, SourceLocation(file: resource.location.file, range: claim.range)))
      }
    }
    if holders.isEmpty { return [] }
    for live in staying {
      for claim in live.claims {
        holders[claim.name, default: []].append(
          (live.key, SourceLocation(file: live.location.file, range: claim.range)))
      }
    }
    for holder in input.claimHolders {
      holders[holder.claim, default: []].append((holder.key, holder.location))
    }
    var result: [Diagnostic] = []
    for (claim, holders) in holders where holders.count > 1 {
      let sorted = holders.sorted { $0.place < $1.place }
      // A resource that is defined twice is a collision, not a rival of itself.
      for other in sorted.dropFirst() where other.key != sorted[0].key {
        result.append(
          Diagnostic(
            code: "duplicate-claim", "\(other.key) and \(sorted[0].key) are both \(claim)",
            at: other.place, resource: other.key, hint: "at most one resource may be \(claim)",
            related: sorted[0].place))
      }
    }
    return result
  }
}
