/// A canonical resource, decoded or as bytes that are decoded where somebody looks.
package enum CanonicalContent: Sendable {
  case value(Value)
  case tape(CanonicalTape)

  /// Reads bytes that Writ itself wrote; nil where they are not JSON.
  package init?(canonical bytes: [UInt8]) {
    if let tape = CanonicalTape(bytes) {
      self = .tape(tape)
    } else if let value = try? JSONReader.read(bytes) {
      self = .value(value)
    } else {
      return nil
    }
  }

  /// What stands at `keys`, decoded; nil where there is nothing.
  package func value(at keys: [String]) -> Value? {
    switch self {
    case .value(let value):
      var found: Value? = value
      for key in keys { found = found?[key] }
      return found
    case .tape(let tape):
      var node: Int? = tape.root
      for key in keys { node = node.flatMap { tape.member(key, of: $0) } }
      return node.map(tape.value)
    }
  }
}
