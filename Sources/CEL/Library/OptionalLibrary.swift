extension CELLibrary {
  /// `optional.of(…)`, `a.orValue(…)`, `optMap` and the like.
  package static let optionals = CELLibrary(
    "optionals",
    functions: [
      CELFunction("optional.none", [], optionalType, .zero { (_) in .optional(.none) }),
      CELFunction(
        "optional.of", [wrappedType], optionalType,
        .one { (value, _) in .optional(CELOptional(value)) }),
      CELFunction(
        "optional.ofNonZeroValue", [wrappedType], optionalType,
        .one { (value, _) in .optional(isZero(value) ? .none : CELOptional(value)) }),
      CELFunction(
        "hasValue", isMember: true, [optionalType], .bool,
        .one { (value, _) throws(CELFailure) in .bool(try wrapped(value, "hasValue") != nil) }),
      CELFunction(
        "value", isMember: true, [optionalType], wrappedType,
        .one { (value, _) throws(CELFailure) in
          guard let wrapped = try wrapped(value, "value") else {
            throw CELFailure(.invalidArgument, "optional.none() has no value")
          }
          return wrapped
        }),
      CELFunction(
        "or", isMember: true, [optionalType, optionalType], optionalType,
        .two { (value, other, _) throws(CELFailure) in
          try wrapped(value, "or") == nil ? other : value
        }),
      CELFunction(
        "orValue", isMember: true, [optionalType, wrappedType], wrappedType,
        .two { (value, other, _) throws(CELFailure) in try wrapped(value, "orValue") ?? other }),
      end("first") { $0.element(at: 0) },
      end("last") { $0.element(at: $0.count - 1) },
      CELFunction("optional.unwrap", [.list(optionalType)], .list(wrappedType), .one(unwrap)),
      CELFunction(
        "unwrapOpt", isMember: true, [.list(optionalType)], .list(wrappedType), .one(unwrap)),
    ],
    constants: [CELConstant(type: "optional_type")],
    macros: [.optionals])

  private static let wrappedType: CELType = .parameter("T")
  private static let optionalType: CELType = .optional(.parameter("T"))

  private static func wrapped(
    _ value: CELValue, _ name: String
  ) throws(CELFailure) -> CELValue? {
    guard case .optional(let optional) = value else { throw mismatch(name, value) }
    return optional.wrapped
  }

  private static func end(
    _ name: String, _ element: @escaping @Sendable (any CELListSource) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [.list(wrappedType)], optionalType,
      .one { (value, _) throws(CELFailure) in
        guard case .list(let list) = value else { throw mismatch(name, value) }
        return .optional(list.count == 0 ? .none : CELOptional(element(list)))
      })
  }

  @Sendable
  private static func unwrap(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    guard case .list(let list) = value else { throw mismatch("unwrap", value) }
    try frame.charge(list.count)
    var values: [CELValue] = []
    for index in 0..<list.count {
      if let found = try wrapped(list.element(at: index), "unwrap") { values.append(found) }
    }
    return .list(values)
  }

  /// Whether `value` is empty, zero or false.
  private static func isZero(_ value: CELValue) -> Bool {
    switch value {
    case .null: true
    case .bool(let bool): !bool
    case .int(let int): int == 0
    case .uint(let uint): uint == 0
    case .double(let double): double == 0
    case .string(let text): text.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .list(let list): list.count == 0
    case .map(let map): map.count == 0
    case .timestamp(let time): time.seconds == 0 && time.nanos == 0
    case .duration(let length): length.seconds == 0 && length.nanos == 0
    case .optional(let optional): optional.wrapped == nil
    case .type, .opaque: false
    }
  }
}
