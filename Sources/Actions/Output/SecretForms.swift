/// The texts by which a secret can show in an output: what a `Redactor` looks for.
///
/// The value itself; each of its lines of at least eight bytes, where it has more than one; its
/// base64 forms (both alphabets, with and without padding, inside a longer text at any of the three
/// alignments, in lines of 76); its percent-encoded forms. Values of less than four bytes have no
/// forms: they would match everywhere. Other encodings, such as hexadecimal, are not looked for.
package struct SecretForms: Hashable, Sendable {
  /// How many bytes a value has at least, to be looked for.
  package static let leastBytes = 4
  /// How many bytes a line of a value has at least, to be looked for by itself.
  package static let leastLineBytes = 8

  /// All forms in the order of their bytes, each once.
  package let patterns: [[UInt8]]

  /// The forms of all of `values`.
  package init(of values: [[UInt8]]) {
    var forms: Set<[UInt8]> = []
    for value in values where value.count >= Self.leastBytes {
      forms.insert(value)
      forms.formUnion(Self.lines(of: value))
      forms.formUnion(Self.base64Forms(of: value))
      forms.formUnion(Self.percentForms(of: value))
    }
    patterns = forms.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func lines(of value: [UInt8]) -> [[UInt8]] {
    let newline = UInt8(ascii: "\n")
    guard value.contains(newline) else { return [] }
    return value.split(separator: newline).compactMap { line in
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return text.count >= leastLineBytes ? Array(text) : nil
    }
  }

  private static func base64Forms(of value: [UInt8]) -> [[UInt8]] {
    var forms: [[UInt8]] = []
    for alphabet in [Base64.standard, Base64.urlSafe] {
      // As the whole of what was encoded, alone or as a line.
      for whole in [value, value + [UInt8(ascii: "\n")]] {
        let text = alphabet.encode(whole)
        forms.append(text)
        forms.append(Array(text.prefix { $0 != UInt8(ascii: "=") }))
        guard text.count > 76 else { continue }
        for start in stride(from: 0, to: text.count, by: 76) {
          let line = text[start..<min(start + 76, text.count)]
          if line.count >= leastLineBytes { forms.append(Array(line)) }
        }
      }
      // Amid other bytes: without the digits that depend on its neighbours.
      for before in 0..<3 {
        let bits = (before + value.count) * 8
        let text = alphabet.encode([UInt8](repeating: 0, count: before) + value)
        let inner = text[((before * 8 + 5) / 6)..<(bits / 6)]
        if inner.count >= leastBytes { forms.append(Array(inner)) }
      }
    }
    return forms
  }

  private static func percentForms(of value: [UInt8]) -> [[UInt8]] {
    var forms: [[UInt8]] = []
    for digits in ["0123456789ABCDEF", "0123456789abcdef"] {
      let digits = Array(digits.utf8)
      for plus in [false, true] {
        var text: [UInt8] = []
        for byte in value {
          if isUnreserved(byte) {
            text.append(byte)
          } else if plus, byte == UInt8(ascii: " ") {
            text.append(UInt8(ascii: "+"))
          } else {
            text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
          }
        }
        forms.append(text)
      }
    }
    return forms
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}

/// An alphabet of base64.
private struct Base64 {
  static let standard = Base64("+/")
  static let urlSafe = Base64("-_")

  private let digits: [UInt8]

  private init(_ last: String) {
    digits = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(last)".utf8)
  }

  func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= UInt32(8 * (3 - group.count))
      for digit in 0..<4 {
        guard digit <= group.count else {
          text.append(UInt8(ascii: "="))
          continue
        }
        text.append(digits[Int(bits >> UInt32(18 - 6 * digit)) & 63])
      }
    }
    return text
  }
}
