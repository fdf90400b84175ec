/// A value of the Common Expression Language.
///
/// Lists, maps and opaque values are references to immutable sources, so copying a value is cheap
/// and a caller can bind a large object of which only the touched parts are ever converted.
package enum CELValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list(any CELListSource)
  case map(any CELMapSource)
  case timestamp(CELTimestamp)
  case duration(CELDuration)
  /// The name of a type, as `type(x)` gives it.
  case type(String)
  case optional(CELOptional)
  case opaque(any CELOpaque)
}

extension CELValue {
  /// A list of `elements`.
  package static func list(_ elements: [CELValue]) -> CELValue { .list(CELList(elements)) }

  /// A map from strings.
  package static func map(_ fields: [String: CELValue]) -> CELValue {
    let sorted = fields.sorted { $0.key < $1.key }
    return .map(CELMap(sorted.map { (.string($0.key), $0.value) }))
  }

  /// What the value is, without its content.
  package var kind: CELKind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .list: .list
    case .map: .map
    case .timestamp: .timestamp
    case .duration: .duration
    case .type: .type
    case .optional: .optional
    case .opaque: .opaque
    }
  }

  /// The name that `type(value)` gives, such as `int` or `google.protobuf.Timestamp`.
  package var typeName: String {
    if case .opaque(let opaque) = self { return opaque.typeName }
    return kind.typeName
  }
}

/// The kinds of values; a set of them is a bit mask.
package enum CELKind: UInt8, Sendable, CaseIterable {
  case null, bool, int, uint, double, string, bytes, list, map, timestamp, duration, type
  case optional, opaque

  /// The name of the type in expressions.
  package var typeName: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .type: "type"
    case .optional: "optional_type"
    case .opaque: "opaque"
    }
  }

  /// The kind as one bit.
  package var bit: UInt32 { 1 << UInt32(rawValue) }
}

/// A value that is there, or is not.
package final class CELOptional: Sendable {
  /// The value, if there is one.
  package let wrapped: CELValue?

  /// The optional without a value.
  package static let none = CELOptional(nil)

  /// Wraps `wrapped`.
  package init(_ wrapped: CELValue?) { self.wrapped = wrapped }
}

/// A value that the language only passes around; a library gives it its functions.
package protocol CELOpaque: AnyObject, Sendable, CustomStringConvertible {
  /// The name that `type(value)` gives.
  var typeName: String { get }

  /// Whether `==` holds between this and `other`.
  func isEqual(to other: any CELOpaque) -> Bool
}
