/// A time on a wall clock, in minutes after midnight; 1440 is the end of the day.
package struct TimeOfDay: Hashable, Comparable, Sendable {
  package let minutes: Int

  /// Reads `22:00`, and `24:00` as the end of the day.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = Digits.number(bytes[..<2]),
      let minute = Digits.number(bytes[3...])
    else {
      throw TextFormat.Problem(
        "it must look like 22:00", hint: "write hours and minutes with two digits each")
    }
    guard hour < 24 && minute < 60 || hour == 24 && minute == 0 else {
      throw TextFormat.Problem("there is no such time of day")
    }
    minutes = hour * 60 + minute
  }

  package static func < (a: TimeOfDay, b: TimeOfDay) -> Bool { a.minutes < b.minutes }
}

extension TextFormat {
  /// The time at which something begins: `00:00` to `23:59`.
  package static let timeOfDay = TextFormat(
    name: "a time of day", pattern: "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", example: "22:00",
  ) { text throws(Problem) in
    if try TimeOfDay(parsing: text).minutes == 1440 {
      throw Problem("nothing begins at the end of the day", hint: "write \"00:00\"")
    }
    return text
  }

  /// The time before which something ends: `00:01` to `24:00`, where `00:00` means `24:00` too.
  package static let endOfDay = TextFormat(
    name: "a time of day", pattern: "^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", example: "04:00",
  ) { text throws(Problem) in
    try TimeOfDay(parsing: text).minutes == 0 ? "24:00" : text
  }
}
