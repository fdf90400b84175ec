/// Decodes the nodes of one manifest by shapes: to canonical values, with every mistake found.
///
/// Decoding goes on after a mistake, so that one pass finds all of them; the value is of use only
/// when `diagnostics` has no error.
package struct ShapeDecoder {
  package let file: String
  package var resource: ResourceKey?
  package private(set) var diagnostics: [Diagnostic] = []
  package private(set) var references: [Reference] = []
  /// The path of the value that is being decoded; becomes a pointer only where one is needed.
  private var path: [PathToken] = []

  private enum PathToken {
    case key(String)
    case index(Int)
  }

  /// What a person calls the outermost value: `a manifest`.
  let rootName: String

  package init(file: String, rootName: String = "a manifest") {
    self.file = file
    self.rootName = rootName
  }

  package var pointer: JSONPointer {
    JSONPointer(
      path.map { token in
        switch token {
        case .key(let key): key
        case .index(let index): String(index)
        }
      })
  }

  /// Whether this is the top of what is decoded.
  var isAtTop: Bool { path.isEmpty }

  package mutating func report(
    _ severity: Diagnostic.Severity = .error,
    code: String,
    _ message: String,
    at range: SourceRange,
    hint: String? = nil,
    related: SourceRange? = nil,
  ) {
    diagnostics.append(
      Diagnostic(
        severity, code: code, message, at: SourceLocation(file: file, range: range),
        resource: resource, hint: hint,
        related: related.map { SourceLocation(file: file, range: $0) },
      ))
  }

  package mutating func refer(
    to target: ResourceKey, from pointer: JSONPointer, at range: SourceRange
  ) {
    references.append(Reference(target: target, pointer: pointer, range: range))
  }

  /// Decodes the value of `field` one level down.
  package mutating func decode(_ node: Node, as shape: Shape, under token: String) -> Value {
    path.append(.key(token))
    let value = decode(node, as: shape)
    path.removeLast()
    return value
  }

  package mutating func decode(_ node: Node, as shape: Shape) -> Value {
    switch shape {
    case .text(let rule): return text(node, rule)
    case .boolean:
      if case .bool(let flag) = node.content { return .bool(flag) }
      return mismatch(node, "true or false")
    case .integer(let range): return integer(node, in: range)
    case .number(let range): return number(node, in: range)
    case .choice(let words): return choice(node, of: words)
    case .format(let format): return formatted(node, format)
    case .name(let kind): return name(node, ofKind: kind)
    case .list(let item, let rule): return list(node, of: item, rule)
    case .map(let item, let keys): return map(node, of: item, keys: keys)
    case .object(let object): return self.object(node, object)
    case .recursive(let shape): return self.object(node, shape.object())
    case .either(let shapes): return either(node, shapes)
    case .anything: return anything(node)
    }
  }

  /// Says that `node` is of another type than what is expected there.
  mutating func mismatch(_ node: Node, _ expected: String, hint: String? = nil) -> Value {
    let what = path.isEmpty ? "this" : pointer.dotted
    var hint = hint
    if case .null = node.content {
      hint = "remove the line to take the default, or give a value"
    }
    report(
      code: "wrong-type", "\(what) must be \(expected), not \(node.summary)", at: node.range,
      hint: hint)
    return .null
  }

  // MARK: Scalars

  private mutating func text(_ node: Node, _ rule: TextRule) -> Value {
    guard case .string(let text) = node.content else {
      return mismatch(node, "text", hint: quotingHint(node))
    }
    return self.text(text, rule, at: node.range)
  }

  private mutating func text(_ text: String, _ rule: TextRule, at range: SourceRange) -> Value {
    // There are at most as many scalars as bytes, and at least a quarter as many.
    let bytes = text.utf8.count
    if bytes > rule.length.upperBound || bytes / 4 < rule.length.lowerBound {
      checkLength(text, rule, at: range)
    }
    guard let format = rule.format else { return .string(text) }
    return canonical(text, format, at: range)
  }

  private mutating func checkLength(_ text: String, _ rule: TextRule, at range: SourceRange) {
    let length = text.unicodeScalars.count
    if length < rule.length.lowerBound {
      report(
        code: "too-short",
        rule.length.lowerBound == 1
          ? "\(pointer.dotted) is empty"
          : "\(pointer.dotted) needs at least \(rule.length.lowerBound) characters",
        at: range)
    } else if length > rule.length.upperBound {
      report(
        code: "too-long",
        "\(pointer.dotted) has \(length) characters; at most \(rule.length.upperBound) are allowed",
        at: range)
    }
  }

  private func quotingHint(_ node: Node) -> String? {
    switch node.content {
    case .integer(let value): "write it in quotes: \"\(value)\""
    case .number(let value): "write it in quotes: \"\(value)\""
    case .bool(let value): "write it in quotes: \"\(value)\""
    default: nil
    }
  }

  private mutating func integer(_ node: Node, in range: ClosedRange<Int64>) -> Value {
    guard case .integer(let value) = node.content else {
      if case .string(let text) = node.content, Int64(text) != nil {
        return mismatch(node, "an integer", hint: "remove the quotes")
      }
      return mismatch(node, "an integer")
    }
    if !range.contains(value) { outOfRange(node, range.lowerBound, range.upperBound) }
    return .integer(value)
  }

  private mutating func number(_ node: Node, in range: ClosedRange<Double>) -> Value {
    let value: Double
    switch node.content {
    case .integer(let whole): value = Double(whole)
    case .number(let number): value = number
    default: return mismatch(node, "a number")
    }
    if !range.contains(value) { outOfRange(node, range.lowerBound, range.upperBound) }
    if let whole = Int64(exactly: value) { return .integer(whole) }
    return .number(value)
  }

  private mutating func outOfRange<Bound: CustomStringConvertible>(
    _ node: Node, _ low: Bound, _ high: Bound,
  ) {
    report(
      code: "out-of-range",
      "\(pointer.dotted) is \(CanonicalJSON.text(of: anything(node))); it must lie between \(low) and \(high)",
      at: node.range)
  }

  private mutating func choice(_ node: Node, of words: [String]) -> Value {
    guard case .string(let text) = node.content else {
      return mismatch(node, "one of \(words.joined(separator: ", "))", hint: quotingHint(node))
    }
    // Lengths are compared too, because Swift takes some other characters for their ASCII twins.
    if !words.contains(where: { $0.utf8.count == text.utf8.count && $0 == text }) {
      report(
        code: "unknown-value",
        "\(pointer.dotted) is \"\(text)\"; it must be one of \(words.joined(separator: ", "))",
        at: node.range, hint: Suggestion.didYouMean(text, among: words))
    }
    return .string(text)
  }

  private mutating func formatted(_ node: Node, _ format: TextFormat) -> Value {
    switch node.content {
    case .string(let text): return canonical(text, format, at: node.range)
    case .integer(let value) where format.acceptsInteger:
      return canonical(String(value), format, at: node.range)
    default:
      return mismatch(node, format.name, hint: quotingHint(node) ?? "for example \(format.example)")
    }
  }

  private mutating func canonical(
    _ text: String, _ format: TextFormat, at range: SourceRange,
  ) -> Value {
    do throws(TextFormat.Problem) {
      return .string(try format.canonicalize(text))
    } catch {
      report(
        code: "bad-format",
        "\(pointer.dotted) \"\(text.prefix(80))\" is not \(format.name): \(error.reason)",
        at: range, hint: error.hint ?? "for example \(format.example)")
      return .string(text)
    }
  }

  private mutating func name(_ node: Node, ofKind kind: String) -> Value {
    guard case .string(let name) = node.content else {
      return mismatch(node, "the name of a \(kind)", hint: quotingHint(node))
    }
    if ResourceName.problem(with: name) != nil {
      return canonical(name, .resourceName, at: node.range)
    }
    refer(to: ResourceKey(kind: kind, name: name), from: pointer, at: node.range)
    return .string(name)
  }

  // MARK: Collections

  private mutating func list(_ node: Node, of shape: Shape, _ rule: ListRule) -> Value {
    guard case .list(let nodes) = node.content else {
      if rule.acceptsSingle, shape.takes(node) { return .array([decode(node, as: shape)]) }
      return mismatch(node, "a list", hint: "write it as [ … ] or with a \"- \" before each item")
    }
    if !rule.count.contains(nodes.count) {
      reportCount(nodes.count, rule, at: node.range)
      if nodes.count > rule.count.upperBound { return .array([]) }
    }
    var items: [Value] = []
    items.reserveCapacity(nodes.count)
    for index in nodes.indices {
      path.append(.index(index))
      items.append(decode(nodes[index], as: shape))
      path.removeLast()
    }
    guard items.count > 1 else { return .array(items) }
    switch rule.order {
    case .kept: return .array(items)
    case .set:
      refuseDuplicates(items, nodes) { $0 }
      let order = items.map { (CanonicalJSON.bytes(of: $0), $0) }
        .sorted { $0.0.lexicographicallyPrecedes($1.0) }
      return .array(order.map(\.1))
    case .unique(let field):
      refuseDuplicates(items, nodes) { $0[field] }
      return .array(items)
    }
  }

  private mutating func reportCount(_ count: Int, _ rule: ListRule, at range: SourceRange) {
    let (least, most) = (rule.count.lowerBound, rule.count.upperBound)
    report(
      code: "wrong-count",
      count < least
        ? "\(pointer.dotted) needs at least \(least) item\(least == 1 ? "" : "s")"
        : "\(pointer.dotted) has \(count) items; at most \(most) are allowed",
      at: range)
  }

  private mutating func refuseDuplicates(
    _ items: [Value], _ nodes: [Node], by identity: (Value) -> Value?,
  ) {
    var first: [Value: Int] = [:]
    for (index, item) in items.enumerated() {
      guard let key = identity(item), key != .null else { continue }
      guard let earlier = first.updateValue(index, forKey: key) else { continue }
      first[key] = earlier
      report(
        code: "duplicate-item",
        "\(pointer.dotted) has \(CanonicalJSON.text(of: key)) twice", at: nodes[index].range,
        hint: "remove one of the two", related: nodes[earlier].range)
    }
  }

  private mutating func map(_ node: Node, of shape: Shape, keys: TextRule) -> Value {
    guard case .map(let entries) = node.content else { return mismatch(node, "a map") }
    if entries.count > 1024 {
      report(code: "wrong-count", "\(pointer.dotted) has more than 1024 entries", at: node.range)
      return .object([])
    }
    var members: [Value.Member] = []
    members.reserveCapacity(entries.count)
    for index in entries.indices {
      let key = entries[index].key
      path.append(.key(key))
      let written = text(key, keys, at: entries[index].keyRange).string ?? key
      members.append(Value.Member(written, decode(entries[index].value, as: shape)))
      path.removeLast()
    }
    if keys.format != nil, members.count > 1 { refuseDuplicateKeys(members, entries) }
    return .sorted(members)
  }

  /// Refuses keys that are written differently and mean the same.
  private mutating func refuseDuplicateKeys(_ members: [Value.Member], _ entries: [Node.Entry]) {
    var first: [String: Int] = [:]
    for (index, member) in members.enumerated() {
      guard let earlier = first.updateValue(index, forKey: member.key) else { continue }
      report(
        code: "duplicate-item", "\(pointer.dotted) has \"\(member.key)\" twice",
        at: entries[index].keyRange, hint: "remove one of the two",
        related: entries[earlier].keyRange)
    }
  }

  private mutating func either(_ node: Node, _ shapes: [Shape]) -> Value {
    if let fitting = shapes.first(where: { $0.takes(node) }) { return decode(node, as: fitting) }
    return mismatch(node, shapes.map(\.typeName).joined(separator: " or "))
  }

  private func anything(_ node: Node) -> Value {
    switch node.content {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let value): .integer(value)
    case .number(let value): Int64(exactly: value).map { .integer($0) } ?? .number(value)
    case .string(let value): .string(value)
    case .list(let items): .array(items.map(anything))
    case .map(let entries): .sorted(entries.map { Value.Member($0.key, anything($0.value)) })
    }
  }
}

extension Shape {
  /// Whether the YAML type of `node` is one that this shape decodes.
  func takes(_ node: Node) -> Bool {
    switch (self, node.content) {
    case (.anything, _), (.boolean, .bool), (.integer, .integer), (.number, .integer),
      (.number, .number), (.text, .string), (.choice, .string), (.name, .string),
      (.format, .string), (.list, .list), (.map, .map), (.object, .map), (.recursive, .map):
      true
    case (.format(let format), .integer): format.acceptsInteger
    case (.list(let item, let rule), _) where rule.acceptsSingle: item.takes(node)
    case (.either(let shapes), _): shapes.contains { $0.takes(node) }
    default: false
    }
  }

  var typeName: String {
    switch self {
    case .text: "text"
    case .boolean: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .format(let format): format.name
    case .name(let kind): "the name of a \(kind)"
    case .list: "a list"
    case .map, .object, .recursive: "a map"
    case .either(let shapes): shapes.map(\.typeName).joined(separator: " or ")
    case .anything: "any value"
    }
  }
}
