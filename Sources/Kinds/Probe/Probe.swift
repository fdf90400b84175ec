package import Resources

extension Kind {
  /// A host on which jobs run.
  package static let probe = Kind(
    name: "Probe",
    summary: "A host on which jobs run, with the labels that selectors look at.",
    spec: Probe.spec,
    sensitive: ["connection", "suspend"].map { JSONPointer(["spec", $0]) },
    example: Probe.example)
}

private enum Probe {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .defaulted(
      "connection", .choice(["agent", "server"]), to: "agent",
      "Who runs its jobs: an agent on the host, or the server itself."),
    .optional("suspend", .boolean, "Whether nothing starts there; by default not."),
  ])

  static let example = """
    apiVersion: writ/v1
    kind: Probe
    metadata:
      name: db-1
      labels: {role: db, site: berlin}
    spec:
      description: The first database
      connection: agent

    """
}
