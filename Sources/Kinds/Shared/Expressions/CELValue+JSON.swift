package import CEL
package import Resources

extension CELValue {
  /// The value as JSON, as far as JSON has it.
  ///
  /// Bytes are base64, times and durations their texts, keys of maps texts, and a type is its name.
  /// What is not a number in JSON (`NaN`, the infinities, unsigned numbers beyond 2^63) is a text.
  package var json: Value { json(depth: 0) }

  private static let depthLimit = 256

  private func json(depth: Int) -> Value {
    guard depth < Self.depthLimit else { return .string("…") }
    switch self {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .integer(value)
    case .uint(let value):
      return Int64(exactly: value).map { .integer($0) } ?? .string(String(value))
    case .double(let value):
      if value.isNaN { return "NaN" }
      if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
      return .number(value)
    case .string(let text): return .string(text)
    case .bytes(let bytes): return .string(Base64.encoded(bytes))
    case .list(let list): return .array(list.elements.map { $0.json(depth: depth + 1) })
    case .map(let map):
      return .sorted(
        map.keys.map { key in
          Value.Member(
            Self.text(key), map.value(forKey: key)?.json(depth: depth + 1) ?? .null)
        })
    case .timestamp(let time): return .string(TimeText.text(of: time))
    case .duration(let duration): return .string(TimeText.text(of: duration))
    case .type(let name): return .string(name)
    case .optional(let optional): return optional.wrapped?.json(depth: depth + 1) ?? .null
    case .opaque(let value): return .string(value.description)
    }
  }

  private static func text(_ key: CELKey) -> String {
    switch key {
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .uint(let value): String(value)
    case .string(let text): text
    }
  }
}
