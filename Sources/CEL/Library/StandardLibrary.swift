extension CELLibrary {
  /// The functions, types and macros that every environment has.
  ///
  /// Patterns, and text forms of times, are in libraries of their own.
  package static let standard = CELLibrary(
    "standard",
    functions: sizes + tests + conversions + dynamics,
    constants: [
      "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
      "google.protobuf.Timestamp", "google.protobuf.Duration",
    ].map { CELConstant(type: $0) },
    macros: [.has, .all, .exists, .existsOne, .map, .filter])

  private static let sizes: [CELFunction] = [false, true].flatMap { isMember in
    [
      CELFunction(
        "size", isMember: isMember, [.string], .int,
        .one { (value, frame) throws(CELFailure) in
          guard case .string(let text) = value else { throw mismatch("size", value) }
          try frame.charge(bytes: text.utf8.count)
          return .int(Int64(CELText.count(text)))
        }),
      CELFunction(
        "size", isMember: isMember, [.bytes], .int,
        .one { (value, _) throws(CELFailure) in
          guard case .bytes(let bytes) = value else { throw mismatch("size", value) }
          return .int(Int64(bytes.count))
        }),
      CELFunction(
        "size", isMember: isMember, [.list(.parameter("A"))], .int,
        .one { (value, _) throws(CELFailure) in
          guard case .list(let list) = value else { throw mismatch("size", value) }
          return .int(Int64(list.count))
        }),
      CELFunction(
        "size", isMember: isMember, [.map(.parameter("A"), .parameter("B"))], .int,
        .one { (value, _) throws(CELFailure) in
          guard case .map(let map) = value else { throw mismatch("size", value) }
          return .int(Int64(map.count))
        }),
    ]
  }

  private static let tests: [CELFunction] = [
    test("startsWith") { CELText.hasPrefix($0, $1) },
    test("endsWith") { CELText.hasSuffix($0, $1) },
    CELFunction(
      "contains", isMember: true, [.string, .string], .bool,
      .two { (text, needle, frame) throws(CELFailure) in
        guard case .string(let text) = text, case .string(let needle) = needle else {
          throw mismatch("contains", text)
        }
        try frame.charge(1 + (text.utf8.count >> 4) * (1 + (needle.utf8.count >> 4)))
        return .bool(CELText.contains(text, needle))
      }),
  ]

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (String, String) -> Bool
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [.string, .string], .bool,
      .two { (text, other, frame) throws(CELFailure) in
        guard case .string(let text) = text, case .string(let other) = other else {
          throw mismatch(name, text)
        }
        try frame.charge(bytes: other.utf8.count)
        return .bool(holds(text, other))
      })
  }

  private static let dynamics: [CELFunction] = [
    CELFunction("dyn", [.parameter("A")], .dyn, .one { (value, _) in value }),
    CELFunction("type", [.parameter("A")], .type, .one { (value, _) in .type(value.typeName) }),
  ]

  /// The failure of a function that got a value of another type than it declares.
  static func mismatch(_ name: String, _ value: CELValue) -> CELFailure {
    CELFailure(.noSuchOverload, "no such overload: '\(name)' does not take \(value.typeName)")
  }
}
