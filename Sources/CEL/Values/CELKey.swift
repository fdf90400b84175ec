/// A key of a map; whole numbers are equal by value, strings code point by code point.
package enum CELKey: Sendable, Hashable {
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case string(String)

  /// The key that `value` is, or nil if a map literal cannot have it as a key.
  package init?(_ value: CELValue) {
    switch value {
    case .bool(let bool): self = .bool(bool)
    case .int(let int): self = .int(int)
    case .uint(let uint): self = .uint(uint)
    case .string(let string): self = .string(string)
    default: return nil
    }
  }

  /// The key that a look-up with `value` finds: whole doubles find whole numbers.
  package init?(looking value: CELValue) {
    guard case .double(let double) = value else {
      self.init(value)
      return
    }
    if let int = CELNumbers.int(double) {
      self = .int(int)
    } else if let uint = CELNumbers.uint(double) {
      self = .uint(uint)
    } else {
      return nil
    }
  }

  /// The key as a value.
  package var value: CELValue {
    switch self {
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .uint(let uint): .uint(uint)
    case .string(let string): .string(string)
    }
  }

  /// Whether two keys are the same key of a map.
  package static func == (left: CELKey, right: CELKey) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.uint(let left), .uint(let right)): left == right
    case (.int(let int), .uint(let uint)), (.uint(let uint), .int(let int)):
      int >= 0 && UInt64(int) == uint
    case (.string(let left), .string(let right)): CELText.areEqual(left, right)
    default: false
    }
  }

  /// Hashes equal keys alike.
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let bool): hasher.combine(bool)
    case .int(let int): hasher.combine(UInt64(bitPattern: int))
    case .uint(let uint): hasher.combine(uint)
    case .string(let string):
      for byte in string.utf8 { hasher.combine(byte) }
    }
  }
}
