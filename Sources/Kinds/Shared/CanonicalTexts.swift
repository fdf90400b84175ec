package import Resources

extension TimeSpan {
  /// The length that a canonical text says; nil where there is none.
  package init?(in value: Value?) {
    guard let text = value?.string, let span = try? TimeSpan(parsing: text) else { return nil }
    self = span
  }
}

extension Timestamp {
  /// The instant that a canonical text says; nil where there is none.
  init?(in value: Value?) {
    guard let text = value?.string, let time = try? Timestamp(parsing: text) else { return nil }
    self = time
  }
}

extension Value {
  /// The items with their indices; none where this is not a list.
  var items: [(index: Int, value: Value)] { (array ?? []).enumerated().map { ($0, $1) } }
}

extension SpecCheck {
  /// Where the item `value` of the list at `tokens` was written.
  ///
  /// Lists that are sets are sorted in the canonical form, so an index there is not one here.
  func tokens(ofItem value: Value, in tokens: [String], as shape: Shape) -> [String] {
    var node = node
    for token in tokens {
      switch node.content {
      case .map(let entries):
        guard let entry = entries.first(where: { $0.key == token }) else { return tokens }
        node = entry.value
      case .list(let nodes):
        guard let index = Int(token), nodes.indices.contains(index) else { return tokens }
        node = nodes[index]
      default: return tokens
      }
    }
    guard case .list(let nodes) = node.content else { return tokens }
    for (index, item) in nodes.enumerated() {
      var decoder = ShapeDecoder(file: "")
      if decoder.decode(item, as: shape) == value { return tokens + ["\(index)"] }
    }
    return tokens
  }
}
