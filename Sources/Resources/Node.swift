/// A value of a manifest as it was written, with the place of each part.
///
/// The tree is what YAML's core schema makes of the text: no aliases, no tags, no duplicate keys.
package struct Node: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([Node])
    case map([Entry])
  }

  /// One key of a map; the order is that of the file.
  package struct Entry: Hashable, Sendable {
    package var key: String
    package var keyRange: SourceRange
    package var value: Node

    package init(key: String, keyRange: SourceRange, value: Node) {
      self.key = key
      self.keyRange = keyRange
      self.value = value
    }
  }

  package var content: Content
  package var range: SourceRange

  package init(_ content: Content, at range: SourceRange) {
    self.content = content
    self.range = range
  }

  /// The value under `key`, where this is a map that has it.
  package subscript(key: String) -> Node? {
    guard case .map(let entries) = content, let index = entries.index(of: key) else { return nil }
    return entries[index].value
  }

  /// What a person would call this value: `a list`, `the string "x"`.
  package var summary: String {
    switch content {
    case .null: "null"
    case .bool(let value): "the boolean \(value)"
    case .integer(let value): "the integer \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "the string \"\(value.prefix(40))\""
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The value that a JSON Pointer names.
  package func node(at pointer: JSONPointer) -> Node? {
    var node = self
    for token in pointer.tokens {
      switch node.content {
      case .map(let entries):
        guard let entry = entries.first(where: { $0.key == token }) else { return nil }
        node = entry.value
      case .list(let items):
        guard let index = Int(token), items.indices.contains(index) else { return nil }
        node = items[index]
      default: return nil
      }
    }
    return node
  }

  /// The place of the value that a JSON Pointer names, or of its nearest ancestor that exists.
  package func range(at pointer: JSONPointer) -> SourceRange {
    var node = self
    for token in pointer.tokens {
      switch node.content {
      case .map(let entries):
        guard let entry = entries.first(where: { $0.key == token }) else { return node.range }
        node = entry.value
      case .list(let items):
        guard let index = Int(token), items.indices.contains(index) else { return node.range }
        node = items[index]
      default: return node.range
      }
    }
    return node.range
  }
}

extension [Node.Entry] {
  /// The index of the entry under `key`.
  ///
  /// Lengths are compared first: most keys differ in them, and then no text is looked at.
  package func index(of key: String) -> Int? {
    let length = key.utf8.count
    for index in indices where self[index].key.utf8.count == length && self[index].key == key {
      return index
    }
    return nil
  }
}
