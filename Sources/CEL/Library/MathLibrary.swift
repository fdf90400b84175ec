extension CELLibrary {
  /// `math.greatest`, `math.least`, rounding, signs and bits.
  package static let math = CELLibrary(
    "math",
    functions: MathFunctions.extremes + MathFunctions.rounding + MathFunctions.tests
      + MathFunctions.signs + MathFunctions.bits)
}

private enum MathFunctions {
  // MARK: Extremes

  static let extremes: [CELFunction] = ["math.greatest", "math.least"].flatMap { name in
    let body = extreme(name, isGreatest: name == "math.greatest")
    let numbers: [CELType] = [.int, .uint, .double]
    return numbers.map { CELFunction(name, [.list($0)], $0, body) }
      + numbers.map { CELFunction(name, [$0, $0], isVariadic: true, $0, body) }
      + [
        CELFunction(name, [.list(.dyn)], .dyn, body),
        CELFunction(name, [.dyn, .dyn], isVariadic: true, .dyn, body),
      ]
  }

  /// The first of the largest or smallest of the arguments, or of the elements of the only one.
  private static func extreme(_ name: String, isGreatest: Bool) -> CELBody {
    .many { values, frame throws(CELFailure) in
      var numbers = values
      if values.count == 1, case .list(let list) = values[0] {
        try frame.charge(list.count)
        numbers = list.elements
      }
      guard var best = numbers.first else {
        throw CELFailure(.invalidArgument, "\(name) needs at least one number")
      }
      guard CELNumbers.order(best, best) != nil else { throw CELLibrary.mismatch(name, best) }
      for number in numbers.dropFirst() {
        guard let order = CELNumbers.order(number, best) else {
          throw CELLibrary.mismatch(name, number)
        }
        if order == (isGreatest ? .greater : .less) { best = number }
      }
      return best
    }
  }

  // MARK: Doubles

  private static func real(
    _ name: String, _ operation: @escaping @Sendable (Double) -> Double
  ) -> CELFunction {
    CELFunction(
      name, [.double], .double,
      .one { value, _ throws(CELFailure) in
        .double(operation(try CELArguments.double(value, name)))
      })
  }

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (Double) -> Bool
  ) -> CELFunction {
    CELFunction(
      name, [.double], .bool,
      .one { value, _ throws(CELFailure) in
        .bool(holds(try CELArguments.double(value, name)))
      })
  }

  static let rounding: [CELFunction] = [
    real("math.ceil") { $0.rounded(.up) },
    real("math.floor") { $0.rounded(.down) },
    real("math.round") { $0.rounded(.toNearestOrAwayFromZero) },
    real("math.trunc") { $0.rounded(.towardZero) },
    real("math.sqrt") { $0.squareRoot() },
    CELFunction(
      "math.sqrt", [.int], .double,
      .one { value, _ throws(CELFailure) in
        .double(Double(try CELArguments.int(value, "math.sqrt")).squareRoot())
      }),
    CELFunction(
      "math.sqrt", [.uint], .double,
      .one { value, _ throws(CELFailure) in
        guard case .uint(let number) = value else {
          throw CELLibrary.mismatch("math.sqrt", value)
        }
        return .double(Double(number).squareRoot())
      }),
  ]

  static let tests: [CELFunction] = [
    test("math.isNaN") { $0.isNaN },
    test("math.isInf") { $0.isInfinite },
    test("math.isFinite") { $0.isFinite },
  ]

  // MARK: Signs

  static let signs: [CELFunction] = [CELType.int, .uint, .double].flatMap { type in
    [
      CELFunction("math.abs", [type], type, .one(magnitude)),
      CELFunction("math.sign", [type], type, .one(sign)),
    ]
  }

  @Sendable private static func magnitude(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    switch value {
    case .int(let number):
      guard number != .min else {
        throw CELFailure(.overflow, "overflow: math.abs of the smallest int is no int")
      }
      return .int(abs(number))
    case .uint: return value
    case .double(let number): return .double(number.magnitude)
    default: throw CELLibrary.mismatch("math.abs", value)
    }
  }

  @Sendable private static func sign(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    switch value {
    case .int(let number): return .int(number.signum())
    case .uint(let number): return .uint(number == 0 ? 0 : 1)
    case .double(let number):
      return .double(number > 0 ? 1 : number < 0 ? -1 : number)
    default: throw CELLibrary.mismatch("math.sign", value)
    }
  }

  // MARK: Bits

  static let bits: [CELFunction] =
    combination("math.bitAnd") { $0 & $1 } + combination("math.bitOr") { $0 | $1 }
    + combination("math.bitXor") { $0 ^ $1 }
    + shift("math.bitShiftLeft") { $0 << $1 } + shift("math.bitShiftRight") { $0 >> $1 }
    + [
      CELFunction(
        "math.bitNot", [.int], .int,
        .one { value, _ throws(CELFailure) in .int(~(try CELArguments.int(value, "math.bitNot"))) }),
      CELFunction(
        "math.bitNot", [.uint], .uint,
        .one { value, _ throws(CELFailure) in
          guard case .uint(let number) = value else {
            throw CELLibrary.mismatch("math.bitNot", value)
          }
          return .uint(~number)
        }),
    ]

  private static func combination(
    _ name: String, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> [CELFunction] {
    let body = CELBody.two { one, other, _ throws(CELFailure) in
      switch (one, other) {
      case (.int(let one), .int(let other)):
        .int(Int64(bitPattern: operation(UInt64(bitPattern: one), UInt64(bitPattern: other))))
      case (.uint(let one), .uint(let other)): .uint(operation(one, other))
      default: throw CELLibrary.mismatch(name, one)
      }
    }
    return [
      CELFunction(name, [.int, .int], .int, body), CELFunction(name, [.uint, .uint], .uint, body),
    ]
  }

  /// Shifts the bits as they are: no sign moves in from the left, and nothing is left from 64 on.
  private static func shift(
    _ name: String, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> [CELFunction] {
    let body = CELBody.two { value, distance, _ throws(CELFailure) in
      let distance = try CELArguments.int(distance, name)
      guard distance >= 0 else {
        throw CELFailure(.invalidArgument, "\(name): negative offset \(distance)")
      }
      switch value {
      case .int(let number):
        let bits = UInt64(bitPattern: number)
        return .int(Int64(bitPattern: distance > 63 ? 0 : operation(bits, UInt64(distance))))
      case .uint(let number):
        return .uint(distance > 63 ? 0 : operation(number, UInt64(distance)))
      default: throw CELLibrary.mismatch(name, value)
      }
    }
    return [
      CELFunction(name, [.int, .int], .int, body), CELFunction(name, [.uint, .int], .uint, body),
    ]
  }
}
