package import Resources

extension Kind {
  /// What may be done on hosts.
  package static let commandPolicy = Kind(
    name: "CommandPolicy",
    summary: "What jobs may do on some probes: how much, with which commands, to which files.",
    spec: CommandPolicy.spec,
    sensitive: ["level", "allowed", "blocked", "paths", "targets", "otherwise"].map {
      JSONPointer(["spec", $0])
    },
    example: CommandPolicy.example,
    check: CommandPolicy.check)
}

private enum CommandPolicy {
  private static let command = Shape.text(TextRule(length: 1...1024))

  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required(
      "level", .choice(["observe", "diagnose", "remediate"]),
      "How much a command may do: only look, look closely, or change something."),
    .defaulted(
      "targets", Targets.shape, to: ["all": true], "The probes on which it counts."),
    .defaulted(
      "allowed", .list(of: command, ListRule(count: 0...256, order: .set)), to: [],
      "Where there are any, every command must begin with the words of one of them."),
    .defaulted(
      "blocked", .list(of: command, ListRule(count: 0...256, order: .set)), to: [],
      "No command may begin with the words of one of them."),
    .defaulted(
      "paths", .list(of: .format(.absolutePath), ListRule(count: 0...256, order: .set)), to: [],
      "Where there are any, files are read and written only there or below, links resolved."),
    .defaulted(
      "otherwise", .choice(["deny", "queue"]), to: "deny",
      "What happens to a run that it does not allow: it is denied, or waits for approval."),
    .optional(
      "approval", Approval.shape, "Who may let a run go on that waits; needs otherwise: queue."),
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    Targets.check(input.spec["targets"] ?? .null, at: ["targets"], &findings)
    if input.spec["approval"] != nil, input.spec["otherwise"] != "queue" {
      findings.report(
        code: "contradiction", "approval is of no use where nothing waits", at: ["approval"],
        hint: "say otherwise: queue, or leave approval out", related: ["otherwise"])
    }
    return findings
  }

  static let example = """
    apiVersion: writ/v1
    kind: CommandPolicy
    metadata:
      name: databases
    spec:
      description: On the databases nothing is changed by hand
      level: diagnose
      targets:
        selector:
          matchLabels: {role: db}
      blocked: [pg_dropcluster, systemctl stop]
      paths: [/srv/backup, /var/log]
      otherwise: queue
      approval: {required: true, approvers: 1, roles: [operator]}

    """
}
