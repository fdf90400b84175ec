/// A type as the checker knows it.
package indirect enum CELType: Sendable, Hashable {
  /// Anything; checked when the expression runs.
  case dyn
  case null
  case bool
  case int
  case uint
  case double
  case string
  case bytes
  case timestamp
  case duration
  case list(CELType)
  case map(CELType, CELType)
  /// The type of types.
  case type
  case optional(CELType)
  /// A type of a library, by the name that `type(x)` gives.
  case opaque(String)
  /// A record with known fields.
  case object(CELObjectType)
  /// A type parameter of a function, such as `A` in `(list(A)) -> A`.
  case parameter(String)
  /// A type that the checker has still to find; never in a finished program.
  case variable(Int)
}

extension CELType: CustomStringConvertible {
  /// The type as messages show it, such as `map(string, int)`.
  package var description: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .type: "type"
    case .optional(let wrapped): "optional(\(wrapped))"
    case .opaque(let name): name
    case .object(let object): object.name
    case .parameter(let name): name
    case .variable: "dyn"
    }
  }

  /// The kinds of values that can have this type, as a bit mask.
  package var kinds: UInt32 {
    switch self {
    case .dyn, .parameter, .variable: .max
    case .null: CELKind.null.bit
    case .bool: CELKind.bool.bit
    case .int: CELKind.int.bit
    case .uint: CELKind.uint.bit
    case .double: CELKind.double.bit
    case .string: CELKind.string.bit
    case .bytes: CELKind.bytes.bit
    case .timestamp: CELKind.timestamp.bit
    case .duration: CELKind.duration.bit
    case .list: CELKind.list.bit
    case .map, .object: CELKind.map.bit
    case .type: CELKind.type.bit
    case .optional: CELKind.optional.bit
    case .opaque: CELKind.opaque.bit
    }
  }
}

/// A named record with known fields; a map from strings when the expression runs.
///
/// Build it once and share it. Two object types are the same when they are the same instance.
package final class CELObjectType: Sendable, Hashable {
  /// The name for messages.
  package let name: String
  /// The fields that an expression may select.
  package let fields: [String: CELType]

  /// A record called `name` with `fields`.
  package init(name: String, fields: [String: CELType]) {
    self.name = name
    self.fields = fields
  }

  /// Whether both are the same instance.
  package static func == (left: CELObjectType, right: CELObjectType) -> Bool { left === right }

  /// Hashes the identity.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
