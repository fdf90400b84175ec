/// A length of time, as `90s`, `10m`, `1h30m` or `7d` say it.
///
/// Units are `w d h m s ms us ns`, from the largest to the smallest and each at most once. A day
/// has 24 hours: lengths are elapsed time, whatever the clocks on the walls do.
package struct TimeSpan: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func seconds(_ count: Int64) -> TimeSpan {
    TimeSpan(nanoseconds: count * 1_000_000_000)
  }

  package static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
  package static func hours(_ count: Int64) -> TimeSpan { .seconds(count * 3600) }
  package static func days(_ count: Int64) -> TimeSpan { .seconds(count * 86_400) }

  package static let zero = TimeSpan(nanoseconds: 0)
  /// The longest that a text may say: 100 years of 365 days.
  package static let longest = TimeSpan.days(36_500)

  package static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.nanoseconds < b.nanoseconds }
}

extension TimeSpan {
  private static let units: [(symbol: StaticString, nanoseconds: Int64)] = [
    ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000),
    ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
  ]

  /// Reads a text such as `1h30m`; refuses signs, fractions, blanks and more than `longest`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    var bytes = text.utf8.makeIterator()
    var next = bytes.next()
    var total: Int64 = 0
    var rank = -1
    if next == nil { throw TextFormat.Problem("it is empty") }
    while let first = next {
      guard first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else {
        throw Self.problem(text, at: first)
      }
      var value: Int64 = 0
      var digits = 0
      while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
        digits += 1
        guard digits <= 12 else { throw TextFormat.Problem("a number has more than 12 digits") }
        value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        next = bytes.next()
      }
      guard let letter = next else {
        throw TextFormat.Problem(
          "the unit is missing",
          hint: "write \(text.prefix(24))s for seconds, \(text.prefix(24))m for minutes")
      }
      next = bytes.next()
      let isDouble = next == UInt8(ascii: "s") && letter != UInt8(ascii: "s")
      if isDouble { next = bytes.next() }
      guard let found = Self.rank(letter, isDouble) else { throw Self.problem(text, at: letter) }
      guard found > rank else {
        throw TextFormat.Problem(
          "units go from the largest to the smallest, each at most once", hint: "for example 1h30m")
      }
      rank = found
      let (part, overflow) = value.multipliedReportingOverflow(by: Self.units[found].nanoseconds)
      let (sum, carry) = total.addingReportingOverflow(part)
      guard !overflow, !carry, sum <= Self.longest.nanoseconds else {
        throw TextFormat.Problem("it is longer than \(Self.longest)")
      }
      total = sum
    }
    nanoseconds = total
  }

  private static func rank(_ letter: UInt8, _ isDouble: Bool) -> Int? {
    switch (letter, isDouble) {
    case (UInt8(ascii: "w"), false): 0
    case (UInt8(ascii: "d"), false): 1
    case (UInt8(ascii: "h"), false): 2
    case (UInt8(ascii: "m"), false): 3
    case (UInt8(ascii: "s"), false): 4
    case (UInt8(ascii: "m"), true): 5
    case (UInt8(ascii: "u"), true): 6
    case (UInt8(ascii: "n"), true): 7
    default: nil
    }
  }

  private static func problem(_ text: String, at byte: UInt8) -> TextFormat.Problem {
    if byte == UInt8(ascii: ".") {
      return TextFormat.Problem("it has a fraction", hint: "use a smaller unit: 1h30m, not 1.5h")
    }
    if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
      return TextFormat.Problem("it has a sign")
    }
    if text.utf8.contains(UInt8(ascii: " ")) {
      return TextFormat.Problem("it has a blank", hint: "write it without: 1h30m")
    }
    return TextFormat.Problem("units are w, d, h, m, s, ms, us and ns")
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The one way to write it: the largest units that fit, up to days; `0s` for nothing.
  package var description: String {
    if nanoseconds == 0 { return "0s" }
    // 64 bytes hold a sign and eight units.
    return String(unsafeUninitializedCapacity: 64) { buffer in
      var count = 0
      func append(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
      }
      func append(digitsOf number: UInt64) {
        if number >= 10 { append(digitsOf: number / 10) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
      }
      if nanoseconds < 0 { append(UInt8(ascii: "-")) }
      var rest = nanoseconds.magnitude
      for unit in Self.units.dropFirst() where rest >= UInt64(unit.nanoseconds) {
        append(digitsOf: rest / UInt64(unit.nanoseconds))
        unit.symbol.withUTF8Buffer { $0.forEach(append) }
        rest %= UInt64(unit.nanoseconds)
      }
      return count
    }
  }
}

extension TextFormat {
  /// A length of time, from nothing to 100 years.
  package static let duration = duration(in: TimeSpan.zero...TimeSpan.longest)

  /// A length of time that is not nothing.
  package static let positiveDuration = duration(in: TimeSpan(nanoseconds: 1)...TimeSpan.longest)

  /// A length of time within `range`, whose bounds a pattern cannot say, except for "not nothing".
  package static func duration(in range: ClosedRange<TimeSpan>) -> TextFormat {
    let units = ["w", "d", "h", "m", "s", "ms", "us", "ns"]
    let lookahead = range.lowerBound == .zero ? "(?=[0-9])" : "(?=.*[1-9])"
    let example = [TimeSpan.minutes(10), .seconds(30), .hours(24), range.upperBound]
    return TextFormat(
      name: "a duration",
      pattern: "^" + lookahead + units.map { "(?:[0-9]{1,12}\($0))?" }.joined() + "$",
      example: (example.first(where: range.contains) ?? range.upperBound).description,
      meaning: .duration,
    ) { text throws(Problem) in
      let span = try TimeSpan(parsing: text)
      guard range.contains(span) else {
        throw Problem(
          range.lowerBound.nanoseconds == 1 && span == .zero
            ? "it must be longer than nothing"
            : "it must lie between \(range.lowerBound) and \(range.upperBound)")
      }
      return span.description
    }
  }
}
