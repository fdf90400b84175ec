extension CELLibrary {
  /// `sets.contains`, `sets.equivalent` and `sets.intersects`: lists without order and repetition.
  package static let sets = CELLibrary(
    "sets",
    functions: [
      set("sets.contains") { one, other, frame throws(CELFailure) in
        try isSubset(other, of: one, &frame)
      },
      set("sets.equivalent") { one, other, frame throws(CELFailure) in
        guard try isSubset(other, of: one, &frame) else { return false }
        return try isSubset(one, of: other, &frame)
      },
      set("sets.intersects") { one, other, frame throws(CELFailure) in
        for element in one {
          if try contains(other, element, &frame) { return true }
        }
        return false
      },
    ])

  private static func set(
    _ name: String,
    _ holds: @escaping @Sendable ([CELValue], [CELValue], inout CELFrame) throws(CELFailure) -> Bool
  ) -> CELFunction {
    CELFunction(
      name, [.list(.parameter("A")), .list(.parameter("A"))], .bool,
      .two { one, other, frame throws(CELFailure) in
        let one = try CELArguments.list(one, name)
        let other = try CELArguments.list(other, name)
        try frame.charge(one.count + other.count)
        return .bool(try holds(one.elements, other.elements, &frame))
      })
  }

  private static func isSubset(
    _ elements: [CELValue], of others: [CELValue], _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    for element in elements {
      guard try contains(others, element, &frame) else { return false }
    }
    return true
  }

  /// Whether `element` equals one of `elements`; pays for each comparison.
  static func contains(
    _ elements: [CELValue], _ element: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    for other in elements {
      try frame.charge(1)
      if try CELEquality.areEqual(element, other, &frame) { return true }
    }
    return false
  }
}
