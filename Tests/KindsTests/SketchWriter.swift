import Resources

/// Writes sketches as YAML in a random style; every style means the same.
struct SketchWriter {
  var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func document(_ sketch: Sketch) -> String {
    var text = generator.chance(30) ? "# a comment\n---\n" : ""
    text += block(sketch, indent: 0).droppingFirst { $0 == "\n" || $0 == " " }
    return text + "\n"
  }

  // MARK: Blocks

  /// What follows `key:` or `-`, with a line break or a blank in front.
  private mutating func block(_ sketch: Sketch, indent: Int) -> String {
    if generator.chance(20) || indent > 40 { return " " + flow(sketch) }
    let margin = String(repeating: " ", count: indent)
    switch sketch {
    case .map(let members, let defaults):
      let all = chosen(members, defaults)
      guard !all.isEmpty else { return " {}" }
      return all.map { member in
        let comment = generator.chance(10) ? "\n\(margin)# note" : ""
        return comment + "\n\(margin)\(key(member.key)):"
          + block(member.value, indent: indent + Int.random(in: 1...4, using: &generator))
      }.joined()
    case .list(let items, let isSet, let mayBeSingle):
      if mayBeSingle, items.count == 1, generator.chance(50) {
        return block(items[0], indent: indent)
      }
      guard !items.isEmpty else { return " []" }
      let order = isSet ? items.shuffled(using: &generator) : items
      return order.map { "\n\(margin)-" + block($0, indent: indent + 2) }.joined()
    default: return " " + scalar(sketch, isFlow: false) + (generator.chance(10) ? "  # why" : "")
    }
  }

  // MARK: Flow

  private mutating func flow(_ sketch: Sketch) -> String {
    switch sketch {
    case .map(let members, let defaults):
      let all = chosen(members, defaults).map { "\(key($0.key)): \(flow($0.value))" }
      return "{\(all.joined(separator: generator.chance(50) ? ", " : " , "))}"
    case .list(let items, let isSet, let mayBeSingle):
      if mayBeSingle, items.count == 1, generator.chance(50) { return flow(items[0]) }
      let order = isSet ? items.shuffled(using: &generator) : items
      return "[\(order.map { flow($0) }.joined(separator: ", "))]"
    default: return scalar(sketch, isFlow: true)
    }
  }

  private mutating func chosen(
    _ members: [(key: String, value: Sketch)], _ defaults: [(key: String, value: Sketch)],
  ) -> [(key: String, value: Sketch)] {
    let written = defaults.filter { _ in generator.chance(30) }
    return (members + written).shuffled(using: &generator)
  }

  // MARK: Scalars

  private mutating func key(_ text: String) -> String { string(text) }

  private mutating func scalar(_ sketch: Sketch, isFlow: Bool) -> String {
    switch sketch {
    case .integer(let number): "\(number)"
    case .number(let number): CanonicalJSON.text(of: .number(number))
    case .bool(let flag): flag ? "true" : "false"
    case .text(let texts): string(generator.pick(texts))
    case .list, .map: flow(sketch)
    }
  }

  private mutating func string(_ text: String) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    let isPlain =
      text.utf8.first.map { (0x61...0x7A).contains($0 | 0x20) } ?? false
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
      } && !words.contains(text.lowercased())
    switch Int.random(in: 0..<3, using: &generator) {
    case 0 where isPlain: return text
    case 1 where text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }):
      let doubled = text.split(separator: "'", omittingEmptySubsequences: false)
      return "'\(doubled.joined(separator: "''"))'"
    default: return CanonicalJSON.text(of: .string(text))
    }
  }
}

extension String {
  fileprivate func droppingFirst(while isDropped: (Character) -> Bool) -> String {
    String(drop(while: isDropped))
  }
}
