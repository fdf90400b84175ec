package import Resources

/// How far one time is from another, for people.
package enum RelativeTime {
  private static let units: [(seconds: Int64, name: String)] = [
    (86_400, "d"), (3600, "h"), (60, "min"), (1, "s"),
  ]

  /// `just now`, `2 min ago`, `in 3 h`; the date where it is more than 90 days away.
  package static func text(_ time: Timestamp, now: Timestamp) -> String {
    let (distance, overflow) = now.nanoseconds.subtractingReportingOverflow(time.nanoseconds)
    let seconds = Int64(distance.magnitude / 1_000_000_000)
    guard !overflow, seconds <= 90 * 86_400 else { return String(time.description.prefix(10)) }
    guard let unit = units.first(where: { seconds >= $0.seconds }), seconds >= 2 else {
      return "just now"
    }
    let length = "\(seconds / unit.seconds) \(unit.name)"
    return distance < 0 ? "in \(length)" : "\(length) ago"
  }
}
