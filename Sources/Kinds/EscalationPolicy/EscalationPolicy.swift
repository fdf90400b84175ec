package import Resources

extension Kind {
  /// Who is asked about an alert, and who next.
  package static let escalationPolicy = Kind(
    name: "EscalationPolicy",
    summary: "Who is notified of an alert, and who next when nobody answers.",
    spec: EscalationPolicy.spec,
    sensitive: ["steps", "repeat", "until"].map { JSONPointer(["spec", $0]) },
    example: EscalationPolicy.example,
    check: EscalationPolicy.check)
}

private enum EscalationPolicy {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required(
      "steps", .list(of: .object(step), ListRule(count: 1...50)),
      "The steps, each later than the one before."),
    .optional("repeat", .object(again), "Whether it begins again after the last step."),
    .defaulted(
      "until", .choice(["acknowledged", "resolved"]), to: "acknowledged", "What ends it early."),
  ])

  private static let step = ObjectShape([
    .required(
      "after", .format(.duration(in: .zero...(.days(30)))), "How long after the alert it happens."),
    .required(
      "notify", .list(of: .object(target), ListRule(count: 1...64, order: .set)),
      "Who is notified, all at once."),
    .optional("runbookURL", .format(.url), "What to do, for those who are notified."),
    .optional("description", .text(TextRule(length: 1...4096)), "What the step is for."),
  ])

  private static let target = ObjectShape(
    [
      .optional("receiver", .name(ofKind: "Receiver"), "A receiver."),
      .optional("onCall", .name(ofKind: "OnCall"), "Whoever is on call by this plan."),
      .optional(
        "rotation", .format(.resourceName), "Only this rotation of the plan; by default all."),
    ], exactlyOne: [["receiver", "onCall"]], requires: ["rotation": ["onCall"]])

  private static let again = ObjectShape([
    .required("times", .integer(1...1000), "How many times more."),
    .required(
      "every", .format(.duration(in: .seconds(1)...(.days(30)))),
      "How long after the last step, and then each time, it begins again."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    var last: TimeSpan?
    for (index, step) in input.spec["steps"]?.items ?? [] {
      guard let after = TimeSpan(in: step["after"]) else { continue }
      if let last, after <= last {
        findings.report(
          code: "wrong-order", "step \(index + 1) comes after \(after), not later than \(last)",
          at: ["steps", "\(index)", "after"],
          hint: after == last
            ? "notify both in one step" : "order the steps by after",
          related: ["steps", "\(index - 1)", "after"])
      }
      last = after
    }
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: EscalationPolicy
    metadata:
      name: page-on-call
    spec:
      steps:
        - {after: 0m, notify: [{onCall: storage, rotation: primary}]}
        - {after: 15m, notify: [{receiver: team-lead-mail}]}
        - after: 30m
          notify: [{receiver: incidents-slack}]
          runbookURL: https://runbooks.example.com/escalation
      repeat: {times: 2, every: 30m}
      until: acknowledged

    """
}
