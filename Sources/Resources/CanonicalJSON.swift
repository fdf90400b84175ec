/// Writes values as canonical JSON: UTF-8, members sorted, no white space, shortest numbers.
///
/// The bytes are what is hashed, stored and compared. Strings escape only `"`, `\` and control
/// characters (as `\u00xx`, with the short forms of RFC 8259 for `\b \t \n \f \r`), as RFC 8785 does.
package struct CanonicalJSON {
  package private(set) var bytes: [UInt8] = []

  package init(reservingCapacity capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  package static func bytes(of value: Value) -> [UInt8] {
    var writer = CanonicalJSON(reservingCapacity: 1024)
    writer.write(value)
    return writer.bytes
  }

  package static func text(of value: Value) -> String {
    String(decoding: bytes(of: value), as: UTF8.self)
  }

  package mutating func write(_ value: Value) {
    switch value {
    case .null: raw("null")
    case .bool(true): raw("true")
    case .bool(false): raw("false")
    case .integer(let number): write(number)
    case .number(let number): write(number)
    case .string(let text): write(text)
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      var isFirst = true
      for index in items.indices {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        write(items[index])
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      for index in members.indices {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        write(members[index].key)
        bytes.append(UInt8(ascii: ":"))
        write(members[index].value)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// Ends a line of a text in which each line is a value.
  package mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  /// A whole number is written without a fraction, so that `1.0` and `1` are one value.
  private mutating func write(_ number: Double) {
    if number.rounded(.towardZero) == number, abs(number) < 9_007_199_254_740_992 {
      raw(String(Int64(number)))
    } else {
      raw(number.description)
    }
  }

  package mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      for index in 0..<utf8.count where Self.isEscaped(utf8[index]) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
        start = index + 1
        escape(utf8[index])
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x22 || byte == 0x5C
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22: raw("\\\"")
    case 0x5C: raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    default:
      raw("\\u00")
      bytes.append(Hex.digit(byte >> 4))
      bytes.append(Hex.digit(byte & 15))
    }
  }

  private mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  package mutating func write(_ number: Int64) {
    var magnitude = number.magnitude
    if magnitude < 10 {
      if number < 0 { bytes.append(UInt8(ascii: "-")) }
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude))
      return
    }
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    while magnitude > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
      magnitude /= 10
    }
    bytes[start...].reverse()
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
