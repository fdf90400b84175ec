package import Resources

extension Kind {
  /// Where alerts go.
  package static let routingPolicy = Kind(
    name: "RoutingPolicy",
    summary: "Where alerts go: whom they reach, how they are grouped, and when they are muted.",
    spec: RoutingPolicy.spec,
    sensitive: ["receivers", "escalation", "match", "mute", "active", "routes"].map {
      JSONPointer(["spec", $0])
    },
    example: RoutingPolicy.example,
    check: RoutingPolicy.check)
}

private enum RoutingPolicy {
  /// Fields that a nested route has too; there, what is missing comes from the route around it.
  private static let shared: [Field] = [
    .optional("owner", .object(owner), "Who answers for what is routed here."),
    .optional("runbookURL", .format(.url), "What to do, for those who are notified."),
    .optional(
      "escalation", .name(ofKind: "EscalationPolicy"), "Who is asked, and who next."),
  ]

  private static let receivers = Shape.list(
    of: .name(ofKind: "Receiver"), ListRule(count: 0...64, order: .set))
  private static let groupBy = Shape.list(
    of: .text(TextRule(length: 1...253)), ListRule(count: 0...64, order: .set))
  private static let wait = Shape.format(.duration(in: .zero...(.days(7))))
  private static let interval = Shape.format(.duration(in: .seconds(1)...(.days(365))))
  private static let names = Shape.list(
    of: .format(.resourceName), ListRule(count: 0...64, order: .set))

  private static let receiversSummary = "Who is notified at once, beside the escalation."
  private static let groupBySummary =
    "The labels whose values must be equal for alerts to be notified together; \"...\" means all."
  private static let waitSummary = "How long a new group waits for more alerts."
  private static let intervalSummary = "How long a group waits before it tells of new alerts."
  private static let repeatSummary = "How long until a group that still fires is told of again."
  private static let muteSummary = "Time intervals in which nothing is notified."
  private static let activeSummary = "Time intervals outside of which nothing is notified."
  private static let continueSummary = "Whether later siblings are tried too when this one fits."
  private static let matchSummary = "What an alert must be like; all must hold."
  private static let routesSummary =
    "Nested routes: the first that fits takes the alert, unless it says continue."

  static let spec = ObjectShape(
    shared + [
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .defaulted(
        "priority", .integer(-1_000_000...1_000_000), to: 0,
        "Which policy is tried first: the highest, and by name among equals."),
      .defaulted(
        "default", .boolean, to: false,
        "Whether it takes what no other policy takes; at most one policy does."),
      .defaulted("match", Matcher.list, to: [], matchSummary),
      .defaulted("receivers", receivers, to: [], receiversSummary),
      .defaulted("groupBy", groupBy, to: [], groupBySummary),
      .defaulted("groupWait", wait, to: "30s", waitSummary),
      .defaulted("groupInterval", interval, to: "5m", intervalSummary),
      .defaulted("repeatInterval", interval, to: "4h", repeatSummary),
      .defaulted("mute", names, to: [], muteSummary),
      .defaulted("active", names, to: [], activeSummary),
      .defaulted(
        "timeIntervals",
        .map(of: TimeIntervals.list, keys: TextRule(length: 1...63, format: .resourceName)),
        to: [:], "Time intervals of this policy, by name; they hide resources of the same name."),
      .defaulted(
        "continue", .boolean, to: false, "Whether policies of lower priority are tried too."),
      .defaulted("routes", routes, to: [], routesSummary),
    ])

  private static let route: ObjectShape = ObjectShape(
    shared + [
      .defaulted("match", Matcher.list, to: [], matchSummary),
      .optional("receivers", receivers, receiversSummary),
      .optional("groupBy", groupBy, groupBySummary),
      .optional("groupWait", wait, waitSummary),
      .optional("groupInterval", interval, intervalSummary),
      .optional("repeatInterval", interval, repeatSummary),
      .defaulted("mute", names, to: [], muteSummary),
      .defaulted("active", names, to: [], activeSummary),
      .defaulted("continue", .boolean, to: false, continueSummary),
      .defaulted("routes", routes, to: [], routesSummary),
    ])

  private static let routes: Shape = .list(
    of: .recursive(RecursiveShape("Route") { route }), ListRule(count: 0...256))

  private static let owner = ObjectShape([
    .required("label", .text(TextRule(length: 1...253)), "The team or the person."),
    .optional("contact", .text(TextRule(length: 1...1024)), "How to reach them."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    let spec = input.spec
    if spec["default"]?.bool == true {
      findings.claim("the default route", at: ["default"])
      if spec["match"]?.array?.isEmpty == false {
        findings.report(
          code: "contradiction",
          "a default policy takes what no other takes, so it cannot have match",
          at: ["match"], hint: "remove match, or remove default: true", related: ["default"])
      }
    }
    for (name, intervals) in (spec["timeIntervals"]?.members ?? []).map({ ($0.key, $0.value) }) {
      TimeIntervals.check(intervals, at: ["timeIntervals", name], in: input, &findings)
    }
    let local = Set((spec["timeIntervals"]?.members ?? []).map(\.key))
    checkRoute(spec, at: [], local, input, &findings)
    return findings
  }

  private static func checkRoute(
    _ route: Value, at tokens: [String], _ local: Set<String>, _ input: SpecCheck,
    _ findings: inout SpecFindings,
  ) {
    Matcher.check(route["match"], at: tokens + ["match"], in: input, &findings)
    for field in ["mute", "active"] {
      for name in route[field]?.array ?? [] {
        guard let text = name.string, !local.contains(text) else { continue }
        findings.refer(
          to: ResourceKey(kind: "TimeInterval", name: text),
          at: input.tokens(ofItem: name, in: tokens + [field], as: .format(.resourceName)))
      }
    }
    if let labels = route["groupBy"]?.array, labels.count > 1, labels.contains("...") {
      findings.report(
        code: "contradiction", "\"...\" in groupBy means all labels, so it stands alone",
        at: tokens + ["groupBy"])
    }
    for (index, nested) in route["routes"]?.items ?? [] {
      checkRoute(nested, at: tokens + ["routes", "\(index)"], local, input, &findings)
    }
  }

  static let example = """
    apiVersion: writ/v1
    kind: RoutingPolicy
    metadata:
      name: storage-critical
    spec:
      priority: 50
      default: false
      match:
        - {field: severity, op: "=", value: critical}
        - {field: label.team, op: "=~", value: "db|storage"}
      owner: {label: team-storage, contact: storage@example.com}
      runbookURL: https://runbooks.example.com/storage
      escalation: page-on-call
      receivers: [slack-storage]
      groupBy: [alertname, probe]
      groupWait: 30s
      groupInterval: 5m
      repeatInterval: 4h
      mute: [weekends]
      timeIntervals:
        weekends: [{weekdays: sat-sun, timeZone: Europe/Berlin}]
      continue: false
      routes:
        - match: [{field: label.tier, value: archive}]
          receivers: [archive-mail]
          groupWait: 5m
          routes:
            - {match: [{field: probe, op: prefix, value: cold-}], repeatInterval: 1d}

    """
}
