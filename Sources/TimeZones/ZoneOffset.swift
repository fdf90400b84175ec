/// How clocks differ from UTC for a while.
package struct ZoneOffset: Hashable, Sendable {
  /// Seconds east of UTC, at most ``limit`` to either side.
  package let seconds: Int
  /// Whether this is daylight saving time.
  package let isDST: Bool
  /// The short name, such as `CEST` or `+03`.
  package let abbreviation: String

  package init(seconds: Int, isDST: Bool = false, abbreviation: String) {
    self.seconds = seconds
    self.isDST = isDST
    self.abbreviation = abbreviation
  }

  /// No place is further from UTC than 26 hours (RFC 8536, section 3.2).
  package static let limit = 26 * 3600

  /// An offset as RFC 3339 writes it: `+02:00`, `-03:30`, `Z` for none.
  ///
  /// Offsets that are not whole minutes, as before standard time, get their seconds: `+00:53:28`.
  package static func text(seconds: Int) -> String {
    guard seconds != 0 else { return "Z" }
    let size = seconds.magnitude
    var text = "\(seconds < 0 ? "-" : "+")\(CivilTime.padded(Int(size / 3600), 2))"
    text += ":\(CivilTime.padded(Int(size / 60 % 60), 2))"
    return size % 60 == 0 ? text : "\(text):\(CivilTime.padded(Int(size % 60), 2))"
  }
}
