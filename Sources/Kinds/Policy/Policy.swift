package import Resources

extension Kind {
  /// A rule about changes, in CEL.
  package static let policy = Kind(
    name: "Policy",
    summary: "A rule about changes, in CEL, that warns, asks for approval, or denies.",
    spec: Policy.spec,
    sensitive: [
      "severity", "scope", "match", "parameters", "validations", "variables", "approval",
    ].map { JSONPointer(["spec", $0]) },
    example: Policy.example,
    check: Policy.check)
}

private enum Policy {
  static let spec = ObjectShape(
    [
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .required(
        "severity", .choice(["deny", "approve", "warn"]),
        "What happens to a change that breaks the rule."),
      .defaulted(
        "scope", .choice(["object", "plan"]), to: "object",
        "Whether it looks at each change by itself, or once at all changes of a plan together."),
      .defaulted("match", PolicyShapes.match, "Which changes it looks at; by default all."),
      .defaulted(
        "parameters", .map(of: .anything, keys: TextRule(length: 1...63, format: .identifier)),
        to: [:], "Values that expressions know as params.NAME."),
      .defaulted(
        "variables",
        .list(
          of: .object(PolicyShapes.variable), ListRule(count: 0...64, order: .unique(by: "name"))),
        to: [], "Expressions with names; each may use those before it, as variables.NAME."),
      .required(
        "validations", .list(of: .object(PolicyShapes.validation), ListRule(count: 1...64)),
        "What must be true, checked in this order."),
      .optional(
        "approval", .object(PolicyShapes.approval),
        "Who must agree to a change that breaks the rule; by default one person."),
      .defaulted(
        "tests",
        .list(
          of: .object(PolicyShapes.test), ListRule(count: 0...256, order: .unique(by: "name"))),
        to: [], "Examples with what the policy must say about them."),
    ],
    conditions: [.when("severity", in: ["deny", "warn"], forbids: ["approval"])])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    Scope.check(input.spec["match"]?["kinds"], at: ["match", "kinds"], in: input, &findings)
    let mistakes = CompiledPolicy.compile(name: input.name, spec: input.spec).mistakes
    for mistake in mistakes {
      ExpressionCheck(input: input).report(mistake.problem, at: mistake.tokens, &findings)
    }
    let severity = input.spec["severity"]?.string ?? ""
    let scope = input.spec["scope"]?.string ?? ""
    for (index, test) in input.spec["tests"]?.items ?? [] {
      if let word = test["expect"]?.string, word != "allow", word != severity {
        findings.report(
          code: "contradiction", "a policy of severity \(severity) never says \(word)",
          at: ["tests", "\(index)", "expect"], hint: "expect allow or \(severity)",
          related: ["severity"])
      }
      let isAboutPlan = test["changes"] != nil
      if isAboutPlan != (scope == "plan") {
        findings.report(
          code: "contradiction",
          isAboutPlan
            ? "a policy of scope object is tested with object and oldObject, not with changes"
            : "a policy of scope plan is tested with changes",
          at: ["tests", "\(index)"], hint: "see: writ schema Policy", related: ["scope"])
      }
    }
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: Policy
    metadata:
      name: critical-jobs-finish
    spec:
      severity: deny
      match:
        kinds: [Job]
        changes: [create, update]
        selector: {matchLabels: {tier: critical}}
      parameters: {limit: 1h}
      variables:
        - {name: timeout, expression: object.spec.timeout}
      validations:
        - expression: variables.timeout <= duration(params.limit)
          field: spec.timeout
          message: critical jobs must finish within an hour
          reason: TooLong
      tests:
        - name: long job is refused
          object: {kind: Job, metadata: {name: slow}, spec: {timeout: 2h}}
          expect: deny

    """
}
