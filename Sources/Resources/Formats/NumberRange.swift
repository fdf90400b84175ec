/// Whole numbers from one to another, both included.
package struct NumberRange: Hashable, Sendable {
  package let first: Int
  package let last: Int

  /// Reads `5`, `1:5` or, where both are positive, `1-5`.
  fileprivate init(parsing text: String) throws(TextFormat.Problem) {
    var rest = text.utf8[...]
    first = try Self.number(&rest)
    guard let separator = rest.popFirst() else {
      last = first
      return
    }
    guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-") && first > 0 else {
      throw TextFormat.Problem("it must be one number or two with \":\" between them")
    }
    last = try Self.number(&rest)
    guard rest.isEmpty, separator == UInt8(ascii: ":") || last > 0 else {
      throw TextFormat.Problem("it must be one number or two with \":\" between them")
    }
  }

  private static func number(
    _ rest: inout Substring.UTF8View,
  ) throws(TextFormat.Problem) -> Int {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let digits = rest.prefix(while: Digits.isDigit)
    guard digits.count <= 4, let number = Digits.number(digits) else {
      throw TextFormat.Problem("it must be one number or two with \":\" between them")
    }
    rest = rest.dropFirst(digits.count)
    return isNegative ? -number : number
  }

  var text: String { first == last ? "\(first)" : "\(first):\(last)" }
}

extension NumberRange {
  /// Reads days of a month: `1:5`, `15`, or `-3:-1` counted from the month's end.
  package init(parsingDaysOfMonth text: String) throws(TextFormat.Problem) {
    try self.init(parsing: text)
    for day in [first, last] where day == 0 || !(-31...31).contains(day) {
      throw TextFormat.Problem("a day is 1 to 31, or -1 to -31 from the end of the month")
    }
    guard !(first < 0 && last > 0), (first < 0) != (last < 0) || first <= last else {
      throw TextFormat.Problem("the range ends before it begins")
    }
  }

  /// Reads years: `2026` or `2026:2028`.
  package init(parsingYears text: String) throws(TextFormat.Problem) {
    try self.init(parsing: text)
    for year in [first, last] where !CivilDate.years.contains(year) {
      throw TextFormat.Problem(
        "a year lies between \(CivilDate.years.lowerBound) and \(CivilDate.years.upperBound)")
    }
    guard first <= last else { throw TextFormat.Problem("the range ends before it begins") }
  }
}

extension TextFormat {
  /// Days of a month; negative ones count from its end.
  package static let daysOfMonth = TextFormat(
    name: "a day of the month or a range of days",
    pattern: {
      let day = "0{0,2}[1-9]|0{0,2}[12][0-9]|0{0,2}3[01]"
      let positive = "(?:0{0,3}[1-9]|\(day))"
      return "^(?:\(positive)(?:[:-]\(positive)|:-\(positive))?|-\(positive)(?::-\(positive))?)$"
    }(),
    example: "1:5", integers: [-31 ... -1, 1...31],
  ) { text throws(Problem) in try NumberRange(parsingDaysOfMonth: text).text }

  /// One year or a range of years.
  package static let years = TextFormat(
    name: "a year or a range of years",
    pattern: "^(?:19[7-9][0-9]|2[01][0-9]{2})(?:[:-](?:19[7-9][0-9]|2[01][0-9]{2}))?$",
    example: "2026:2028", integers: [1970...2199],
  ) { text throws(Problem) in try NumberRange(parsingYears: text).text }
}
