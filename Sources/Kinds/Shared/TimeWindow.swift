internal import Resources

/// A stretch of the day that comes again on some days of the week.
enum TimeWindow {
  private static let fields: [Field] = [
    .defaulted(
      "days",
      .list(of: .format(.weekdays), ListRule(count: 1...7, order: .set, acceptsSingle: true)),
      to: ["mon-sun"], "The days of the week on which it begins, such as mon-fri."),
    .defaulted("from", .format(.timeOfDay), to: "00:00", "When it begins."),
    .defaulted(
      "to", .format(.endOfDay), to: "24:00",
      "Before when it ends; a time that is not later than from is on the next day."),
  ]

  /// A window in the time zone of what it stands in.
  static let object = ObjectShape(fields)
  static let shape = Shape.object(object)

  /// A window with a time zone of its own.
  static let zonedObject = ObjectShape(
    fields + [
      .defaulted("timeZone", .format(.timeZone), to: "UTC", "The time zone of from and to.")
    ])
  static let zonedShape = Shape.object(zonedObject)

  /// A set of windows.
  static let rule = ListRule(count: 1...64, order: .set)

  /// Refuses windows that are empty: those that end when they begin.
  static func check(
    _ windows: Value?, at tokens: [String], as shape: Shape, in check: SpecCheck,
    _ findings: inout SpecFindings,
  ) {
    for window in windows?.array ?? [] where window["from"] == window["to"] {
      findings.report(
        code: "contradiction", "the window ends at \(window["to"]?.string ?? "") when it begins",
        at: check.tokens(ofItem: window, in: tokens, as: shape),
        hint: "for the whole day leave out from and to")
    }
  }
}

/// A stretch of time from one instant up to another.
enum Period {
  /// Fields of a period with a beginning and an end.
  static let closed: [Field] = [
    .required("from", .format(.timestamp), "When it begins."),
    .required("until", .format(.timestamp), "Before when it ends."),
  ]

  /// A period of which one side may be open.
  static let open = ObjectShape(
    [
      .optional("from", .format(.timestamp), "When it begins; without it, always."),
      .optional("until", .format(.timestamp), "Before when it ends; without it, never."),
    ], atLeastOne: [["from", "until"]])

  /// Refuses a period that ends before it begins.
  static func check(_ period: Value?, at tokens: [String], _ findings: inout SpecFindings) {
    guard let from = Timestamp(in: period?["from"]), let until = Timestamp(in: period?["until"]),
      until <= from
    else { return }
    findings.report(
      code: "contradiction", "until \(until) is not after from \(from)", at: tokens + ["until"],
      related: tokens + ["from"])
  }
}
