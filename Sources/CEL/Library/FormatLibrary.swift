extension CELLibrary {
  /// Formats with a name, as Kubernetes has them: `format.dns1123Label().validate(text)` gives what is
  /// wrong with a text, or nothing.
  package static let formats = CELLibrary(
    "formats", functions: FormatFunctions.all,
    constants: [CELConstant(type: "kubernetes.NamedFormat")])
}

private enum FormatFunctions {
  private static let type = CELType.opaque("kubernetes.NamedFormat")

  private static func boxed(_ format: NamedFormat) -> CELValue {
    .opaque(CELBox(format, typeName: "kubernetes.NamedFormat"))
  }

  static let all: [CELFunction] =
    NamedFormat.allCases.map { format in
      CELFunction("format.\(format.rawValue)", [], type, .zero { _ in boxed(format) })
    } + [
      CELFunction(
        "format.named", [.string], .optional(type),
        .one { name, _ throws(CELFailure) in
          let name = try CELArguments.string(name, "format.named")
          return .optional(CELOptional(NamedFormat(rawValue: name).map(boxed)))
        }),
      CELFunction(
        "validate", isMember: true, [type, .string], .optional(.list(.string)),
        .two { format, text, frame throws(CELFailure) in
          let format: NamedFormat = try CELArguments.boxed(format, "validate")
          let text = try CELArguments.string(text, "validate")
          try frame.charge(4 + text.utf8.count >> 2)
          let problems = format.problems(with: text)
          guard !problems.isEmpty else { return .optional(.none) }
          return .optional(CELOptional(.list(problems.map { .string($0) })))
        }),
    ]
}
