extension CELLibrary {
  /// `int(…)`, `uint(…)`, `double(…)`, `string(…)`, `bytes(…)`, `bool(…)`, and times from numbers.
  static let conversions: [CELFunction] =
    [
      identity("bool", .bool), identity("int", .int), identity("uint", .uint),
      identity("double", .double), identity("string", .string), identity("bytes", .bytes),
      identity("timestamp", .timestamp), identity("duration", .duration),
    ] + toInt + toUInt + toDouble + toString + others

  private static func identity(_ name: String, _ type: CELType) -> CELFunction {
    CELFunction(name, [type], type, .one { (value, _) in value })
  }

  private static func convert(
    _ name: String, from: CELType, to: CELType,
    _ conversion: @escaping @Sendable (CELValue) throws(CELFailure) -> CELValue?
  ) -> CELFunction {
    CELFunction(
      name, [from], to,
      .one { (value, frame) throws(CELFailure) in
        if case .string(let text) = value { try frame.charge(bytes: text.utf8.count) }
        if case .bytes(let bytes) = value { try frame.charge(bytes: bytes.count) }
        guard let result = try conversion(value) else { throw mismatch(name, value) }
        return result
      })
  }

  private static func outOfRange(_ name: String) -> CELFailure {
    CELFailure(.overflow, "the value is out of the range of \(name)")
  }

  private static func unreadable(_ name: String, _ text: String) -> CELFailure {
    CELFailure(.invalidArgument, "'\(CELRendering.cut(text))' cannot be converted to \(name)")
  }

  private static let toInt: [CELFunction] = [
    convert("int", from: .uint, to: .int) { (value) throws(CELFailure) in
      guard case .uint(let uint) = value else { return nil }
      guard let int = Int64(exactly: uint) else { throw outOfRange("int") }
      return .int(int)
    },
    convert("int", from: .double, to: .int) { (value) throws(CELFailure) in
      guard case .double(let double) = value else { return nil }
      guard double > -0x1p63, double < 0x1p63 else { throw outOfRange("int") }
      return .int(Int64(double))
    },
    convert("int", from: .string, to: .int) { (value) throws(CELFailure) in
      guard case .string(let text) = value else { return nil }
      guard let int = Int64(text) else { throw unreadable("int", text) }
      return .int(int)
    },
    convert("int", from: .timestamp, to: .int) { (value) in
      guard case .timestamp(let time) = value else { return nil }
      return .int(time.seconds)
    },
  ]

  private static let toUInt: [CELFunction] = [
    convert("uint", from: .int, to: .uint) { (value) throws(CELFailure) in
      guard case .int(let int) = value else { return nil }
      guard let uint = UInt64(exactly: int) else { throw outOfRange("uint") }
      return .uint(uint)
    },
    convert("uint", from: .double, to: .uint) { (value) throws(CELFailure) in
      guard case .double(let double) = value else { return nil }
      guard double >= 0, double < 0x1p64 else { throw outOfRange("uint") }
      return .uint(UInt64(double))
    },
    convert("uint", from: .string, to: .uint) { (value) throws(CELFailure) in
      guard case .string(let text) = value else { return nil }
      guard let uint = UInt64(text) else { throw unreadable("uint", text) }
      return .uint(uint)
    },
  ]

  private static let toDouble: [CELFunction] = [
    convert("double", from: .int, to: .double) { (value) in
      guard case .int(let int) = value else { return nil }
      return .double(Double(int))
    },
    convert("double", from: .uint, to: .double) { (value) in
      guard case .uint(let uint) = value else { return nil }
      return .double(Double(uint))
    },
    convert("double", from: .string, to: .double) { (value) throws(CELFailure) in
      guard case .string(let text) = value else { return nil }
      guard let double = NumberText.double(text) else {
        throw unreadable("double", text)
      }
      return .double(double)
    },
  ]

  private static let toString: [CELFunction] = [
    convert("string", from: .bool, to: .string) { (value) in
      guard case .bool(let bool) = value else { return nil }
      return .string(bool ? "true" : "false")
    },
    convert("string", from: .int, to: .string) { (value) in
      guard case .int(let int) = value else { return nil }
      return .string(String(int))
    },
    convert("string", from: .uint, to: .string) { (value) in
      guard case .uint(let uint) = value else { return nil }
      return .string(String(uint))
    },
    convert("string", from: .double, to: .string) { (value) in
      guard case .double(let double) = value else { return nil }
      return .string(NumberText.text(of: double))
    },
    convert("string", from: .bytes, to: .string) { (value) throws(CELFailure) in
      guard case .bytes(let bytes) = value else { return nil }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw CELFailure(.invalidArgument, "the bytes are invalid UTF-8")
      }
      return .string(text)
    },
  ]

  private static let others: [CELFunction] = [
    convert("bytes", from: .string, to: .bytes) { (value) in
      guard case .string(let text) = value else { return nil }
      return .bytes(Array(text.utf8))
    },
    convert("bool", from: .string, to: .bool) { (value) throws(CELFailure) in
      guard case .string(let text) = value else { return nil }
      switch text {
      case "1", "t", "true", "TRUE", "True": return .bool(true)
      case "0", "f", "false", "FALSE", "False": return .bool(false)
      default: throw unreadable("bool", text)
      }
    },
    convert("timestamp", from: .int, to: .timestamp) { (value) throws(CELFailure) in
      guard case .int(let seconds) = value else { return nil }
      guard let time = CELTimestamp(seconds: seconds) else { throw outOfRange("timestamp") }
      return .timestamp(time)
    },
    convert("duration", from: .int, to: .duration) { (value) throws(CELFailure) in
      guard case .int(let seconds) = value else { return nil }
      guard let length = CELDuration(seconds: seconds) else { throw outOfRange("duration") }
      return .duration(length)
    },
  ]
}
