internal import Resources

/// A selector over labels, with the meaning that Kubernetes gives it: all parts must hold.
package enum Selector {
  static let object = ObjectShape(
    [
      .optional(
        "matchLabels", .map(of: .text(.labelValue), keys: .labelKey),
        "Labels that must be there with these values."),
      .optional(
        "matchExpressions", .list(of: .object(expression), ListRule(count: 1...64, order: .set)),
        "Requirements that must all hold."),
    ], atLeastOne: [["matchLabels", "matchExpressions"]])

  static let shape = Shape.object(object)

  private static let expression = ObjectShape(
    [
      .required("key", .text(.labelKey), "The key of the label."),
      .required(
        "operator", .choice(["In", "NotIn", "Exists", "DoesNotExist"]),
        "How the label relates to the values; NotIn and DoesNotExist hold without the label."),
      .optional(
        "values", .list(of: .text(.labelValue), ListRule(count: 1...256, order: .set)),
        "The values of In and NotIn."),
    ],
    conditions: [
      .when("operator", in: ["In", "NotIn"], needs: ["values"]),
      .when("operator", in: ["Exists", "DoesNotExist"], forbids: ["values"]),
    ])
}
