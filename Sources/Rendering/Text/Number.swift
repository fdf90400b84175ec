/// Numbers for people.
package enum Number {
  /// Digits in groups of three: `9 981`.
  package static func text(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var result = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(" ") }
      result.append(digit)
    }
    return result
  }

  /// `1 error`, `2 errors`.
  package static func text(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(text(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// How long something took: `840 µs`, `3 ms`, `1.2 s`, `4 min 10 s`.
  package static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    switch microseconds {
    case ..<1000: return "\(microseconds) µs"
    case ..<1_000_000: return "\(microseconds / 1000) ms"
    case ..<60_000_000: return "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10) s"
    default: return "\(microseconds / 60_000_000) min \(microseconds / 1_000_000 % 60) s"
    }
  }
}
