/// What calendar and clock show at an instant, at a place with a given offset from UTC.
package struct TimeClock: Hashable, Sendable {
  /// The day.
  package let date: CivilDate
  /// The hour, 0 to 23.
  package let hour: Int
  /// The minute, 0 to 59.
  package let minute: Int
  /// The second, 0 to 59.
  package let second: Int
  /// The thousandths of the second, 0 to 999.
  package let millisecond: Int

  /// Reads calendar and clock at `instant`, `offset` seconds east of UTC.
  package init(_ instant: CELTimestamp, offset: Int) {
    let local = Int(instant.seconds) + offset
    var days = local / 86_400
    var rest = local % 86_400
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    date = CivilDate(daysSinceEpoch: days)
    hour = rest / 3_600
    minute = rest / 60 % 60
    second = rest % 60
    millisecond = Int(instant.nanos) / 1_000_000
  }
}

/// Finds the offset of a time zone from UTC.
package enum TimeZones {
  /// The seconds east of UTC in `zone` at `instant`; names other than UTC go to `resolver`.
  package static func offset(
    of zone: String, at instant: CELTimestamp, _ resolver: CELZoneResolver
  ) throws(CELFailure) -> Int {
    if zone.isEmpty || zone == "UTC" || zone == "Z" { return 0 }
    if let fixed = fixedOffset(zone) { return fixed }
    if zone.utf8.count <= 64, let found = resolver(zone, instant.seconds), abs(found) <= 86_400 {
      return found
    }
    throw CELFailure(
      .invalidArgument,
      "unknown time zone \"\(zone.prefix(64))\"; write a name such as Europe/Berlin, or an offset "
        + "such as +02:00")
  }

  /// Reads `+hh:mm`, `-hh:mm` or `hh:mm`.
  private static func fixedOffset(_ text: String) -> Int? {
    var bytes = Array(text.utf8)[...]
    var sign = 1
    if bytes.first == UInt8(ascii: "-") { sign = -1 }
    if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
    let digits = bytes.map { Int($0) - 0x30 }
    guard digits.count == 5, bytes[bytes.startIndex + 2] == UInt8(ascii: ":"),
      [0, 1, 3, 4].allSatisfy({ (0...9).contains(digits[$0]) })
    else { return nil }
    let hours = digits[0] * 10 + digits[1]
    let minutes = digits[3] * 10 + digits[4]
    guard hours <= 23, minutes <= 59 else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }
}
