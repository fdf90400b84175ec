package import Resources

extension Kind {
  /// A versioned workflow of steps.
  package static let automationPack = Kind(
    name: "AutomationPack",
    summary: "A versioned workflow of steps, with inputs, approvals, rollback and outcomes.",
    spec: AutomationPack.spec,
    sensitive: ["steps", "approval", "inputs"].map { JSONPointer(["spec", $0]) },
    example: AutomationPack.example,
    check: AutomationPack.check,
    checkTransition: AutomationPack.checkTransition)
}

private enum AutomationPack {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required(
      "version", .format(.semanticVersion),
      "The version; what a version contains never changes."),
    .defaulted(
      "inputs",
      .list(of: .object(PackInput.object), ListRule(count: 0...128, order: .unique(by: "name"))),
      to: [], "What whoever starts it gives, or may give."),
    .optional("approval", Approval.shape, "Who must agree before it starts."),
    .required(
      "steps",
      .list(of: .object(PackStep.object), ListRule(count: 1...256, order: .unique(by: "id"))),
      "The steps; without needs they run in this order."),
    .defaulted(
      "outcomes", .list(of: .object(PackStep.outcome), ListRule(count: 0...64)), to: [],
      "What must be true after the last step."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    for (index, value) in input.spec["inputs"]?.items ?? [] {
      PackInput.check(value, at: ["inputs", "\(index)"], &findings)
    }
    PackStep.check(input.spec, in: input, &findings)
    return findings
  }

  @Sendable static func checkTransition(_ old: Value, _ new: Value) -> [TransitionProblem] {
    guard old != new, let version = new["version"]?.string, old["version"]?.string == version else {
      return []
    }
    return [
      TransitionProblem(
        code: "immutable-version",
        message: "version \(version) is there already, with other content",
        pointer: JSONPointer(["spec", "version"]),
        hint: "give the changed pack a new version, or undo the change")
    ]
  }

  static let example = """
    apiVersion: writ/v1
    kind: AutomationPack
    metadata:
      name: lb-maintenance
    spec:
      version: 1.2.0
      inputs:
        - {name: environment, type: string, required: true, enum: [staging, prod]}
        - {name: hosts, type: array, required: true, constraints: {minItems: 1}}
        - {name: grace, type: integer, default: 30, constraints: {minimum: 0, maximum: 600}}
      approval: {required: true, approvers: 1, roles: [operator]}
      steps:
        - id: drain
          job: lb-drain
          with: {host: "${{ inputs.hosts[0] }}", grace: "${{ inputs.grace }}"}
          needs: []
          if: inputs.environment == 'prod'
          forEach: inputs.hosts
          mutating: true
          timeout: 5m
          retries: 2
          approval: {approvers: 2}
          outputs: {lag: json(run.stdout).lag}
          rollback: {job: lb-undrain, timeout: 1m}
          outcomes: [{description: no traffic left, check: outputs.lag < 5, required: true}]
        - id: restart
          needs: [drain]
          action: {systemd: {operation: restart, unit: nginx.service}}

    """
}
