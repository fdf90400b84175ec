/// `==` on values.
package enum CELEquality {
  /// Whether `left == right`; values of different types are not equal, except for numbers.
  ///
  /// Needs no more stack for deep values than for flat ones.
  package static func areEqual(
    _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    if let known = try flat(left, right, &frame) { return known }
    var pending = [(left, right)]
    while let (left, right) = pending.popLast() {
      if let known = try flat(left, right, &frame) {
        if !known { return false }
      } else if try !unfold(left, right, &pending, &frame) {
        return false
      }
    }
    return true
  }

  /// The answer for values without parts; nil for two lists, maps or optionals.
  private static func flat(
    _ left: CELValue, _ right: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool? {
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
    case (.list, .list), (.map, .map), (.optional, .optional): return nil
    default: return CELNumbers.order(left, right) == .equal
    }
  }

  /// Adds what must be equal for the values to be equal; false if they cannot be.
  private static func unfold(
    _ left: CELValue, _ right: CELValue, _ pending: inout [(CELValue, CELValue)],
    _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    switch (left, right) {
    case (.list(let left), .list(let right)):
      let count = left.count
      guard count == right.count else { return false }
      try frame.charge(count)
      for index in stride(from: count - 1, through: 0, by: -1) {
        pending.append((left.element(at: index), right.element(at: index)))
      }
      return true
    case (.map(let left), .map(let right)):
      guard left.count == right.count else { return false }
      try frame.charge(left.count)
      for key in left.keys {
        guard let one = left.value(forKey: key), let other = right.value(forKey: key) else {
          return false
        }
        pending.append((one, other))
      }
      return true
    case (.optional(let left), .optional(let right)):
      guard let left = left.wrapped, let right = right.wrapped else {
        return left.wrapped == nil && right.wrapped == nil
      }
      pending.append((left, right))
      return true
    default: return false
    }
  }
}
