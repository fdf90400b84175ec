/// An amount as Kubernetes writes it, such as `1.5Gi` or `100m`; exact to the billionth.
package struct Quantity: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The amount in billionths.
  package let billionths: Int128

  /// The largest whole amount that a text can have.
  private static let wholeLimit = Int128(Int64.max)
  private static let one: Int128 = 1_000_000_000
  private static let lengthLimit = 64

  /// Takes an amount in billionths.
  package init(billionths: Int128) { self.billionths = billionths }

  /// Takes a whole amount.
  package init(_ whole: Int64) { billionths = Int128(whole) * Self.one }

  /// Reads `text`; nil where it is no quantity.
  ///
  /// What is smaller than a billionth is rounded away from zero, what is larger than an int can hold
  /// becomes the largest, as in Kubernetes.
  package init?(parsing text: String) {
    guard text.utf8.count <= Self.lengthLimit else { return nil }
    var rest = Array(text.utf8)[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = Self.digits(&rest)
    var fraction: [Int128] = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = Self.digits(&rest)
    }
    let suffix = String(decoding: rest, as: UTF8.self)
    guard !whole.isEmpty || !fraction.isEmpty, let scale = Scale(suffix) else { return nil }
    let magnitude = Self.magnitude(digits: whole + fraction, places: fraction.count, scale)
    billionths = isNegative ? -magnitude : magnitude
  }

  private static func digits(_ rest: inout ArraySlice<UInt8>) -> [Int128] {
    let found = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(found.count)
    return found.map { Int128($0) - 0x30 }
  }

  private enum Scale {
    case binary(Int)
    case decimal(Int)

    init?(_ suffix: String) {
      if let power = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: suffix) {
        self = .binary(10 * (power + 1))
        return
      }
      switch suffix {
      case "n": self = .decimal(-9)
      case "u": self = .decimal(-6)
      case "m": self = .decimal(-3)
      case "": self = .decimal(0)
      case "k": self = .decimal(3)
      case "M": self = .decimal(6)
      case "G": self = .decimal(9)
      case "T": self = .decimal(12)
      case "P": self = .decimal(15)
      case "E": self = .decimal(18)
      default:
        guard suffix.hasPrefix("e") || suffix.hasPrefix("E"), suffix.utf8.count <= 8,
          let power = Int(suffix.dropFirst())
        else { return nil }
        self = .decimal(max(-100, min(100, power)))
      }
    }
  }

  /// The amount of the digits, `places` of which stand behind the point, in billionths.
  private static func magnitude(digits: [Int128], places: Int, _ scale: Scale) -> Int128 {
    let limit = wholeLimit * one
    let significant = digits.drop { $0 == 0 }
    guard !significant.isEmpty else { return 0 }
    var power = 9 - places
    var factor: Int128 = 1
    switch scale {
    case .binary(let bits): factor = Int128(1) << bits
    case .decimal(let tens): power += tens
    }
    // 19 digits and 60 bits fit; what has more is either larger than the limit or loses digits that
    // only decide about rounding up.
    let kept = significant.prefix(19)
    power += significant.count - kept.count
    var isInexact = significant.dropFirst(19).contains { $0 != 0 }
    var value = kept.reduce(0) { $0 * 10 + $1 } * factor
    while power > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow || product > limit { return limit }
      value = product
      power -= 1
    }
    while power < 0, value > 0 {
      if value % 10 != 0 { isInexact = true }
      value /= 10
      power += 1
    }
    return min(limit, isInexact ? value + 1 : value)
  }

  /// Orders by amount.
  package static func < (one: Quantity, other: Quantity) -> Bool {
    one.billionths < other.billionths
  }

  /// The sum; nil where it is too large to be exact.
  package func adding(_ other: Quantity) -> Quantity? {
    let (sum, overflow) = billionths.addingReportingOverflow(other.billionths)
    return overflow ? nil : Quantity(billionths: sum)
  }

  /// The difference; nil where it is too large to be exact.
  package func subtracting(_ other: Quantity) -> Quantity? {
    let (difference, overflow) = billionths.subtractingReportingOverflow(other.billionths)
    return overflow ? nil : Quantity(billionths: difference)
  }

  /// 1 above zero, -1 below it, else 0.
  package var sign: Int64 { Int64(billionths.signum()) }

  /// The amount as a whole number; nil where it has a fraction or is too large.
  package var integer: Int64? {
    billionths % Self.one == 0 ? Int64(exactly: billionths / Self.one) : nil
  }

  /// A double near the amount.
  package var approximate: Double {
    let whole = billionths / Self.one
    return Double(whole) + Double(billionths % Self.one) / 1e9
  }

  /// The amount in decimal digits.
  package var description: String {
    let magnitude = billionths.magnitude
    let whole = String(magnitude / 1_000_000_000)
    var fraction = String(magnitude % 1_000_000_000)
    fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return (billionths < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}
