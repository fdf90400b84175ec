internal import Resources

/// The probes that something runs on.
enum Targets {
  static let object = ObjectShape(
    [
      .optional("selector", Selector.shape, "The probes whose labels this matches."),
      .optional(
        "probes",
        .list(of: .format(.resourceName), ListRule(count: 1...10_000, order: .set)),
        "The probes with these names; local is the one in the server."),
      .optional("all", .boolean, "Every probe, where it is true."),
    ], exactlyOne: [["selector", "probes", "all"]])

  static let shape = Shape.object(object)

  static func check(_ spec: Value, at tokens: [String], _ findings: inout SpecFindings) {
    guard spec["all"]?.bool == false else { return }
    findings.report(
      code: "unknown-value", "all: false targets nothing", at: tokens + ["all"],
      hint: "write all: true, or name probes, or give a selector")
  }
}
