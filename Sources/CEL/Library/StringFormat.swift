/// A text with places for arguments, such as `%s of %d`.
struct StringFormat: Sendable {
  private enum Piece {
    case text(String)
    case clause(Unicode.Scalar, precision: Int)
  }

  private var pieces: [Piece] = []

  private static let defaultPrecision = 6

  /// Reads `source`.
  init(_ source: String) throws(CELFailure) {
    var rest = source.unicodeScalars[...]
    var plain = String.UnicodeScalarView()
    while let next = rest.popFirst() {
      guard next == "%" else {
        plain.append(next)
        continue
      }
      if rest.first == "%" {
        rest.removeFirst()
        plain.append("%")
        continue
      }
      if !plain.isEmpty { pieces.append(.text(String(plain))) }
      plain = String.UnicodeScalarView()
      let precision = try Self.precision(&rest)
      guard let clause = rest.popFirst() else {
        throw Self.problem("a percent sign ends the format; write %% for the sign itself")
      }
      guard "sdfexXob".unicodeScalars.contains(clause) else {
        throw Self.problem(
          "unrecognized formatting clause \"\(clause)\"; there are s, d, f, e, x, X, o and b")
      }
      pieces.append(.clause(clause, precision: precision))
    }
    if !plain.isEmpty { pieces.append(.text(String(plain))) }
  }

  private static func problem(_ reason: String) -> CELFailure {
    CELFailure(.invalidArgument, "could not parse formatting clause: \(reason)")
  }

  private static func precision(
    _ rest: inout Substring.UnicodeScalarView
  ) throws(CELFailure) -> Int {
    guard rest.first == "." else { return defaultPrecision }
    rest.removeFirst()
    var value = 0
    var hasDigits = false
    while let digit = rest.first, ("0"..."9").contains(digit) {
      value = min(value * 10 + Int(digit.value - 0x30), 1_000_000)
      hasDigits = true
      rest.removeFirst()
    }
    guard hasDigits else { throw problem("digits must follow the point of the precision") }
    guard value <= ExactDecimal.precisionLimit else {
      throw problem("the precision is more than \(ExactDecimal.precisionLimit)")
    }
    return value
  }

  /// The text with `arguments` in their places.
  func text(
    of arguments: any CELListSource, _ frame: inout CELFrame
  ) throws(CELFailure) -> String {
    var result = ""
    var index = 0
    for piece in pieces {
      switch piece {
      case .text(let text):
        try frame.charge(bytes: text.utf8.count)
        result += text
      case .clause(let clause, let precision):
        guard index < arguments.count else {
          throw CELFailure(.indexOutOfRange, "index \(index) out of range of the arguments")
        }
        try frame.charge(1)
        let value = arguments.element(at: index)
        index += 1
        result += try Self.text(of: value, clause, precision, &frame)
      }
    }
    return result
  }

  private static func text(
    of value: CELValue, _ clause: Unicode.Scalar, _ precision: Int, _ frame: inout CELFrame
  ) throws(CELFailure) -> String {
    switch clause {
    case "s": return try plain(value, &frame, depth: 0)
    case "d": return try decimal(value)
    case "f", "e":
      let what = clause == "f" ? "fixed-point" : "scientific"
      // All digits of the double are worked out first.
      try frame.charge(20 + precision >> 4)
      let number = try real(value, what)
      return clause == "f"
        ? NumberText.fixed(number, precision: precision)
        : NumberText.scientific(number, precision: precision)
    case "x", "X":
      let text = try hexadecimal(value, &frame)
      return clause == "X" ? text.uppercased() : text
    case "o":
      guard let text = digits(value, radix: 8) else {
        throw unfit("octal clause can only be used on integers", value)
      }
      return text
    default:
      if case .bool(let bool) = value { return bool ? "1" : "0" }
      guard let text = digits(value, radix: 2) else {
        throw unfit("only integers and bools can be formatted as binary", value)
      }
      return text
    }
  }

  private static func unfit(_ rule: String, _ value: CELValue) -> CELFailure {
    CELFailure(
      .invalidArgument, "error during formatting: \(rule), was given \(value.typeName)")
  }

  private static func decimal(_ value: CELValue) throws(CELFailure) -> String {
    if case .double(let number) = value { return NumberText.plainText(of: number) }
    guard let text = digits(value, radix: 10) else {
      throw unfit("decimal clause can only be used on integers", value)
    }
    return text
  }

  private static func real(_ value: CELValue, _ what: String) throws(CELFailure) -> Double {
    switch value {
    case .double(let number): number
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    default: throw unfit("\(what) clause can only be used on doubles", value)
    }
  }

  private static func digits(_ value: CELValue, radix: Int) -> String? {
    switch value {
    case .int(let number): String(number, radix: radix)
    case .uint(let number): String(number, radix: radix)
    default: nil
    }
  }

  private static func hexadecimal(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> String {
    if let text = digits(value, radix: 16) { return text }
    let bytes: [UInt8]
    switch value {
    case .string(let text): bytes = Array(text.utf8)
    case .bytes(let content): bytes = content
    default:
      throw unfit("only integers, byte buffers, and strings can be formatted as hex", value)
    }
    try frame.charge(bytes: 2 * bytes.count)
    let digits = Array("0123456789abcdef".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(2 * bytes.count)
    for byte in bytes { result += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: result, as: UTF8.self)
  }

  private static let depthLimit = 100

  /// Any value as people read it.
  static func plain(
    _ value: CELValue, _ frame: inout CELFrame, depth: Int
  ) throws(CELFailure) -> String {
    try frame.charge(1)
    guard depth <= depthLimit else {
      throw CELFailure(.invalidArgument, "the value is nested too deep to be formatted")
    }
    switch value {
    case .null: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number): return NumberText.plainText(of: number)
    case .string(let text):
      try frame.charge(bytes: text.utf8.count)
      return text
    case .bytes(let bytes):
      try frame.charge(bytes: bytes.count)
      return String(decoding: bytes, as: UTF8.self)
    case .timestamp(let time): return TimeText.text(of: time)
    case .duration(let span): return TimeText.text(of: span)
    case .type(let name): return name
    case .opaque(let opaque): return opaque.description
    case .optional(let optional):
      guard let wrapped = optional.wrapped else { return "optional.none()" }
      return "optional.of(\(try plain(wrapped, &frame, depth: depth + 1)))"
    case .list(let list):
      var parts: [String] = []
      for index in 0..<list.count {
        parts.append(try plain(list.element(at: index), &frame, depth: depth + 1))
      }
      return "[" + parts.joined(separator: ", ") + "]"
    case .map(let map): return try plain(map, &frame, depth: depth)
    }
  }

  /// The entries in the order of their keys as text, so that the order never depends on hashing.
  private static func plain(
    _ map: any CELMapSource, _ frame: inout CELFrame, depth: Int
  ) throws(CELFailure) -> String {
    var parts: [(key: String, text: String)] = []
    for key in map.keys {
      guard let value = map.value(forKey: key) else { continue }
      let name = try plain(key.value, &frame, depth: depth + 1)
      parts.append((name, name + ": " + (try plain(value, &frame, depth: depth + 1))))
    }
    try frame.charge(parts.count)
    parts.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + parts.map(\.text).joined(separator: ", ") + "}"
  }
}
