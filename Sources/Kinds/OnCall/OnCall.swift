package import Resources

extension Kind {
  /// Who is on call, and when.
  package static let onCall = Kind(
    name: "OnCall",
    summary: "Who is on call: rotations of people, and exceptions to them.",
    spec: OnCall.spec,
    sensitive: ["timeZone", "rotations", "overrides"].map { JSONPointer(["spec", $0]) },
    example: OnCall.example,
    check: OnCall.check)
}

private enum OnCall {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .defaulted(
      "timeZone", .format(.timeZone), to: "UTC",
      "The time zone in which shifts change and restrictions hold."),
    .required(
      "rotations",
      .list(of: .object(rotation), ListRule(count: 1...32, order: .unique(by: "name"))),
      "The rotations."),
    .defaulted(
      "overrides", .list(of: .object(override), ListRule(count: 0...1024, order: .set)), to: [],
      "Exceptions: who stands in, and when."),
  ])

  private static let rotation = ObjectShape([
    .required("name", .format(.resourceName), "The name, unique in the plan."),
    .required("start", .format(.timestamp), "When the first person's first shift begins."),
    .required("handoff", .object(handoff), "When the next person takes over."),
    .required(
      "people", .list(of: .format(.person), ListRule(count: 1...256)),
      "The people, in the order of their shifts; somebody may come more than once."),
    .optional(
      "restrict", .list(of: TimeWindow.shape, TimeWindow.rule),
      "When the rotation is on call; outside of it nobody of it is."),
  ])

  private static let handoff = ObjectShape([
    .required(
      "every", .format(.duration(in: .hours(1)...(.days(366)))),
      "How long a shift is; a day is a day of the calendar here, whatever the clocks do."),
    .optional(
      "at", .format(.timeOfDay), "At what time shifts change; by default at the time of start."),
  ])

  private static let override = ObjectShape(
    Period.closed + [
      .required("person", .format(.person), "Who is on call instead."),
      .optional(
        "rotation", .format(.resourceName),
        "In which rotation; may be left out where there is only one."),
      .optional("reason", .text(.line), "Why."),
    ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    let rotations = input.spec["rotations"]
    let names = (rotations?.array ?? []).compactMap { $0["name"]?.string }
    for (index, rotation) in rotations?.items ?? [] {
      TimeWindow.check(
        rotation["restrict"], at: ["rotations", "\(index)", "restrict"], as: TimeWindow.shape,
        in: input, &findings)
      if let every = TimeSpan(in: rotation["handoff"]?["every"]), rotation["handoff"]?["at"] != nil,
        every.nanoseconds % TimeSpan.days(1).nanoseconds != 0
      {
        findings.report(
          code: "contradiction", "shifts of \(every) cannot all change at one time of day",
          at: ["rotations", "\(index)", "handoff", "at"],
          hint: "remove at, or let shifts last whole days",
          related: ["rotations", "\(index)", "handoff", "every"])
      }
    }
    var earlier: [(rotation: String, from: Timestamp, until: Timestamp, tokens: [String])] = []
    for override in input.spec["overrides"]?.array ?? [] {
      let tokens = input.tokens(ofItem: override, in: ["overrides"], as: .object(Self.override))
      Period.check(override, at: tokens, &findings)
      guard
        let rotation = rotation(of: override, names, tokens, &findings),
        let from = Timestamp(in: override["from"]), let until = Timestamp(in: override["until"])
      else { continue }
      if let other = earlier.first(where: {
        $0.rotation == rotation && $0.from < until && from < $0.until
      }) {
        findings.report(
          code: "contradiction",
          "two overrides of rotation \"\(rotation)\" overlap, so who is on call is not clear",
          at: tokens, related: other.tokens)
      }
      earlier.append((rotation, from, until, tokens))
    }
    return findings
  }

  /// The rotation that an override means; nil after a report where it means none.
  private static func rotation(
    of override: Value, _ names: [String], _ tokens: [String], _ findings: inout SpecFindings,
  ) -> String? {
    guard let name = override["rotation"]?.string else {
      if names.count == 1 { return names.first }
      findings.report(
        code: "missing-field", "the plan has several rotations, so an override must say which",
        at: tokens, hint: "rotation: one of \(names.joined(separator: ", "))")
      return nil
    }
    if names.contains(name) { return name }
    findings.report(
      code: "unknown-value", "there is no rotation \"\(name)\" in this plan",
      at: tokens + ["rotation"],
      hint: Suggestion.didYouMean(name, among: names)
        ?? "rotations are \(names.joined(separator: ", "))")
    return nil
  }

  static let example = """
    apiVersion: writ/v1
    kind: OnCall
    metadata:
      name: storage
    spec:
      timeZone: Europe/Berlin
      rotations:
        - name: primary
          start: 2026-01-05T08:00:00Z
          handoff: {every: 7d, at: "09:00"}
          people: [ana, ben, chloe]
        - name: nights
          start: 2026-01-05T08:00:00Z
          handoff: {every: 1d}
          people: [dan, eve]
          restrict: [{days: mon-fri, from: "20:00", to: "08:00"}]
      overrides:
        - rotation: primary
          person: eve
          from: 2026-12-24T00:00:00Z
          until: 2026-12-27T00:00:00Z
          reason: holidays

    """
}
