extension CELLibrary {
  /// What the strings extension does with texts; places count code points.
  package static let strings = CELLibrary(
    "strings",
    functions: StringFunctions.places + StringFunctions.changes + StringFunctions.parts
      + StringFunctions.formats)
}

private enum StringFunctions {
  private static func member(
    _ name: String, _ others: [CELType], _ result: CELType, _ body: CELBody
  ) -> CELFunction {
    CELFunction(name, isMember: true, [.string] + others, result, body)
  }

  private static func outOfRange(_ index: Int64) -> CELFailure {
    CELFailure(.indexOutOfRange, "index out of range: \(index)")
  }

  /// The text, paid for.
  private static func text(
    _ value: CELValue, _ name: String, _ frame: inout CELFrame
  ) throws(CELFailure) -> String {
    let text = try CELArguments.string(value, name)
    try frame.charge(bytes: text.utf8.count * 2)
    return text
  }

  // MARK: Places

  static let places: [CELFunction] = [
    member(
      "charAt", [.int], .string,
      .two { value, index, frame throws(CELFailure) in
        let text = try text(value, "charAt", &frame)
        let index = try CELArguments.int(index, "charAt")
        guard let found = TextFunctions.character(of: text, at: index) else {
          throw outOfRange(index)
        }
        return .string(found)
      }),
    member(
      "indexOf", [.string], .int,
      .two { value, needle, frame throws(CELFailure) in
        try find("indexOf", value, needle, from: 0, &frame) {
          TextFunctions.firstIndex(of: $1, in: $0, from: $2)
        }
      }),
    member(
      "indexOf", [.string, .int], .int,
      .three { value, needle, start, frame throws(CELFailure) in
        let start = try CELArguments.int(start, "indexOf")
        return try find("indexOf", value, needle, from: start, &frame) {
          TextFunctions.firstIndex(of: $1, in: $0, from: $2)
        }
      }),
    member(
      "lastIndexOf", [.string], .int,
      .two { value, needle, frame throws(CELFailure) in
        try find("lastIndexOf", value, needle, from: 0, &frame) { text, needle, _ in
          TextFunctions.lastIndex(of: needle, in: text)
        }
      }),
    member(
      "lastIndexOf", [.string, .int], .int,
      .three { value, needle, end, frame throws(CELFailure) in
        let end = try CELArguments.int(end, "lastIndexOf")
        return try find("lastIndexOf", value, needle, from: end, &frame) {
          TextFunctions.lastIndex(of: $1, in: $0, from: $2)
        }
      }),
  ]

  private static func find(
    _ name: String, _ value: CELValue, _ needle: CELValue, from place: Int64,
    _ frame: inout CELFrame, _ search: (String, String, Int64) -> Int64?
  ) throws(CELFailure) -> CELValue {
    let whole = try text(value, name, &frame)
    let needle = try text(needle, name, &frame)
    guard let index = search(whole, needle, place) else { throw outOfRange(place) }
    return .int(index)
  }

  // MARK: Changes

  private static func change(
    _ name: String, _ operation: @escaping @Sendable (String) -> String
  ) -> CELFunction {
    member(
      name, [], .string,
      .one { value, frame throws(CELFailure) in
        .string(operation(try text(value, name, &frame)))
      })
  }

  static let changes: [CELFunction] = [
    change("lowerAscii", TextFunctions.lowerASCII),
    change("upperAscii", TextFunctions.upperASCII),
    change("trim", TextFunctions.trimmed),
    change("reverse", TextFunctions.reversed),
    CELFunction(
      "strings.quote", [.string], .string,
      .one { value, frame throws(CELFailure) in
        .string(TextFunctions.quoted(try text(value, "strings.quote", &frame)))
      }),
    member(
      "replace", [.string, .string], .string,
      .three { value, old, new, frame throws(CELFailure) in
        try replace(value, old, new, limit: -1, &frame)
      }),
    member(
      "replace", [.string, .string, .int], .string,
      .many { values, frame throws(CELFailure) in
        let limit = try CELArguments.int(values[3], "replace")
        return try replace(values[0], values[1], values[2], limit: limit, &frame)
      }),
  ]

