package import Resources

extension Kind {
  /// When changes may be applied, and when not.
  package static let changeWindow = Kind(
    name: "ChangeWindow",
    summary: "When changes may be applied, and when not.",
    spec: ChangeWindow.spec,
    sensitive: ["mode", "windows", "periods", "scope"].map { JSONPointer(["spec", $0]) },
    example: ChangeWindow.example,
    check: ChangeWindow.check)
}

private enum ChangeWindow {
  static let spec = ObjectShape(
    [
      .required(
        "mode", .choice(["freeze", "allow"]),
        "Whether changes are held inside of the times, or outside of them."),
      .optional(
        "windows", .list(of: TimeWindow.zonedShape, TimeWindow.rule),
        "Times that come again each week."),
      .optional(
        "periods", .list(of: period, ListRule(count: 1...256, order: .set)),
        "Times from one instant up to another."),
      .required("reason", .text(.line), "Why, shown to those whose change is held."),
      .defaulted("scope", scope, "Which resources it is about; by default all."),
    ], atLeastOne: [["windows", "periods"]])

  private static let period = Shape.object(ObjectShape(Period.closed))

  private static let scope = ObjectShape([
    .optional("kinds", Scope.kinds, "Only resources of these kinds."),
    .optional("selector", Selector.shape, "Only resources whose labels this matches."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    TimeWindow.check(
      input.spec["windows"], at: ["windows"], as: TimeWindow.zonedShape, in: input, &findings)
    for value in input.spec["periods"]?.array ?? [] {
      Period.check(
        value, at: input.tokens(ofItem: value, in: ["periods"], as: period), &findings)
    }
    Scope.check(input.spec["scope"]?["kinds"], at: ["scope", "kinds"], in: input, &findings)
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: ChangeWindow
    metadata:
      name: year-end
    spec:
      mode: freeze
      periods:
        - {from: 2026-12-20T00:00:00+01:00, until: 2027-01-04T00:00:00+01:00}
      windows:
        - {days: fri, from: "16:00", to: "24:00", timeZone: Europe/Berlin}
      reason: nobody is there to mend it
      scope:
        kinds: [Job, Schedule]
        selector:
          matchExpressions:
            - {key: tier, operator: In, values: [critical, payments]}

    """
}
