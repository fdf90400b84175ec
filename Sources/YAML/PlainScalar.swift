/// What a plain scalar means by the core schema of YAML 1.2.
enum PlainScalar {
  case text
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case refused(Refusal)

  init(_ utf8: Span<UInt8>) {
    guard utf8.count > 0 else {
      self = .null
      return
    }
    switch utf8[0] {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      var scan = NumberScan()
      self = scan.read(utf8)
    case UInt8(ascii: "~"): self = utf8.count == 1 ? .null : .text
    case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "y"), UInt8(ascii: "Y"),
      UInt8(ascii: "o"), UInt8(ascii: "O"), UInt8(ascii: "t"), UInt8(ascii: "T"),
      UInt8(ascii: "f"), UInt8(ascii: "F"):
      self = utf8.count <= 5 ? Self.word(String(copying: utf8)) : .text
    default: self = .text
    }
  }

  private static func word(_ text: String) -> PlainScalar {
    switch text {
    case "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": .refused(.boolean(true))
    case "n", "N", "no", "No", "NO", "off", "Off", "OFF": .refused(.boolean(false))
    default: .text
    }
  }
}

extension String {
  init(copying utf8: Span<UInt8>) {
    self = unsafe utf8.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension PlainScalar {
  /// Why a plain scalar must be written in another way.
  enum Refusal {
    // YAML 1.1 reads these otherwise.
    case boolean(Bool)
    case leadingZero
    case sexagesimal
    case underscore
    case binary
    case signedHexadecimal
    // JSON has no such numbers.
    case notFinite
    case tooLarge
  }
}

extension PlainScalar.Refusal {
  var isNumber: Bool { if case .boolean = self { false } else { true } }

  var code: String {
    switch self {
    case .notFinite: "not-finite"
    case .tooLarge: "integer-out-of-range"
    default: "ambiguous-scalar"
    }
  }

  /// What is wrong with `text`.
  func message(_ text: String) -> String {
    switch self {
    case .boolean(let value):
      "\"\(text)\" is the boolean \(value) to some YAML readers and text to others"
    case .leadingZero: "\"\(text)\" starts with 0, which makes it octal to some YAML readers"
    case .sexagesimal: "\"\(text)\" is a number in base 60 to some YAML readers and text to others"
    case .underscore: "\"\(text)\" is a number to some YAML readers and text to others"
    case .binary: "\"\(text)\" is a binary number to some YAML readers and text to others"
    case .signedHexadecimal:
      "\"\(text)\" is a hexadecimal number to some YAML readers and text to others"
    case .notFinite: "\"\(text)\" is not a finite number"
    case .tooLarge: "the integer \(text) does not fit into 64 bits"
    }
  }

  /// How to write `text` so that it has one meaning.
  func hint(_ text: String) -> String {
    let quoted = "write \"\(text)\" in quotes for the text"
    switch self {
    case .boolean(let value): return "\(quoted), or \(value) for the boolean"
    case .leadingZero: return quoted + Self.withoutLeadingZero(text)
    case .underscore where !text.hasPrefix("0"):
      return "\(quoted), or \(text.filter { $0 != "_" }) for the number"
    case .sexagesimal, .underscore, .binary, .signedHexadecimal, .notFinite, .tooLarge:
      return quoted
    }
  }

  /// What else the writer of `0644` may have meant.
  private static func withoutLeadingZero(_ text: String) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.drop { $0 == "-" || $0 == "+" || $0 == "0" }
    if digits.isEmpty { return ", or 0 for the number" }
    guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return "" }
    let decimal = ", or \(sign)\(digits) for the decimal number"
    let isOctal = sign.isEmpty && digits.utf8.allSatisfy { $0 <= 0x37 }
    return isOctal ? ", or 0o\(digits) for the octal number\(decimal)" : decimal
  }
}
