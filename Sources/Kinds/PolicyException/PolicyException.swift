package import Resources

extension Kind {
  /// What policies do not refuse for a while.
  package static let policyException = Kind(
    name: "PolicyException",
    summary: "What policies let pass for a while: which resources, and until when.",
    spec: PolicyException.spec,
    sensitive: ["policies", "match", "expires"].map { JSONPointer(["spec", $0]) },
    example: PolicyException.example,
    check: PolicyException.check)
}

private enum PolicyException {
  static let spec = ObjectShape([
    .required(
      "policies", .list(of: .name(ofKind: "Policy"), ListRule(count: 1...64, order: .set)),
      "The policies that it is an exception from."),
    .required("match", match, "Which resources it covers; all parts must hold."),
    .required("owner", .format(.person), "Who answers for it."),
    .required("reason", .text(.line), "Why there is an exception."),
    .required(
      "expires", .format(.timestamp), "When it runs out; the policies hold again from then on."),
  ])

  private static let match = Shape.object(
    ObjectShape(
      [
        .optional("kinds", Scope.kinds, "Only resources of these kinds."),
        .optional(
          "names", .list(of: .format(.resourceName), ListRule(count: 1...256, order: .set)),
          "Only resources of these names."),
        .optional("selector", Selector.shape, "Only resources whose labels this matches."),
        .optional(
          "paths", .list(of: .format(.pathPattern), ListRule(count: 1...64, order: .set)),
          "Only resources whose file one of these matches."),
      ], atLeastOne: [["kinds", "names", "selector", "paths"]]))

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    Scope.check(input.spec["match"]?["kinds"], at: ["match", "kinds"], in: input, &findings)
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: PolicyException
    metadata:
      name: year-end-dump
    spec:
      policies: [critical-jobs-finish]
      match: {kinds: [Job], names: [year-end-dump]}
      owner: ana
      reason: the archive takes three hours once a year
      expires: 2027-01-15T00:00:00Z

    """
}
