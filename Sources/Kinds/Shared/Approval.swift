internal import Resources

/// Who must agree before something runs.
enum Approval {
  static let object = ObjectShape([
    .defaulted("required", .boolean, to: true, "Whether it waits for approval at all."),
    .defaulted(
      "approvers", .integer(1...20), to: 1, "How many people must approve, each counted once."),
    .defaulted(
      "roles", .list(of: .format(.word), ListRule(count: 0...32, order: .set)), to: [],
      "Roles of which an approver must have one; none means anybody who may approve."),
    .optional("reason", .text(.line), "Why it needs approval, shown to those who are asked."),
  ])

  static let shape = Shape.object(object)
}
