/// `==` on values.
package enum CELEquality {
  /// Lists and maps deeper than this are refused, so that no data can overflow the stack.
  private static let depthLimit = 200

  /// Whether `left == right`; values of different types are not equal, except for numbers.
  package static func areEqual(
    _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    try areEqual(left, right, &frame, depth: 0)
  }

  private static func areEqual(
    _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame, depth: Int
  ) throws(CELFailure) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): return left == right
    case (.string(let left), .string(let right)):
      try frame.charge(bytes: min(left.utf8.count, right.utf8.count))
      return CELText.areEqual(left, right)
    case (.bool(let left), .bool(let right)): return left == right
    case (.null, .null): return true
    case (.bytes(let left), .bytes(let right)):
      try frame.charge(bytes: min(left.count, right.count))
      return left == right
    case (.timestamp(let left), .timestamp(let right)): return left == right
    case (.duration(let left), .duration(let right)): return left == right
    case (.type(let left), .type(let right)): return left == right
    case (.opaque(let left), .opaque(let right)): return left.isEqual(to: right)
    case (.list(let left), .list(let right)): return try lists(left, right, &frame, depth)
    case (.map(let left), .map(let right)): return try maps(left, right, &frame, depth)
    case (.optional(let left), .optional(let right)):
      guard let left = left.wrapped, let right = right.wrapped else {
        return left.wrapped == nil && right.wrapped == nil
      }
      return try areEqual(left, right, &frame, depth: try deeper(depth))
    default: return CELNumbers.order(left, right) == .equal
    }
  }

  private static func deeper(_ depth: Int) throws(CELFailure) -> Int {
    guard depth < depthLimit else {
      throw CELFailure(.invalidArgument, "the values are nested too deep to be compared")
    }
    return depth + 1
  }

  private static func lists(
    _ left: any CELListSource, _ right: any CELListSource, _ frame: inout CELFrame, _ depth: Int
  ) throws(CELFailure) -> Bool {
    let count = left.count
    guard count == right.count else { return false }
    let depth = try deeper(depth)
    for index in 0..<count {
      try frame.charge(1)
      let (one, other) = (left.element(at: index), right.element(at: index))
      guard try areEqual(one, other, &frame, depth: depth) else { return false }
    }
    return true
  }

  private static func maps(
    _ left: any CELMapSource, _ right: any CELMapSource, _ frame: inout CELFrame, _ depth: Int
  ) throws(CELFailure) -> Bool {
    guard left.count == right.count else { return false }
    let depth = try deeper(depth)
    for key in left.keys {
      try frame.charge(1)
      guard let one = left.value(forKey: key), let other = right.value(forKey: key) else {
        return false
      }
      guard try areEqual(one, other, &frame, depth: depth) else { return false }
    }
    return true
  }
}
