package import Resources

/// Kinds that may refer to each other in a circle; the standard ones cannot.
package enum Circular {
  package static let registry = KindRegistry([
    kind("Left", next: "Right"), kind("Right", next: "Left"),
  ])

  private static func kind(_ name: String, next: String) -> Kind {
    Kind(
      name: name, summary: "One side of a circle.",
      spec: ObjectShape([
        .optional("next", .name(ofKind: next), "The other side."),
        .optional("peer", .name(ofKind: name), "The same side."),
      ]), example: "")
  }

  package static func manifest(
    _ key: String, next: String? = nil, peer: String? = nil,
  ) -> String {
    let parts = key.split(separator: "/")
    var text = "apiVersion: writ/v1\nkind: \(parts[0])\nmetadata: {name: \(parts[1])}\nspec:\n"
    if next == nil, peer == nil { text = String(text.dropLast()) + " {}\n" }
    if let next { text += "  next: \(next)\n" }
    if let peer { text += "  peer: \(peer)\n" }
    return text
  }
}
