extension CELLibrary {
  /// Amounts such as `1.5Gi` or `100m`: `quantity` and `isQuantity`.
  package static let quantities = CELLibrary(
    "quantities",
    functions: QuantityFunctions.makers + QuantityFunctions.properties
      + QuantityFunctions.arithmetic + QuantityFunctions.comparisons,
    constants: [CELConstant(type: "kubernetes.Quantity")])
}

private enum QuantityFunctions {
  private static let type = CELType.opaque("kubernetes.Quantity")

  private static func boxed(_ quantity: Quantity) -> CELValue {
    .opaque(CELBox(quantity, typeName: "kubernetes.Quantity"))
  }

  static let makers: [CELFunction] = [
    CELFunction(
      "quantity", [.string], type,
      .one { value, _ throws(CELFailure) in
        let text = try CELArguments.string(value, "quantity")
        guard let quantity = Quantity(parsing: text) else {
          throw CELFailure(
            .invalidArgument,
            "'\(CELRendering.cut(text))' is no quantity; write a number with a suffix such as Gi, M or m"
          )
        }
        return boxed(quantity)
      }),
    CELFunction(
      "isQuantity", [.string], .bool,
      .one { value, _ throws(CELFailure) in
        .bool(Quantity(parsing: try CELArguments.string(value, "isQuantity")) != nil)
      }),
  ]

  private static func property(
    _ name: String, _ result: CELType,
    _ read: @escaping @Sendable (Quantity) throws(CELFailure) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [type], result,
      .one { value, _ throws(CELFailure) in try read(CELArguments.boxed(value, name)) })
  }

  static let properties: [CELFunction] = [
    property("sign", .int) { .int($0.sign) },
    property("isInteger", .bool) { .bool($0.integer != nil) },
    property("asInteger", .int) { quantity throws(CELFailure) in
      guard let integer = quantity.integer else {
        throw CELFailure(.overflow, "the quantity \(quantity) is no whole number that an int holds")
      }
      return .int(integer)
    },
    property("asApproximateFloat", .double) { .double($0.approximate) },
  ]

  private static func sum(
    _ name: String, _ combine: @escaping @Sendable (Quantity, Quantity) -> Quantity?
  ) -> [CELFunction] {
    let result: @Sendable (Quantity, Quantity) throws(CELFailure) -> CELValue = {
      one, other throws(CELFailure) in
      guard let quantity = combine(one, other) else {
        throw CELFailure(.overflow, "the result of '\(name)' is too large for a quantity")
      }
      return boxed(quantity)
    }
    return [
      CELFunction(
        name, isMember: true, [type, type], type,
        .two { one, other, _ throws(CELFailure) in
          try result(CELArguments.boxed(one, name), CELArguments.boxed(other, name))
        }),
      CELFunction(
        name, isMember: true, [type, .int], type,
        .two { one, other, _ throws(CELFailure) in
          try result(CELArguments.boxed(one, name), Quantity(CELArguments.int(other, name)))
        }),
    ]
  }

  static let arithmetic: [CELFunction] =
    sum("add") { $0.adding($1) } + sum("sub") { $0.subtracting($1) }

  private static func comparison(
    _ name: String, _ result: CELType,
    _ compare: @escaping @Sendable (Quantity, Quantity) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [type, type], result,
      .two { one, other, _ throws(CELFailure) in
        compare(try CELArguments.boxed(one, name), try CELArguments.boxed(other, name))
      })
  }

  static let comparisons: [CELFunction] = [
    comparison("isGreaterThan", .bool) { .bool($0 > $1) },
    comparison("isLessThan", .bool) { .bool($0 < $1) },
    comparison("compareTo", .int) { .int($0 < $1 ? -1 : $0 > $1 ? 1 : 0) },
  ]
}
