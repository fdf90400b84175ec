import Resources

/// What must hold between resources: one name one resource, no reference to nothing, no cycle, one
/// claimant.
///
/// The findings do not depend on how much of the repository the input covers, as long as it covers
/// what changed and what refers to it.
struct CrossChecks {
  let input: PlanInput

  func diagnostics() -> [Diagnostic] {
    collisions() + danglingReferences() + cycles() + claims()
  }

  private func collisions() -> [Diagnostic] {
    var byKey: [ResourceKey: [SourceLocation]] = [:]
    byKey.reserveCapacity(input.desired.count)
    for resource in input.desired { byKey[resource.key, default: []].append(resource.location) }
    var result: [Diagnostic] = []
    for (key, places) in byKey {
      var places = places
      if let live = input.live[key], !live.isOrphaned,
        !input.touchedFiles.contains(live.location.file)
      {
        places.append(live.location)
      }
      if places.count == 1 { continue }
      places.sort()
      for place in places.dropFirst() {
        result.append(
          Diagnostic(
            code: "duplicate-resource", "\(key) is defined twice", at: place, resource: key,
            hint: "rename one of the two, or remove it", related: places[0]))
      }
    }
    return result
  }

  /// Live resources whose manifest is gone and that stay in force; they name and claim things too.
  private var staying: [LiveResource] {
    let desired = Set(input.desired.map(\.key))
    return input.live.values.filter {
      ($0.isOrphaned || $0.marks.isKept) && !desired.contains($0.key)
    }
  }

  // MARK: References

  private func danglingReferences() -> [Diagnostic] {
    let desired = Set(input.desired.map(\.key))
    func exists(_ key: ResourceKey) -> Bool {
      if desired.contains(key) || input.existing.contains(key) || input.brokenKeys.contains(key) {
        return true
      }
      guard let live = input.live[key] else { return false }
      return live.isOrphaned || live.marks.isKept || !input.touchedFiles.contains(live.location.file)
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
    var resources: [ResourceKey: Resource] = [:]
    var edges = input.untouchedEdges
    for resource in input.desired where !resource.references.isEmpty {
      resources[resource.key] = resource
      edges[resource.key] = resource.references.map(\.target)
    }
    return CycleSearch(edges: edges).cycles().compactMap { cycle in
      // The report stands at the first touched resource of the cycle, by key.
      let keys = cycle.filter { resources[$0] != nil }.sorted()
      guard let start = keys.first, let position = cycle.firstIndex(of: start),
        let resource = resources[start]
      else { return nil }
      let path = Array(cycle[position...] + cycle[..<position])
      let next = path.count > 1 ? path[1] : start
      func place(from key: ResourceKey, to target: ResourceKey) -> SourceLocation? {
        guard let resource = resources[key],
          let reference = resource.references.first(where: { $0.target == target })
        else { return nil }
        return SourceLocation(file: resource.location.file, range: reference.range)
      }
      let names = (path + [start]).map(\.description).joined(separator: " → ")
      return Diagnostic(
        code: "reference-cycle", "resources refer to each other in a circle: \(names)",
        at: place(from: start, to: next) ?? resource.location, resource: start,
        hint: "remove one of these references",
        related: path.count > 1 ? path.last.flatMap { place(from: $0, to: start) } : nil)
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
      for other in sorted.dropFirst() {
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

/// Finds cycles in a graph of keys, by depth-first search without recursion.
struct CycleSearch {
  let edges: [ResourceKey: [ResourceKey]]

  private enum Colour { case open, done }

  /// One cycle for each back edge, in the order of keys.
  func cycles() -> [[ResourceKey]] {
    var colours: [ResourceKey: Colour] = [:]
    var found: [[ResourceKey]] = []
    for start in edges.keys.sorted() where colours[start] == nil {
      var path: [ResourceKey] = [start]
      var pending: [[ResourceKey]] = [(edges[start] ?? []).sorted(by: >)]
      colours[start] = .open
      while let key = path.last {
        guard let next = pending[pending.count - 1].popLast() else {
          colours[key] = .done
          path.removeLast()
          pending.removeLast()
          continue
        }
        switch colours[next] {
        case .done: continue
        case .open:
          if let index = path.firstIndex(of: next) { found.append(Array(path[index...])) }
        case nil:
          guard let targets = edges[next] else { continue }
          colours[next] = .open
          path.append(next)
          pending.append(targets.sorted(by: >))
        }
      }
    }
    return found
  }
}
