/// Why some bytes are not JSON that Writ reads.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The index of the byte at which reading ended.
  package var offset: Int
  package var message: String

  package init(offset: Int, message: String) {
    self.offset = offset
    self.message = message
  }

  package var description: String { "\(message) (at byte \(offset))" }
}

/// Reads JSON (RFC 8259), strictly.
package enum JSONReader {
  /// Reads one value, which must be all there is in `bytes`.
  ///
  /// Integers that fit become `.integer`, other numbers `.number`. Refused are duplicate keys,
  /// lone surrogates, numbers beyond what a Double holds, and nesting beyond `maximumDepth`, where
  /// an array or object at the root is the first level.
  package static func read(
    _ bytes: [UInt8], maximumDepth: Int = 64, maximumBytes: Int = 16 << 20,
  ) throws(JSONError) -> Value {
    guard bytes.count <= maximumBytes else {
      throw JSONError(offset: maximumBytes, message: "more than \(maximumBytes) bytes")
    }
    var scan = JSONScan(bytes, maximumDepth: maximumDepth)
    return try scan.document()
  }
}

/// A position in JSON text, and what can be read there.
private struct JSONScan {
  private let bytes: [UInt8]
  private let maximumDepth: Int
  private var index = 0

  init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONError) -> Value {
    let value = try value(depth: 1)
    skipSpace()
    guard index == bytes.count else { throw error("something follows the value") }
    return value
  }

  private func error(_ message: String) -> JSONError { JSONError(offset: index, message: message) }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  /// Steps over white space and `byte`; false where another byte is next.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> Value {
    skipSpace()
    guard index < bytes.count else { throw error("a value is missing") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("this starts no value")
    }
  }

  private mutating func word(_ word: StaticString, _ value: Value) throws(JSONError) -> Value {
    let text = word.description.utf8
    guard bytes[index...].starts(with: text) else { throw error("this starts no value") }
    index += text.count
    return value
  }

  private mutating func enter(depth: Int) throws(JSONError) {
    guard depth <= maximumDepth else { throw error("more than \(maximumDepth) levels deep") }
    index += 1
  }

  private mutating func array(depth: Int) throws(JSONError) -> Value {
    try enter(depth: depth)
    var items: [Value] = []
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw error("\",\" or \"]\" is missing") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> Value {
    try enter(depth: depth)
    var members: [Value.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    var keys: Set<String> = []
    while true {
      skipSpace()
      let start = index
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw error("a key is missing")
      }
      let key = try string()
      guard isNew(key, among: members, &keys) else {
        throw JSONError(offset: start, message: "the key \"\(key)\" is given twice")
      }
      guard take(UInt8(ascii: ":")) else { throw error("\":\" is missing") }
      members.append(Value.Member(key, try value(depth: depth + 1)))
      if take(UInt8(ascii: "}")) { return Self.sorted(members) }
      guard take(UInt8(ascii: ",")) else { throw error("\",\" or \"}\" is missing") }
    }
  }

  /// Compares with each key of a small object and hashes those of a large one.
  private func isNew(
    _ key: String, among members: [Value.Member], _ keys: inout Set<String>,
  ) -> Bool {
    if members.count < 16 { return !members.contains { $0.key == key } }
    if keys.isEmpty { for member in members { keys.insert(member.key) } }
    return keys.insert(key).inserted
  }

  /// `Value.sorted` inserts, which takes too long for a large object in disorder.
  private static func sorted(_ members: [Value.Member]) -> Value {
    guard members.count > 16 else { return .sorted(members) }
    return .sorted(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
  }
}

// MARK: - Strings

extension JSONScan {
  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    var union: UInt8 = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        defer { index += 1 }
        let utf8 = bytes[start..<index]
        // Validating is slow even where there is nothing to find.
        if union < 0x80 { return String(decoding: utf8, as: UTF8.self) }
        return try text(utf8, from: start)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw error("a control character must be escaped") }
      union |= byte
      index += 1
    }
    throw error("a string is not closed")
  }

  private func text(_ utf8: some Sequence<UInt8>, from start: Int) throws(JSONError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw JSONError(offset: start, message: "a string is not UTF-8")
    }
    return text
  }

  /// The rest of a string in which `index` is at the first backslash.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var utf8 = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try text(utf8, from: start)
      case UInt8(ascii: "\\"): try escape(into: &utf8)
      case 0..<0x20: throw error("a control character must be escaped")
      default:
        utf8.append(byte)
        index += 1
      }
    }
    throw error("a string is not closed")
  }

  private mutating func escape(into utf8: inout [UInt8]) throws(JSONError) {
    guard index + 1 < bytes.count else { throw error("a string is not closed") }
    switch bytes[index + 1] {
    case UInt8(ascii: "\""): utf8.append(0x22)
    case UInt8(ascii: "\\"): utf8.append(0x5C)
    case UInt8(ascii: "/"): utf8.append(0x2F)
    case UInt8(ascii: "b"): utf8.append(0x08)
    case UInt8(ascii: "f"): utf8.append(0x0C)
    case UInt8(ascii: "n"): utf8.append(0x0A)
    case UInt8(ascii: "r"): utf8.append(0x0D)
    case UInt8(ascii: "t"): utf8.append(0x09)
    case UInt8(ascii: "u"):
      utf8.append(contentsOf: String(try unicodeEscape()).utf8)
      return
    default: throw error("there is no such escape")
    }
    index += 2
  }

  /// Reads `\uXXXX`, or two of them that are a surrogate pair.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = index
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let isPaired =
      first < 0xDC00 && index + 1 < bytes.count
      && bytes[index] == UInt8(ascii: "\\") && bytes[index + 1] == UInt8(ascii: "u")
    if isPaired {
      let second = try codeUnit()
      let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) & 0x3FF)
      if second & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(value) { return scalar }
    }
    throw JSONError(offset: start, message: "a surrogate stands alone")
  }

  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    guard index + 6 <= bytes.count else { throw error("an escape needs four digits") }
    var unit: UInt16 = 0
    for byte in bytes[(index + 2)..<(index + 6)] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw error("an escape needs four digits")
      }
      unit = unit << 4 | UInt16(digit)
    }
    index += 6
    return unit
  }
}

// MARK: - Numbers

extension JSONScan {
  private mutating func number() throws(JSONError) -> Value {
    let start = index
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let whole = index
    let count = try digits()
    guard count == 1 || bytes[whole] != UInt8(ascii: "0") else {
      throw JSONError(offset: whole, message: "a number starts with 0")
    }
    let isInteger = try !fraction()
    if isInteger, count <= 18 {
      var value: Int64 = 0
      for byte in bytes[whole..<index] { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
      return .integer(isNegative ? -value : value)
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONError(offset: start, message: "a number is out of range")
    }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) -> Int {
    let start = index
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
    guard index > start else { throw error("a digit is missing") }
    return index - start
  }

  /// Steps over a fraction and an exponent; false where there is neither.
  private mutating func fraction() throws(JSONError) -> Bool {
    let start = index
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      _ = try digits()
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
      _ = try digits()
    }
    return index > start
  }
}
