import Resources

/// What leads to a changed object by references: packs to jobs, schedules to jobs, routes to packs.
package struct ReachImpact: ImpactAnalyzer {
  package let area = "reach"

  package init() {}

  package func section(_ input: ImpactInput) -> ImpactSection {
    let changed = Set(input.plan.changes.map(\.key))
    var all: Set<ResourceKey> = []
    var items: [ImpactItem] = []
    // Where nobody names a changed object there is nothing to walk, so this is short for most.
    var visits = 0
    for key in changed.sorted() where input.namedBy[key] != nil {
      let reached = Self.reached(from: key, input, visits: &visits).subtracting(changed)
      if reached.isEmpty { continue }
      all.formUnion(reached)
      items.append(
        ImpactItem(
          subject: key.description, size: reached.count,
          words: "reaches " + Self.counts(reached)))
    }
    let more = input.isCut || visits >= ImpactInput.reachLimit * 4 ? "at least " : ""
    return ImpactSection(
      area: area,
      summary: all.isEmpty ? nil : "\(more)\(Self.counts(all)) by way of references", items: items)
  }

  private static func reached(
    from key: ResourceKey, _ input: ImpactInput, visits: inout Int,
  ) -> Set<ResourceKey> {
    var result: Set<ResourceKey> = []
    var frontier = [key]
    while let next = frontier.popLast(), visits < ImpactInput.reachLimit * 4 {
      visits += 1
      for referrer in input.namedBy[next] ?? [] where result.insert(referrer).inserted {
        frontier.append(referrer)
      }
    }
    result.remove(key)
    return result
  }

  /// `2 AutomationPack, 11 Schedule`.
  static func counts(_ keys: Set<ResourceKey>) -> String {
    var kinds: [String: Int] = [:]
    for key in keys { kinds[key.kind, default: 0] += 1 }
    return kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }
}
