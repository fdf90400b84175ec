internal import CEL
internal import Resources

/// What the expressions of a policy may use.
enum PolicyVariables {
  private static let request = CELType.object(
    CELObjectType(
      name: "request",
      fields: ["author": .string, "authorName": .string, "signer": .string, "branch": .string]))

  private static func change(_ resource: CELType) -> CELType {
    .object(
      CELObjectType(
        name: "change",
        fields: [
          "action": .string, "kind": .string, "name": .string, "file": .string,
          "previousFile": .string, "object": resource, "oldObject": resource, "request": request,
        ]))
  }

  /// The types of the names, for a policy that looks at `kinds`.
  static func environment(kinds: [String], scope: String, parameters: Value?) -> CELEnvironment {
    let types = ShapeTypes.standard
    let resource = types.resource(ofKinds: kinds)
    let change = change(resource)
    // A rule about single changes sees all changes of the plan, of whatever kind.
    let changes = scope == "plan" ? change : Self.change(types.anyResource)
    let plan = CELType.object(
      CELObjectType(
        name: "plan", fields: ["changes": .list(changes), "counts": .map(.string, .int)]))
    var variables: [String: CELType] = [
      "plan": plan, "live": .object(CELObjectType(name: "live", fields: types.lists)),
      "params": .object(
        CELObjectType(
          name: "params",
          fields: Dictionary(
            (parameters?.members ?? []).map { ($0.key, CELType.dyn) }
          ) { first, _ in first })),
    ]
    if scope == "object" {
      variables["object"] = resource
      variables["oldObject"] = resource
      variables["change"] = change
      variables["request"] = request
    }
    return ExpressionEnvironments.base.declaring(variables)
  }
}
