import CEL

/// Operators with numbers so wide that nothing overflows before it is looked at.
enum ReferenceArithmetic {
  static func binary(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue
  ) throws(ReferenceFailure) -> CELValue {
    switch symbol {
    case .equal: return .bool(areEqual(left, right))
    case .notEqual: return .bool(!areEqual(left, right))
    case .less, .lessEqual, .greater, .greaterEqual:
      return .bool(try compare(symbol, left, right))
    case .isIn: return .bool(try isIn(left, right))
    default: break
    }
    switch (left, right) {
    case (.int(let left), .int(let right)):
      let wide = try whole(symbol, Int128(left), Int128(right))
      guard let int = Int64(exactly: wide) else { throw ReferenceFailure(.overflow) }
      return .int(int)
    case (.uint(let left), .uint(let right)):
      let wide = try whole(symbol, Int128(left), Int128(right))
      guard let uint = UInt64(exactly: wide) else { throw ReferenceFailure(.overflow) }
      return .uint(uint)
    case (.double(let left), .double(let right)): return .double(try real(symbol, left, right))
    case (.string(let left), .string(let right)) where symbol == .add: return .string(left + right)
    case (.list(let left), .list(let right)) where symbol == .add:
      return .list(left.elements + right.elements)
    case (.duration(let left), .duration(let right)) where symbol == .add || symbol == .subtract:
      let wide = try whole(symbol, nanoseconds(left), nanoseconds(right))
      guard let nanos = Int64(exactly: wide), let sum = CELDuration(seconds: 0, nanos: nanos) else {
        throw ReferenceFailure(.overflow)
      }
      return .duration(sum)
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  private static func nanoseconds(_ length: CELDuration) -> Int128 {
    Int128(length.seconds) * 1_000_000_000 + Int128(length.nanos)
  }

  private static func whole(
    _ symbol: CELOperator, _ left: Int128, _ right: Int128
  ) throws(ReferenceFailure) -> Int128 {
    switch symbol {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply:
      let (product, isTooWide) = left.multipliedReportingOverflow(by: right)
      if isTooWide { throw ReferenceFailure(.overflow) }
      return product
    case .divide where right != 0: return left / right
    case .modulo where right != 0:
      // As in cel-go: the quotient would be out of range.
      if left == Int128(Int64.min), right == -1 { throw ReferenceFailure(.overflow) }
      return left % right
    default: throw ReferenceFailure(.divideByZero)
    }
  }

  private static func real(
    _ symbol: CELOperator, _ left: Double, _ right: Double
  ) throws(ReferenceFailure) -> Double {
    switch symbol {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide: return left / right
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  // MARK: Comparisons

  private static func double(_ value: CELValue) -> Double? {
    switch value {
    case .int(let int): Double(int)
    case .uint(let uint): Double(uint)
    case .double(let double): double
    default: nil
    }
  }

  private static func whole(_ value: CELValue) -> Int128? {
    switch value {
    case .int(let int): Int128(int)
    case .uint(let uint): Int128(uint)
    default: nil
    }
  }

  static func areEqual(_ left: CELValue, _ right: CELValue) -> Bool {
    if let left = whole(left), let right = whole(right) { return left == right }
    if let left = double(left), let right = double(right) { return left == right }
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.string(let left), .string(let right)):
      return Array(left.unicodeScalars) == Array(right.unicodeScalars)
    case (.type(let left), .type(let right)): return left == right
    case (.duration(let left), .duration(let right)):
      return nanoseconds(left) == nanoseconds(right)
    case (.list(let left), .list(let right)):
      let (left, right) = (left.elements, right.elements)
      return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
    case (.map(let left), .map(let right)):
      return left.keys.count == right.keys.count
        && left.keys.allSatisfy { key in
          right.keys.contains { other in
            guard areEqual(key.value, other.value), let one = left.value(forKey: key),
              let two = right.value(forKey: other)
            else { return false }
            return areEqual(one, two)
          }
        }
    default: return false
    }
  }

  private static func compare(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue
  ) throws(ReferenceFailure) -> Bool {
    if let left = whole(left), let right = whole(right) { return holds(symbol, left, right) }
    if let left = double(left), let right = double(right) { return holds(symbol, left, right) }
    switch (left, right) {
    case (.bool(let left), .bool(let right)):
      return holds(symbol, left ? 1 : 0, right ? 1 : 0)
    case (.string(let left), .string(let right)):
      let (left, right) = (left.unicodeScalars.map(\.value), right.unicodeScalars.map(\.value))
      for (one, other) in zip(left, right) where one != other { return holds(symbol, one, other) }
      return holds(symbol, left.count, right.count)
    case (.duration(let left), .duration(let right)):
      return holds(symbol, nanoseconds(left), nanoseconds(right))
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  private static func holds<Thing: Comparable>(
    _ symbol: CELOperator, _ left: Thing, _ right: Thing
  ) -> Bool {
    switch symbol {
    case .less: left < right
    case .lessEqual: left <= right
    case .greater: left > right
    default: left >= right
    }
  }

  private static func isIn(
    _ element: CELValue, _ container: CELValue
  ) throws(ReferenceFailure) -> Bool {
    switch container {
    case .list(let list): return list.elements.contains { areEqual(element, $0) }
    case .map(let map):
      // A double finds the whole number that it is, not those that only round to it.
      guard let key = exactKey(element) else { return false }
      return map.keys.contains { areEqual(key, $0.value) }
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  private static func exactKey(_ value: CELValue) -> CELValue? {
    switch value {
    case .bool, .int, .uint, .string: return value
    case .double(let double):
      if let int = Int64(exactly: double) { return .int(int) }
      return UInt64(exactly: double).map { .uint($0) }
    default: return nil
    }
  }

  // MARK: Conversions

  static func int(_ value: CELValue) throws(ReferenceFailure) -> CELValue {
    switch value {
    case .int: return value
    case .uint(let uint):
      guard uint <= UInt64(Int64.max) else { throw ReferenceFailure(.overflow) }
      return .int(Int64(uint))
    case .double(let double):
      guard double > -0x1p63 && double < 0x1p63 else { throw ReferenceFailure(.overflow) }
      return .int(Int64(double))
    case .string(let text):
      guard let int = Int64(text) else { throw ReferenceFailure(.invalidArgument) }
      return .int(int)
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  static func string(_ value: CELValue) throws(ReferenceFailure) -> CELValue {
    switch value {
    case .string: return value
    case .int(let int): return .string("\(int)")
    case .uint(let uint): return .string("\(uint)")
    case .bool(let bool): return .string("\(bool)")
    case .duration(let length) where length.nanos == 0: return .string("\(length.seconds)s")
    case .double(let double):
      if double.isInfinite { return .string(double > 0 ? "Infinity" : "-Infinity") }
      if double.isNaN { return .string("NaN") }
      let text = "\(double)"
      return .string(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }
}
