package import Resources

extension Kind {
  /// People who may do the same things.
  package static let role = Kind(
    name: "Role",
    summary: "People who may do the same things, such as to approve changes.",
    spec: Role.spec,
    sensitive: [JSONPointer(["spec", "people"])],
    example: Role.example)
}

private enum Role {
  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .required(
      "people", .list(of: .format(.person), ListRule(count: 1...1024, order: .set)),
      "Who has it, by name or e-mail address, as they approve."),
  ])

  static let example = """
    apiVersion: writ/v1
    kind: Role
    metadata:
      name: operator
    spec:
      description: May approve changes to production
      people: [ana, ben@example.com]

    """
}
