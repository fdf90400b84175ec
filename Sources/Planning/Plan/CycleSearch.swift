import Resources

/// Finds circles in a graph of keys.
///
/// What is found depends on the circles alone, not on what else is in the graph.
struct CycleSearch {
  let edges: [ResourceKey: [ResourceKey]]

  /// Circles that together hold every key that is on one, in the order of their first and smallest
  /// keys; each is the shortest through that key.
  func cycles() -> [[ResourceKey]] {
    let core = core()
    var covered: Set<ResourceKey> = []
    var found: [[ResourceKey]] = []
    for key in core.sorted() where !covered.contains(key) {
      guard let cycle = shortestCycle(through: key, in: core),
        let smallest = cycle.min(), let start = cycle.firstIndex(of: smallest)
      else { continue }
      covered.formUnion(cycle)
      found.append(Array(cycle[start...] + cycle[..<start]))
    }
    return found
  }

  /// The keys that are left when those that lead nowhere are taken away, again and again.
  private func core() -> Set<ResourceKey> {
    var counts: [ResourceKey: Int] = [:]
    var sources: [ResourceKey: [ResourceKey]] = [:]
    for (key, targets) in edges {
      let targets = targets.filter { edges[$0] != nil }
      counts[key] = targets.count
      for target in targets { sources[target, default: []].append(key) }
    }
    var done = counts.filter { $0.value == 0 }.map(\.key)
    while let key = done.popLast() {
      counts[key] = nil
      for source in sources[key] ?? [] {
        counts[source, default: 0] -= 1
        if counts[source] == 0 { done.append(source) }
      }
    }
    return Set(counts.keys)
  }

  /// Breadth-first search, by key among equals.
  private func shortestCycle(
    through start: ResourceKey, in core: Set<ResourceKey>,
  ) -> [ResourceKey]? {
    var parents: [ResourceKey: ResourceKey] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let key = queue[next]
      next += 1
      for target in Set(edges[key] ?? []).intersection(core).sorted() {
        if target == start {
          var path = [key]
          while let parent = parents[path[path.count - 1]] { path.append(parent) }
          return path.reversed()
        }
        guard parents[target] == nil else { continue }
        parents[target] = key
        queue.append(target)
      }
    }
    return nil
  }
}
