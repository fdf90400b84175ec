/// A text with places for arguments, such as `%s of %d`.
struct StringFormat: Sendable {
  private enum Piece {
    case text(String)
    case clause(Unicode.Scalar, precision: Int)
  }

  private var pieces: [Piece] = []

  private static let defaultPrecision = 6
  /// The bytes that there is room for at once where a list or a map is written, as growing copies.
  private static let usualLength = 1024

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
    var result = CELWriter()
    var index = 0
    for piece in pieces {
      switch piece {
      case .text(let text):
        try frame.charge(bytes: text.utf8.count)
        result.add(text)
      case .clause(let clause, let precision):
        guard index < arguments.count else {
          throw CELFailure(.indexOutOfRange, "index \(index) out of range of the arguments")
        }
        try frame.charge(1)
        let value = arguments.element(at: index)
        index += 1
        if clause == "s" {
          switch value {
          case .list, .map: result.bytes.reserveCapacity(result.bytes.count + Self.usualLength)
          default: break
          }
          try result.write(value, &frame, depth: 0)
        } else {
          result.add(try Self.text(of: value, clause, precision, &frame))
        }
      }
    }
    return result.text
  }

  private static func text(
    of value: CELValue, _ clause: Unicode.Scalar, _ precision: Int, _ frame: inout CELFrame
  ) throws(CELFailure) -> String {
    switch clause {
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
}