  private static func replace(
    _ value: CELValue, _ old: CELValue, _ new: CELValue, limit: Int64, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    let whole = try text(value, "replace", &frame)
    let old = try text(old, "replace", &frame)
    let new = try CELArguments.string(new, "replace")
    let places = TextFunctions.places(of: old, in: whole, limit: limit)
    // The result can be far longer than the arguments, so it is paid for before it is made.
    let (growth, overflow) = places.count.multipliedReportingOverflow(by: new.utf8.count)
    try frame.charge(bytes: overflow ? Int.max / 2 : growth)
    if places.isEmpty { return .string(whole) }
    return .string(
      TextFunctions.replaced(Array(whole.utf8), at: places, length: old.utf8.count, with: new))
  }

  // MARK: Parts

  static let parts: [CELFunction] = [
    member(
      "substring", [.int], .string,
      .two { value, start, frame throws(CELFailure) in
        let bytes = Array(try text(value, "substring", &frame).utf8)
        let start = try CELArguments.int(start, "substring")
        guard let lower = TextFunctions.offset(of: start, in: bytes) else {
          throw outOfRange(start)
        }
        return .string(TextFunctions.text(bytes, lower..<bytes.count))
      }),
    member(
      "substring", [.int, .int], .string,
      .three { value, start, end, frame throws(CELFailure) in
        let bytes = Array(try text(value, "substring", &frame).utf8)
        let start = try CELArguments.int(start, "substring")
        let end = try CELArguments.int(end, "substring")
        guard let lower = TextFunctions.offset(of: start, in: bytes) else {
          throw outOfRange(start)
        }
        guard let upper = TextFunctions.offset(of: end, in: bytes) else { throw outOfRange(end) }
        guard lower <= upper else {
          throw CELFailure(
            .invalidArgument, "invalid substring range. start: \(start), end: \(end)")
        }
        return .string(TextFunctions.text(bytes, lower..<upper))
      }),
    member(
      "split", [.string], .list(.string),
      .two { value, separator, frame throws(CELFailure) in
        try split(value, separator, limit: -1, &frame)
      }),
    member(
      "split", [.string, .int], .list(.string),
      .three { value, separator, limit, frame throws(CELFailure) in
        try split(value, separator, limit: CELArguments.int(limit, "split"), &frame)
      }),
    CELFunction(
      "join", isMember: true, [.list(.string)], .string,
      .one { list, frame throws(CELFailure) in try join(list, .string(""), &frame) }),
    CELFunction(
      "join", isMember: true, [.list(.string), .string], .string,
      .two { list, separator, frame throws(CELFailure) in try join(list, separator, &frame) }),
  ]

  private static func split(
    _ value: CELValue, _ separator: CELValue, limit: Int64, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    let whole = try text(value, "split", &frame)
    let separator = try text(separator, "split", &frame)
    if separator.isEmpty { try frame.charge(whole.utf8.count) }
    let parts = TextFunctions.split(whole, at: separator, limit: limit)
    try frame.charge(parts.count)
    return .list(parts.map { .string($0) })
  }

  private static func join(
    _ list: CELValue, _ separator: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    let list = try CELArguments.list(list, "join")
    let separator = try CELArguments.string(separator, "join")
    var result = ""
    for index in 0..<list.count {
      let part = try CELArguments.string(list.element(at: index), "join")
      try frame.charge(1 + (part.utf8.count + separator.utf8.count) >> 4)
      if index > 0 { result += separator }
      result += part
    }
    return .string(result)
  }

  // MARK: Formats

  static let formats: [CELFunction] = [
    CELFunction(
      "format", isMember: true, [.string, .list(.dyn)], .string,
      .two { format, arguments, frame throws(CELFailure) in
        let text = try text(format, "format", &frame)
        let arguments = try CELArguments.list(arguments, "format")
        return .string(try StringFormat(text).text(of: arguments, &frame))
      },
      prepare: { constants throws(CELFailure) in
        guard case .string(let text) = constants[0] else { return nil }
        let format = try StringFormat(text)
        return .two { _, arguments, frame throws(CELFailure) in
          let arguments = try CELArguments.list(arguments, "format")
          return .string(try format.text(of: arguments, &frame))
        }
      })
  ]
}
