/// The identity of a resource: its kind and its name, unique in a repository.
package struct ResourceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let kind: String
  package let name: String

  package init(kind: String, name: String) {
    self.kind = kind
    self.name = name
  }

  /// Reads `Kind/name`; nil where there is no slash or a side is empty.
  package init?(_ text: some StringProtocol) {
    guard let slash = text.firstIndex(of: "/") else { return nil }
    let kind = text[..<slash]
    let name = text[text.index(after: slash)...]
    guard !kind.isEmpty, !name.isEmpty else { return nil }
    self.init(kind: String(kind), name: String(name))
  }

  package var description: String { "\(kind)/\(name)" }

  package static func < (a: ResourceKey, b: ResourceKey) -> Bool {
    if a.kind != b.kind { return a.kind.utf8.lexicographicallyPrecedes(b.kind.utf8) }
    return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
  }
}
