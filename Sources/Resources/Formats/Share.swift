/// A part of a fleet: a count of hosts or a percentage.
package enum Share: Hashable, Sendable {
  case count(Int)
  case percent(Int)

  /// Reads `3` or `10%`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let isPercent = text.utf8.last == UInt8(ascii: "%")
    guard let value = Digits.number(isPercent ? text.utf8.dropLast() : text.utf8[...]) else {
      throw TextFormat.Problem("it must be a whole number or a whole percentage")
    }
    guard !isPercent || value <= 100 && text.utf8.count <= 4 else {
      throw TextFormat.Problem("it is more than 100%")
    }
    self = isPercent ? .percent(value) : .count(value)
  }
}

extension Share: CustomStringConvertible {
  package var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .percent(let percent): "\(percent)%"
    }
  }
}

extension TextFormat {
  /// How many hosts take part: at least one, or at least 1%.
  package static let fleetShare = TextFormat(
    name: "a number of hosts or a percentage",
    pattern: "^(?:(?=.*[1-9])[0-9]{1,9}|(?:0{0,2}[1-9]|0?[1-9][0-9]|100)%)$", example: "10%",
    integers: [1...999_999_999],
  ) { text throws(Problem) in
    let share = try Share(parsing: text)
    if share == .count(0) || share == .percent(0) { throw Problem("it must be more than nothing") }
    return share.description
  }

  /// How many failures are too many: a count or a percentage, from nothing on.
  package static let failureBudget = TextFormat(
    name: "a number of hosts or a percentage",
    pattern: "^(?:[0-9]{1,9}|(?:0?[0-9]{1,2}|100)%)$", example: "10%",
    integers: [0...999_999_999],
  ) { text throws(Problem) in try Share(parsing: text).description }
}
