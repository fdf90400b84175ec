package import Resources

extension Kind {
  /// A named stretch of time.
  package static let timeInterval = Kind(
    name: "TimeInterval",
    summary: "A named stretch of time, for routing policies to be quiet or active in.",
    spec: TimeInterval.spec,
    example: TimeInterval.example,
    check: TimeInterval.check)
}

private enum TimeInterval {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required("intervals", TimeIntervals.list, "The intervals, of which one must hold."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    TimeIntervals.check(input.spec["intervals"], at: ["intervals"], in: input, &findings)
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: TimeInterval
    metadata:
      name: out-of-hours
    spec:
      description: Nights and weekends
      intervals:
        - {weekdays: sat-sun, timeZone: Europe/Berlin}
        - weekdays: mon-fri
          times: [{from: "00:00", to: "08:00"}, {from: "18:00", to: "24:00"}]
          timeZone: Europe/Berlin
        - {daysOfMonth: ["-3:-1"], months: dec, years: ["2026:2028"]}

    """
}
