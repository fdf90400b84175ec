extension Shape {
  /// The kinds that values of this shape name.
  ///
  /// - Parameter seen: the recursive shapes that were looked into already.
  func collectKinds(into kinds: inout Set<String>, seen: Set<String> = []) {
    switch self {
    case .name(let kind): kinds.insert(kind)
    case .list(let item, _), .map(let item, _): item.collectKinds(into: &kinds, seen: seen)
    case .object(let object):
      for field in object.fields { field.shape.collectKinds(into: &kinds, seen: seen) }
    case .recursive(let shape):
      if seen.contains(shape.name) { return }
      Shape.object(shape.object())
        .collectKinds(into: &kinds, seen: seen.union([shape.name]))
    case .either(let shapes):
      for shape in shapes { shape.collectKinds(into: &kinds, seen: seen) }
    default: break
    }
  }
}

extension KindRegistry {
  /// The kinds whose resources could refer to each other in a circle: those that reach themselves.
  static func cyclicKinds(_ kinds: [Kind]) -> Set<String> {
    var edges: [String: Set<String>] = [:]
    for kind in kinds {
      var targets: Set<String> = []
      Shape.object(kind.spec).collectKinds(into: &targets)
      edges[kind.name] = targets
    }
    return Set(
      kinds.map(\.name).filter { start in
        var reached: Set<String> = []
        var frontier = edges[start] ?? []
        while !frontier.isEmpty {
          reached.formUnion(frontier)
          frontier = Set(frontier.flatMap { edges[$0] ?? [] }).subtracting(reached)
        }
        return reached.contains(start)
      })
  }
}
