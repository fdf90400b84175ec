/// What operators do with values.
enum CELOperations {
  static func noOverload(_ symbol: CELOperator, _ left: CELValue, _ right: CELValue) -> CELFailure {
    CELFailure(
      .noSuchOverload,
      "no such overload: \(left.typeName) \(symbol.text) \(right.typeName)")
  }

  static func overflow(_ symbol: CELOperator) -> CELFailure {
    CELFailure(.overflow, "the result of '\(symbol.text)' is out of range")
  }

  /// `left symbol right` for everything but comparisons.
  static func apply(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    switch (left, right) {
    case (.int(let left), .int(let right)): .int(try whole(symbol, left, right))
    case (.uint(let left), .uint(let right)): .uint(try whole(symbol, left, right))
    case (.double(let one), .double(let other)):
      .double(try real(symbol, one, other, left, right))
    case (.string(let one), .string(let other)) where symbol == .add:
      try concatenate(one, other, &frame)
    case (.bytes(let one), .bytes(let other)) where symbol == .add:
      try concatenate(one, other, &frame)
    case (.list(let one), .list(let other)) where symbol == .add:
      try concatenate(one, other, &frame)
    default: try time(symbol, left, right)
    }
  }

  private static func whole<Number: FixedWidthInteger>(
    _ symbol: CELOperator, _ left: Number, _ right: Number
  ) throws(CELFailure) -> Number {
    let result: (partialValue: Number, overflow: Bool)
    switch symbol {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .divide:
      guard right != 0 else { throw CELFailure(.divideByZero, "divide by zero") }
      result = left.dividedReportingOverflow(by: right)
    default:
      guard right != 0 else { throw CELFailure(.divideByZero, "modulus by zero") }
      result = left.remainderReportingOverflow(dividingBy: right)
    }
    guard !result.overflow else { throw overflow(symbol) }
    return result.partialValue
  }

  private static func real(
    _ symbol: CELOperator, _ one: Double, _ other: Double, _ left: CELValue, _ right: CELValue
  ) throws(CELFailure) -> Double {
    switch symbol {
    case .add: one + other
    case .subtract: one - other
    case .multiply: one * other
    case .divide: one / other
    default: throw noOverload(symbol, left, right)
    }
  }

  private static func concatenate(
    _ left: String, _ right: String, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    try frame.charge(bytes: left.utf8.count + right.utf8.count)
    return .string(left + right)
  }

  private static func concatenate(
    _ left: [UInt8], _ right: [UInt8], _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    try frame.charge(bytes: left.count + right.count)
    return .bytes(left + right)
  }

  private static func concatenate(
    _ left: any CELListSource, _ right: any CELListSource, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    if left.count == 0 { return .list(right) }
    if right.count == 0 { return .list(left) }
    try frame.charge(left.count + right.count)
    return .list(left.elements + right.elements)
  }

  private static func time(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue
  ) throws(CELFailure) -> CELValue {
    switch (symbol, left, right) {
    case (.add, .timestamp(let time), .duration(let length)),
      (.add, .duration(let length), .timestamp(let time)):
      if let sum = time.adding(length) { return .timestamp(sum) }
    case (.add, .duration(let left), .duration(let right)):
      if let sum = left.adding(right) { return .duration(sum) }
    case (.subtract, .timestamp(let time), .duration(let length)):
      if let difference = time.subtracting(length) { return .timestamp(difference) }
    case (.subtract, .timestamp(let left), .timestamp(let right)):
      if let difference = left.since(right) { return .duration(difference) }
    case (.subtract, .duration(let left), .duration(let right)):
      if let difference = left.subtracting(right) { return .duration(difference) }
    default: throw noOverload(symbol, left, right)
    }
    throw overflow(symbol)
  }

  /// `-value`.
  static func negate(_ value: CELValue) throws(CELFailure) -> CELValue {
    switch value {
    case .int(let int):
      guard int != .min else { throw overflow(.negate) }
      return .int(-int)
    case .double(let double): return .double(-double)
    default: throw CELFailure(.noSuchOverload, "no such overload: -\(value.typeName)")
    }
  }

  /// `left symbol right` for `<`, `<=`, `>` and `>=`.
  @inline(__always)
  static func compare(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    if case .int(let one) = left, case .int(let other) = right {
      return holds(symbol, one < other, one == other)
    }
    if case .duration(let one) = left, case .duration(let other) = right {
      return holds(symbol, one < other, one == other)
    }
    return try compareOthers(symbol, left, right, &frame)
  }

  @inline(__always)
  private static func holds(_ symbol: CELOperator, _ isLess: Bool, _ isEqual: Bool) -> Bool {
    switch symbol {
    case .less: isLess
    case .lessEqual: isLess || isEqual
    case .greater: !isLess && !isEqual
    default: !isLess
    }
  }

  private static func compareOthers(
    _ symbol: CELOperator, _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try frame.charge(bytes: min(left.utf8.count, right.utf8.count))
      return holds(symbol, CELText.isLess(left, right), CELText.areEqual(left, right))
    case (.timestamp(let left), .timestamp(let right)):
      return holds(symbol, left < right, left == right)
    case (.bool(let left), .bool(let right)):
      return holds(symbol, !left && right, left == right)
    case (.bytes(let left), .bytes(let right)):
      try frame.charge(bytes: min(left.count, right.count))
      return holds(symbol, left.lexicographicallyPrecedes(right), left == right)
    default:
      guard let order = CELNumbers.order(left, right) else {
        throw noOverload(symbol, left, right)
      }
      guard order != .none else { return false }
      return holds(symbol, order == .less, order == .equal)
    }
  }

  /// `element in container`.
  static func isIn(
    _ element: CELValue, _ container: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    switch container {
    case .map(let map): return map.value(for: element) != nil
    case .list(let list):
      for index in 0..<list.count {
        try frame.charge(1)
        if try CELEquality.areEqual(element, list.element(at: index), &frame) { return true }
      }
      return false
    default: throw noOverload(.isIn, element, container)
    }
  }
}
