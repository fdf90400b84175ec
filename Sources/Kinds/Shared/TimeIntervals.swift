internal import Resources

/// Named stretches of time with the meaning that Alertmanager gives them.
enum TimeIntervals {
  /// Intervals of which one must hold.
  static let list = Shape.list(of: shape, ListRule(count: 1...64, order: .set))

  private static let shape = Shape.object(object)

  private static let object = ObjectShape(
    [
      .optional(
        "times", .list(of: .object(times), ListRule(count: 1...64, order: .set)),
        "Times of the day, of which one must hold."),
      .optional(
        "weekdays",
        .list(of: .format(.weekdays), ListRule(count: 1...7, order: .set, acceptsSingle: true)),
        "Days of the week, such as mon-fri."),
      .optional(
        "daysOfMonth",
        .list(of: .format(.daysOfMonth), ListRule(count: 1...64, order: .set, acceptsSingle: true)),
        "Days of the month, such as 1:5, or -3:-1 for the last three."),
      .optional(
        "months",
        .list(of: .format(.months), ListRule(count: 1...12, order: .set, acceptsSingle: true)),
        "Months, such as jan-mar."),
      .optional(
        "years",
        .list(of: .format(.years), ListRule(count: 1...64, order: .set, acceptsSingle: true)),
        "Years, such as 2026:2028."),
      .defaulted("timeZone", .format(.timeZone), to: "UTC", "The time zone of all of it."),
    ], atLeastOne: [["times", "weekdays", "daysOfMonth", "months", "years"]])

  private static let times = ObjectShape([
    .required("from", .format(.timeOfDay), "When it begins."),
    .required("to", .format(.endOfDay), "Before when it ends, on the same day."),
  ])

  static func check(
    _ intervals: Value?, at tokens: [String], in check: SpecCheck, _ findings: inout SpecFindings,
  ) {
    for interval in intervals?.array ?? [] {
      for range in interval["times"]?.array ?? [] {
        guard let from = range["from"]?.string, let to = range["to"]?.string, to <= from else {
          continue
        }
        let outer = check.tokens(ofItem: interval, in: tokens, as: shape) + ["times"]
        findings.report(
          code: "contradiction", "\(to) is not after \(from)",
          at: check.tokens(ofItem: range, in: outer, as: .object(times)) + ["to"],
          hint: "a time across midnight is two: \(from) to 24:00, and 00:00 to \(to)")
      }
    }
  }
}
