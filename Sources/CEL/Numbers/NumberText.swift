/// Numbers from text, and as text.
package enum NumberText {
  /// The whole number that `text` is in decimal digits, with a sign or without.
  package static func int(_ text: String) -> Int64? {
    text.utf8.count <= 64 ? Int64(text) : nil
  }

  /// The natural number that `text` is in decimal digits.
  package static func uint(_ text: String) -> UInt64? {
    text.utf8.count <= 64 ? UInt64(text) : nil
  }

  /// The double nearest to what `text` says; nil where it says no number.
  ///
  /// Beside decimal numbers, `NaN` and `Infinity` (or `inf`) in any case are understood.
  package static func double(_ text: String) -> Double? {
    guard text.utf8.count <= 1_024 else { return nil }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    switch unsigned.lowercased() {
    case "inf", "infinity": return text.hasPrefix("-") ? -Double.infinity : Double.infinity
    case "nan": return text.utf8.count == 3 ? Double.nan : nil
    default: return isDecimal(unsigned) ? Double(text) : nil
    }
  }

  /// Whether `text` is digits with at most one point, and perhaps an exponent.
  private static func isDecimal(_ text: Substring) -> Bool {
    var rest = Array(text.utf8)[...]
    func skipDigits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    var digits = skipDigits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      digits += skipDigits()
    }
    guard digits > 0 else { return false }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// `number` without its fraction; nil where an int cannot hold it.
  package static func int(_ number: Double) -> Int64? {
    // -2^63 itself could come from a smaller number, so the border is left out, as CEL does.
    guard number > -9_223_372_036_854_775_808, number < 9_223_372_036_854_775_808 else {
      return nil
    }
    return Int64(number)
  }

  /// `number` without its fraction; nil where a uint cannot hold it.
  package static func uint(_ number: Double) -> UInt64? {
    guard number >= 0, number < 18_446_744_073_709_551_616 else { return nil }
    return UInt64(number)
  }

  /// The shortest text that reads back as `number`, as `string(number)` gives it.
  ///
  /// Powers of ten are shown below 0.0001 and from 2^54 on; whole numbers have no point.
  package static func text(of number: Double) -> String {
    if let special = special(number) { return special }
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The shortest digits that read back as `number`, without powers of ten.
  package static func plainText(of number: Double) -> String {
    if let special = special(number) { return special }
    let (digits, point) = shortest(number)
    return (number.sign == .minus ? "-" : "") + plain(digits, point)
  }

  /// `number` with `precision` digits after the point.
  package static func fixed(_ number: Double, precision: Int) -> String {
    if let special = special(number) { return special }
    let text = ExactDecimal(magnitudeOf: number).fixed(precision)
    return (number.sign == .minus ? "-" : "") + text
  }

  /// `number` with one digit before the point, `precision` after it, and a power of ten.
  package static func scientific(_ number: Double, precision: Int) -> String {
    if let special = special(number) { return special }
    let text = ExactDecimal(magnitudeOf: number).scientific(precision)
    return (number.sign == .minus ? "-" : "") + text
  }

  private static func special(_ number: Double) -> String? {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number > 0 ? "Infinity" : "-Infinity" }
    return nil
  }

  /// The digits that Swift writes, which are the shortest, and how many stand before the point.
  private static func shortest(_ number: Double) -> (digits: String, point: Int) {
    guard number != 0 else { return ("0", 1) }
    let parts = number.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let all = whole + fraction
    let digits = all.drop { $0 == "0" }
    var point = whole.utf8.count + exponent - (all.utf8.count - digits.utf8.count)
    var shown = String(digits)
    while shown.hasSuffix("0") { shown.removeLast() }
    if shown.isEmpty { (shown, point) = ("0", 1) }
    return (shown, point)
  }

  private static func plain(_ digits: String, _ point: Int) -> String {
    let count = digits.utf8.count
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if point >= count { return digits + String(repeating: "0", count: point - count) }
    return digits.prefix(point) + "." + digits.dropFirst(point)
  }
}
