package import Resources

extension Kind {
  /// A rule about changes, in CEL.
  package static let policy = Kind(
    name: "Policy",
    summary: "A rule about changes, in CEL, that warns, asks for approval, or denies.",
    spec: Policy.spec,
    sensitive: ["severity", "match", "validations", "variables"].map { JSONPointer(["spec", $0]) },
    example: Policy.example,
    check: Policy.check)
}

private enum Policy {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required(
      "severity", .choice(["deny", "approve", "warn"]),
      "What happens to a change that breaks the rule."),
    .defaulted("match", match, "Which changes it looks at; by default all."),
    .defaulted(
      "variables",
      .list(of: .object(variable), ListRule(count: 0...64, order: .unique(by: "name"))),
      to: [], "Expressions with names; each may use those before it, as variables.NAME."),
    .required(
      "validations", .list(of: .object(validation), ListRule(count: 1...64)),
      "What must be true, checked in this order."),
    .defaulted(
      "tests", .list(of: .object(test), ListRule(count: 0...256, order: .unique(by: "name"))),
      to: [],
      "Examples with what the policy must say about them."),
  ])

  private static let match = ObjectShape([
    .optional("kinds", Scope.kinds, "Only resources of these kinds."),
    .optional("changes", changes, "Only changes of these sorts."),
    .optional("selector", Selector.shape, "Only resources whose labels this matches."),
  ])

  private static let words = ["create", "update", "delete", "move"]
  private static let changes = Shape.list(
    of: .choice(words), ListRule(count: 1...4, order: .set))

  private static let variable = ObjectShape([
    .required("name", .format(.identifier), "The name."),
    .required("expression", .text(.expression), "What it stands for."),
  ])

  private static let validation = ObjectShape([
    .required("expression", .text(.expression), "What must be true."),
    .optional(
      "field", .text(TextRule(length: 1...1024, format: .fieldPath)),
      "The field of the resource that the message points to, such as spec.timeout."),
    .required("message", .text(TextRule(length: 1...4096)), "What is wrong where it is not true."),
  ])

  private static let test = ObjectShape(
    [
      .required("name", .text(.line), "What the example shows."),
      .optional(
        "object", .map(of: .anything, keys: TextRule(length: 1...253)), "The resource afterwards."),
      .optional(
        "oldObject", .map(of: .anything, keys: TextRule(length: 1...253)), "The resource before."),
      .optional(
        "change", .choice(words), "The change; by default what the objects make of it."),
      .required(
        "expect", .choice(["allow", "deny", "approve", "warn"]), "What the policy must say."),
    ], atLeastOne: [["object", "oldObject"]])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    Scope.check(input.spec["match"]?["kinds"], at: ["match", "kinds"], in: input, &findings)
    let severity = input.spec["severity"]?.string ?? ""
    for (index, test) in input.spec["tests"]?.items ?? [] {
      guard let word = test["expect"]?.string, word != "allow", word != severity else { continue }
      findings.report(
        code: "contradiction", "a policy of severity \(severity) never says \(word)",
        at: ["tests", "\(index)", "expect"], hint: "expect allow or \(severity)",
        related: ["severity"])
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
      variables:
        - {name: timeout, expression: object.spec.timeout}
      validations:
        - expression: variables.timeout <= duration('1h')
          field: spec.timeout
          message: critical jobs must finish within an hour
      tests:
        - name: long job is refused
          object: {kind: Job, metadata: {name: slow}, spec: {timeout: 2h}}
          expect: deny

    """
}

extension TextFormat {
  /// A path such as `spec.steps[0].timeout`.
  fileprivate static let fieldPath = TextFormat(
    name: "the path of a field",
    pattern: "^[A-Za-z_][A-Za-z0-9_-]*(?:\\.[A-Za-z_][A-Za-z0-9_-]*|\\[[0-9]{1,4}\\])*$",
    example: "spec.timeout",
  ) { text throws(Problem) in
    var rest = text.utf8[...]
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    func word() -> Bool {
      guard let first = rest.first, isLetter(first) else { return false }
      rest = rest.drop { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
      return true
    }
    func index() -> Bool {
      let digits = rest.prefix(while: isDigit)
      rest = rest.dropFirst(digits.count)
      return (1...4).contains(digits.count) && rest.popFirst() == UInt8(ascii: "]")
    }
    var isFine = word()
    while isFine, let next = rest.popFirst() {
      isFine = next == UInt8(ascii: ".") ? word() : next == UInt8(ascii: "[") && index()
    }
    guard isFine else { throw Problem("it must be names with \".\" between, such as spec.timeout") }
    return text
  }
}
