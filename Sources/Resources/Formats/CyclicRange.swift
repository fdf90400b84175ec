/// Names that follow each other in a circle, such as the days of a week.
struct CyclicNames: Sendable {
  /// In order; the first three letters of each are its short name.
  let names: [String]
  /// The number that stands for the first name, where numbers are allowed.
  let firstNumber: Int?

  static let weekdays = CyclicNames(
    names: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    firstNumber: nil)

  static let months = CyclicNames(
    names: [
      "january", "february", "march", "april", "may", "june", "july", "august", "september",
      "october", "november", "december",
    ], firstNumber: 1)

  func short(_ index: Int) -> String { String(names[index].prefix(3)) }

  /// Reads `mon`, `mon-fri`, `saturday:sunday` or, across the end of the circle, `fri-mon`.
  func range(parsing text: String) throws(TextFormat.Problem) -> (first: Int, last: Int) {
    let sides = text.asciiLowercased.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == ":" })
    guard sides.count <= 2, let first = sides.first, let last = sides.last else {
      throw TextFormat.Problem("it must be one name or two with \"-\" between them")
    }
    return (try index(first), try index(last))
  }

  private func index(_ word: Substring) throws(TextFormat.Problem) -> Int {
    if let index = names.firstIndex(where: { $0 == word || $0.prefix(3) == word }) { return index }
    if let firstNumber, word.utf8.count <= 2, let number = Digits.number(word.utf8),
      names.indices.contains(number - firstNumber)
    {
      return number - firstNumber
    }
    throw TextFormat.Problem(
      "there is no \"\(word.prefix(20))\"",
      hint: Suggestion.didYouMean(String(word.prefix(20)), among: names)
        ?? "use \(names.indices.map(short).joined(separator: ", "))")
  }

  /// The one way to write a range: short names, and the whole circle from its beginning.
  func text(_ range: (first: Int, last: Int)) -> String {
    let (first, last) = range
    if first == last { return short(first) }
    if (last + 1) % names.count == first { return "\(short(0))-\(short(names.count - 1))" }
    return "\(short(first))-\(short(last))"
  }

  /// Exactly the texts that `range(parsing:)` reads.
  var pattern: String {
    func anyCase(_ text: Substring) -> String {
      text.map { "[\(String($0).asciiUppercased)\($0)]" }.joined()
    }
    var words = names.map { name in
      name.count == 3
        ? anyCase(name[...]) : anyCase(name.prefix(3)) + "(?:\(anyCase(name.dropFirst(3))))?"
    }
    if firstNumber == 1, names.count == 12 { words.append("0?[1-9]|1[0-2]") }
    let word = "(?:\(words.joined(separator: "|")))"
    return "^\(word)(?:[:-]\(word))?$"
  }
}

/// Days of the week as a bit-mask; Monday is bit 0.
package struct WeekdayRange: Hashable, Sendable {
  package let mask: UInt8

  /// Reads `mon`, `mon-fri` or `saturday:sunday`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let (first, last) = try CyclicNames.weekdays.range(parsing: text)
    let count = (last - first + 7) % 7 + 1
    mask = (0..<count).reduce(0) { $0 | 1 << UInt8((first + $1) % 7) }
  }
}

/// Months as a bit-mask; January is bit 0.
package struct MonthRange: Hashable, Sendable {
  package let mask: UInt16

  /// Reads `jan`, `nov-feb` or `3:5`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let (first, last) = try CyclicNames.months.range(parsing: text)
    let count = (last - first + 12) % 12 + 1
    mask = (0..<count).reduce(0) { $0 | 1 << UInt16((first + $1) % 12) }
  }
}

extension TextFormat {
  /// One day of the week or a range of them.
  package static let weekdays = TextFormat(
    name: "a day of the week or a range of days", pattern: CyclicNames.weekdays.pattern,
    example: "mon-fri",
  ) { text throws(Problem) in
    CyclicNames.weekdays.text(try CyclicNames.weekdays.range(parsing: text))
  }

  /// One month or a range of them.
  package static let months = TextFormat(
    name: "a month or a range of months", pattern: CyclicNames.months.pattern, example: "jan-mar",
    integers: [1...12],
  ) { text throws(Problem) in
    CyclicNames.months.text(try CyclicNames.months.range(parsing: text))
  }
}
