/// The kinds that a program knows, by name.
package struct KindRegistry: Sendable {
  /// Sorted by name.
  package let kinds: [Kind]
  /// The kinds whose resources could refer to each other in a circle.
  package let cyclicKinds: Set<String>
  private let byName: [String: Kind]

  /// A registry of `kinds`; two of one name are a bug of the caller.
  package init(_ kinds: [Kind]) {
    self.kinds = kinds.sorted { $0.name < $1.name }
    cyclicKinds = Self.cyclicKinds(kinds)
    byName = Dictionary(uniqueKeysWithValues: kinds.map { ($0.name, $0) })
  }

  package subscript(name: String) -> Kind? { byName[name] }

  package var names: [String] { kinds.map(\.name) }

  /// The kind that a person means by `db`, `job`, `jobs`, `Job`: exact first, then folded.
  package func kind(matching word: String) -> Kind? {
    if let kind = byName[word] { return kind }
    let folded = word.lowercased()
    return kinds.first {
      let name = $0.name.lowercased()
      return name == folded || name + "s" == folded
        || (name.hasSuffix("y") && name.dropLast() + "ies" == folded)
    }
  }
}
