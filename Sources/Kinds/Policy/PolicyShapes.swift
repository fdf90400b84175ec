internal import Resources

/// The parts of a policy.
enum PolicyShapes {
  static let match = ObjectShape([
    .optional("kinds", Scope.kinds, "Only resources of these kinds."),
    .optional("changes", changes, "Only changes of these sorts."),
    .optional("selector", Selector.shape, "Only resources whose labels this matches."),
    .optional(
      "paths", .list(of: .format(.pathPattern), ListRule(count: 1...64, order: .set)),
      "Only resources whose file one of these matches, before or after the change."),
  ])

  static let words = ["create", "update", "delete", "move"]
  static let changes = Shape.list(
    of: .choice(words), ListRule(count: 1...4, order: .set))

  static let variable = ObjectShape([
    .required("name", .format(.identifier), "The name."),
    .required("expression", .text(.expression), "What it stands for."),
  ])

  static let validation = ObjectShape(
    [
      .required("expression", .text(.expression), "What must be true."),
      .optional(
        "field", .text(TextRule(length: 1...1024, format: .fieldPath)),
        "The field of the resource that the message points to, such as spec.timeout."),
      .optional(
        "message", .text(TextRule(length: 1...4096)), "What is wrong where it is not true."),
      .optional(
        "messageExpression", .text(.expression),
        "The same as an expression that gives text; where that fails, message stands."),
      .optional("reason", .format(.word), "One word for scripts, such as TooLong."),
    ], atLeastOne: [["message", "messageExpression"]])

  static let approval = ObjectShape([
    .defaulted(
      "approvers", .integer(1...20), to: 1, "How many people must approve, each counted once."),
    .defaulted(
      "roles", .list(of: .name(ofKind: "Role"), ListRule(count: 0...32, order: .set)), to: [],
      "Roles of which an approver must have one; none means anybody but the authors."),
  ])

  private static let object = Shape.map(of: .anything, keys: TextRule(length: 1...253))

  private static let tested = [
    Field.optional("object", object, "The resource afterwards."),
    .optional("oldObject", object, "The resource before."),
    .optional(
      "change", .choice(words), "The change; by default what the objects make of it."),
    .optional(
      "file", .text(TextRule(length: 1...1024)), "The file that the resource stands in."),
    .optional(
      "previousFile", .text(TextRule(length: 1...1024)),
      "The file that it stood in before, where it is another one."),
  ]

  static let test = ObjectShape(
    [.required("name", .text(.line), "What the example shows.")] + tested + [
      .optional(
        "changes",
        .list(
          of: .object(ObjectShape(tested, atLeastOne: [["object", "oldObject"]])),
          ListRule(count: 0...256)),
        "For a policy of scope plan: all changes of the plan."),
      .optional("request", .object(requester), "Who asks for the change."),
      .optional(
        "live",
        .map(
          of: .list(of: object, ListRule()), keys: TextRule(length: 1...63, format: .kindName)),
        "What is live before the change, as lists of resources by kind."),
      .required(
        "expect", .choice(["allow", "deny", "approve", "warn"]), "What the policy must say."),
      .optional(
        "message", .text(TextRule(length: 1...4096)), "A part of what it says, where it objects."),
    ],
    atLeastOne: [["object", "oldObject", "changes"]],
    exclusive: [["object", "changes"], ["oldObject", "changes"]])

  private static let requester = ObjectShape([
    .optional("author", .text(.line), "The e-mail address of the author."),
    .optional("authorName", .text(.line), "The name of the author."),
    .optional("signer", .text(.line), "The principal that signed, where that was verified."),
    .optional("branch", .text(.line), "The branch."),
  ])
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
