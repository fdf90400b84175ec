/// The exact decimal digits of a finite double, which a double always has.
package struct ExactDecimal: Hashable, Sendable {
  /// The digits of the whole part, without zeros before it; empty below 1.
  package private(set) var whole: [UInt8]
  /// The digits after the point, without zeros at the end.
  package private(set) var fraction: [UInt8]

  /// The most digits after the point that a text may be asked to show.
  package static let precisionLimit = 1_000

  /// Takes the digits of the magnitude of `number`, which must be finite.
  package init(magnitudeOf number: Double) {
    guard number.isFinite, number != 0 else {
      whole = []
      fraction = []
      return
    }
    let bits = number.magnitude.bitPattern
    let field = Int(bits >> 52)
    let significand = (bits & 0xF_FFFF_FFFF_FFFF) | (field == 0 ? 0 : 1 << 52)
    let exponent = max(field, 1) - 1_075
    if exponent >= 0 {
      var digits = BigDigits(significand)
      digits.multiply(by: 2, times: exponent)
      whole = digits.decimal
      fraction = []
      return
    }
    // The number is `significand` over a power of two; the part below the point, times as many
    // tens, is that part times as many fives.
    let places = -exponent
    let wholePart = places < 64 ? significand >> UInt64(places) : 0
    let rest = places < 64 ? significand & ((1 << UInt64(places)) - 1) : significand
    whole = BigDigits(wholePart).decimal
    var digits = BigDigits(rest)
    digits.multiply(by: 5, times: places)
    let shown = digits.decimal
    fraction = [UInt8](repeating: 0, count: places - shown.count) + shown
    while fraction.last == 0 { fraction.removeLast() }
  }

  /// The digits with `precision` of them after the point, such as `123.500`.
  package func fixed(_ precision: Int) -> String {
    let rounded = Self.rounded(whole + fraction, at: whole.count + precision)
    let point = rounded.digits.count - precision
    let head = rounded.digits[..<point]
    let text = head.isEmpty ? "0" : Self.text(head)
    return precision > 0 ? text + "." + Self.text(rounded.digits[point...]) : text
  }

  /// One digit, a point, `precision` digits and the power of ten, such as `1.052e+03`.
  package func scientific(_ precision: Int) -> String {
    let digits = whole + fraction
    let lead = digits.firstIndex { $0 != 0 } ?? 0
    var exponent = digits.isEmpty ? 0 : whole.count - 1 - lead
    let rounded = Self.rounded(Array(digits[lead...]), at: 1 + precision)
    var shown = rounded.digits
    if rounded.carried {
      exponent += 1
      shown.removeLast()
    }
    var text = Self.text(shown.prefix(1))
    if precision > 0 { text += "." + Self.text(shown.dropFirst()) }
    let power = String(exponent.magnitude)
    return text + (exponent < 0 ? "e-" : "e+") + (power.utf8.count < 2 ? "0" : "") + power
  }

  /// Cuts `digits` to `count`, to the nearest and, half-way, to the even neighbour.
  private static func rounded(
    _ digits: [UInt8], at count: Int
  ) -> (digits: [UInt8], carried: Bool) {
    guard digits.count > count else {
      return (digits + [UInt8](repeating: 0, count: count - digits.count), false)
    }
    var kept = Array(digits[..<count])
    let rest = digits[count...]
    let half = rest.first ?? 0
    let isAbove = half > 5 || (half == 5 && rest.dropFirst().contains { $0 != 0 })
    let isTie = half == 5 && !isAbove
    guard isAbove || (isTie && (kept.last ?? 0) % 2 == 1) else { return (kept, false) }
    var index = count - 1
    while index >= 0, kept[index] == 9 {
      kept[index] = 0
      index -= 1
    }
    if index >= 0 {
      kept[index] += 1
      return (kept, false)
    }
    return ([1] + kept, true)
  }

  private static func text(_ digits: ArraySlice<UInt8>) -> String {
    String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
  }
}

/// A large natural number in groups of nine decimal digits, the lowest first.
private struct BigDigits {
  private var groups: [UInt64]
  private static let base: UInt64 = 1_000_000_000

  init(_ number: UInt64) {
    groups = []
    var rest = number
    while rest > 0 {
      groups.append(rest % Self.base)
      rest /= Self.base
    }
  }

  /// Multiplies with a power of a small factor, a few factors at a time.
  mutating func multiply(by factor: UInt64, times: Int) {
    var left = times
    while left > 0 {
      var step: UInt64 = 1
      while left > 0, step * factor <= 0xFFFF_FFFF {
        step *= factor
        left -= 1
      }
      var carry: UInt64 = 0
      for index in groups.indices {
        let product = groups[index] * step + carry
        groups[index] = product % Self.base
        carry = product / Self.base
      }
      while carry > 0 {
        groups.append(carry % Self.base)
        carry /= Self.base
      }
    }
  }

  /// The digits, the highest first, without zeros before them.
  var decimal: [UInt8] {
    var result: [UInt8] = []
    for group in groups {
      var rest = group
      for _ in 0..<9 {
        result.append(UInt8(rest % 10))
        rest /= 10
      }
    }
    while result.last == 0 { result.removeLast() }
    return result.reversed()
  }
}
