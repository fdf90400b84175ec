/// An instant, in nanoseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }
}

extension Timestamp {
  /// Reads RFC 3339, such as `2026-12-24T18:00:00Z` or `2026-12-24T19:00:00.5+01:00`.
  ///
  /// The offset is required, because a time without one means another instant on every machine.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let bytes = Array(text.utf8)
    let date = try CivilDate.parse(bytes[...])
    guard bytes.count > 10 else {
      throw TextFormat.Problem("the time is missing", hint: "write \(text)T00:00:00Z")
    }
    guard bytes.count >= 19, [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(bytes[10]),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = Digits.number(bytes[11..<13]), let minute = Digits.number(bytes[14..<16]),
      let second = Digits.number(bytes[17..<19])
    else { throw TextFormat.Problem("it must look like 2026-12-24T18:00:00Z") }
    guard hour < 24, minute < 60, second < 60 else {
      throw TextFormat.Problem(
        second == 60 ? "leap seconds are not instants here" : "there is no such time of day")
    }
    var rest = bytes[19...]
    let fraction = try Self.fraction(&rest)
    let offset = try Self.offset(rest, text)
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
    guard Self.seconds.contains(seconds) else {
      throw TextFormat.Problem("in UTC the year must lie between 1970 and 2199")
    }
    nanoseconds = Int64(seconds) * 1_000_000_000 + Int64(fraction)
  }

  /// From 1970-01-01T00:00:00Z to 2199-12-31T23:59:59Z.
  private static let seconds = 0..<7_258_118_400

  private static func fraction(_ rest: inout ArraySlice<UInt8>) throws(TextFormat.Problem) -> Int {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    rest = rest.dropFirst()
    let digits = rest.prefix(while: Digits.isDigit)
    guard let value = Digits.number(digits) else {
      throw TextFormat.Problem("a fraction of a second has one to nine digits")
    }
    rest = rest.dropFirst(digits.count)
    return (digits.count..<9).reduce(value) { value, _ in value * 10 }
  }

  /// Seconds east of UTC.
  private static func offset(
    _ rest: ArraySlice<UInt8>, _ text: String,
  ) throws(TextFormat.Problem) -> Int {
    guard let sign = rest.first else {
      throw TextFormat.Problem("the offset from UTC is missing", hint: "write \(text.prefix(40))Z")
    }
    if rest.count == 1, sign | 0x20 == UInt8(ascii: "z") { return 0 }
    let start = rest.startIndex
    guard rest.count == 6, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      rest[start + 3] == UInt8(ascii: ":"), let hour = Digits.number(rest[start + 1..<start + 3]),
      let minute = Digits.number(rest[start + 4..<start + 6]), hour < 24, minute < 60
    else { throw TextFormat.Problem("it must end in Z or in an offset such as +01:00") }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hour * 3600 + minute * 60)
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC, with as many digits of a fraction as it needs.
  package var description: String { text(hasFraction: true) }

  /// RFC 3339 in UTC without a fraction, for people.
  package var wholeSeconds: String { text(hasFraction: false) }

  private func text(hasFraction: Bool) -> String {
    let (seconds, fraction) = Self.split(nanoseconds, by: 1_000_000_000)
    let (days, second) = Self.split(seconds, by: 86_400)
    var bytes = Array(CivilDate(daysSinceEpoch: Int(days)).description.utf8)
    bytes.append(UInt8(ascii: "T"))
    bytes += Digits.padded(Int(second) / 3600, 2)
    bytes.append(UInt8(ascii: ":"))
    bytes += Digits.padded(Int(second) / 60 % 60, 2)
    bytes.append(UInt8(ascii: ":"))
    bytes += Digits.padded(Int(second) % 60, 2)
    if hasFraction, fraction > 0 {
      bytes.append(UInt8(ascii: "."))
      bytes += Digits.padded(Int(fraction), 9)
      while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }
    bytes.append(UInt8(ascii: "Z"))
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func split(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

extension TextFormat {
  /// An instant in RFC 3339; its normal form is in UTC.
  package static let timestamp = TextFormat(
    name: "a time",
    pattern: "^\(CivilDate.pattern)[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
      + "(?:\\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$",
    example: "2026-12-24T18:00:00Z", meaning: .time,
  ) { text throws(Problem) in try Timestamp(parsing: text).description }
}
