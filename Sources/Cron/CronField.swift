/// A field of a cron expression.
package enum CronField: Int, CaseIterable, Hashable, Sendable {
  case second, minute, hour, dayOfMonth, month, dayOfWeek

  package var name: String {
    switch self {
    case .second: "second"
    case .minute: "minute"
    case .hour: "hour"
    case .dayOfMonth: "day of month"
    case .month: "month"
    case .dayOfWeek: "day of week"
    }
  }

  /// The numbers that may be written; of the days of the week 0 and 7 are both Sunday.
  package var range: ClosedRange<Int> {
    switch self {
    case .second, .minute: 0...59
    case .hour: 0...23
    case .dayOfMonth: 1...31
    case .month: 1...12
    case .dayOfWeek: 0...7
    }
  }

  /// The range that `H` stands for: all values that every period has.
  var hashRange: ClosedRange<Int> {
    switch self {
    case .dayOfMonth: 1...28
    case .dayOfWeek: 0...6
    default: range
    }
  }

  /// The short names of the values, from the first on.
  var names: [String] {
    switch self {
    case .month:
      ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    default: []
    }
  }

  /// The mask of all values.
  var full: UInt64 { mask(from: range.lowerBound, to: range.upperBound, step: 1) }

  /// The mask of `from`, `from + step`, … up to `to`, and around the end where `to` is smaller.
  func mask(from: Int, to: Int, step: Int) -> UInt64 {
    var mask: UInt64 = 0
    // Around the end of a week there is one Sunday, not two.
    let last = from > to && self == .dayOfWeek ? 6 : range.upperBound
    let count = last - range.lowerBound + 1
    let end = from > to ? to + count : to
    for value in stride(from: from, through: end, by: step) {
      mask |= 1 << UInt64(value > last ? value - count : value)
    }
    return self == .dayOfWeek ? mask & 0x7F | mask >> 7 & 1 : mask
  }
}
