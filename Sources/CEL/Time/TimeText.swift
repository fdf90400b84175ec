/// Times as texts.
package enum TimeText {
  /// The timestamp as RFC 3339 in UTC, with as many digits of the second as it needs.
  package static func text(of time: CELTimestamp) -> String {
    let clock = TimeClock(time, offset: 0)
    let date = clock.date
    var text = padded(date.year, to: 4)
    text += "-" + padded(date.month, to: 2) + "-" + padded(date.day, to: 2)
    text += "T" + padded(clock.hour, to: 2) + ":" + padded(clock.minute, to: 2)
    text += ":" + padded(clock.second, to: 2)
    return text + fraction(Int(time.nanos)) + "Z"
  }

  /// The duration in seconds, with as many decimal digits as it needs, such as `-1.5s`.
  package static func text(of span: CELDuration) -> String {
    let sign = span.seconds < 0 || span.nanos < 0 ? "-" : ""
    return sign + String(span.seconds.magnitude) + fraction(Int(span.nanos.magnitude)) + "s"
  }

  /// A number from 0 on with zeros before it up to `width` digits.
  private static func padded(_ number: Int, to width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  /// A point and the nanoseconds without the zeros at the end; nothing for 0.
  private static func fraction(_ nanoseconds: Int) -> String {
    guard nanoseconds > 0 else { return "" }
    var text = padded(nanoseconds, to: 9)
    while text.hasSuffix("0") { text.removeLast() }
    return "." + text
  }
}
