/// The SHA-1 name of a Git object: 20 bytes, kept inline.
package struct ObjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// How many bytes a name has.
  package static let byteCount = 20

  let high: UInt64
  let middle: UInt64
  let low: UInt32

  init(high: UInt64, middle: UInt64, low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// Reads exactly 40 hexadecimal digits, of either case.
  package init?(hex: some StringProtocol) {
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    var count = 0
    for byte in hex.utf8 {
      guard let digit = Self.value(ofDigit: byte) else { return nil }
      switch count {
      case 0..<16: words.0 = words.0 << 4 | digit
      case 16..<32: words.1 = words.1 << 4 | digit
      case 32..<40: words.2 = words.2 << 4 | digit
      default: return nil
      }
      count += 1
    }
    guard count == 40 else { return nil }
    self.init(high: words.0, middle: words.1, low: UInt32(truncatingIfNeeded: words.2))
  }

  /// Reads exactly 20 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    let words = bytes.enumerated().reduce(into: (UInt64(0), UInt64(0), UInt64(0))) { words, next in
      switch next.offset {
      case 0..<8: words.0 = words.0 << 8 | UInt64(next.element)
      case 8..<16: words.1 = words.1 << 8 | UInt64(next.element)
      default: words.2 = words.2 << 8 | UInt64(next.element)
      }
    }
    self.init(high: words.0, middle: words.1, low: UInt32(truncatingIfNeeded: words.2))
  }

  /// The 20 bytes of the name.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.byteCount)
    for shift in stride(from: 56, through: 0, by: -8) {
      result.append(UInt8(truncatingIfNeeded: high >> UInt64(shift)))
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      result.append(UInt8(truncatingIfNeeded: middle >> UInt64(shift)))
    }
    for shift in stride(from: 24, through: 0, by: -8) {
      result.append(UInt8(truncatingIfNeeded: low >> UInt32(shift)))
    }
    return result
  }

  /// All 40 hexadecimal digits, in lower case.
  package var description: String { hex(digits: 40) }

  /// The first 10 digits, for people.
  package var abbreviated: String { hex(digits: 10) }

  /// Whether the bytes of the left name come first.
  package static func < (left: ObjectID, right: ObjectID) -> Bool {
    (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
  }

  private func hex(digits: Int) -> String {
    unsafe String(unsafeUninitializedCapacity: digits) { buffer in
      for index in 0..<digits {
        let nibble =
          switch index {
          case 0..<16: high >> UInt64(60 - 4 * index) & 15
          case 16..<32: middle >> UInt64(60 - 4 * (index - 16)) & 15
          default: UInt64(low) >> UInt64(28 - 4 * (index - 32)) & 15
          }
        let digit = UInt8(truncatingIfNeeded: nibble)
        unsafe buffer[index] =
          digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
      return digits
    }
  }

  private static func value(ofDigit byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
