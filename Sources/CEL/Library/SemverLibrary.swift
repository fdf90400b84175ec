extension CELLibrary {
  /// Semantic versions: `semver` and `isSemver`.
  package static let semver = CELLibrary(
    "semver", functions: SemverFunctions.makers + SemverFunctions.others,
    constants: [CELConstant(type: "kubernetes.Semver")])
}

private enum SemverFunctions {
  private static let type = CELType.opaque("kubernetes.Semver")

  static let makers: [CELFunction] = [
    CELFunction(
      "semver", [.string], type,
      .one { text, _ throws(CELFailure) in try version(text, normalizes: false) }),
    CELFunction(
      "semver", [.string, .bool], type,
      .two { text, normalizes, _ throws(CELFailure) in
        try version(text, normalizes: CELArguments.bool(normalizes, "semver"))
      }),
    CELFunction(
      "isSemver", [.string], .bool,
      .one { text, _ throws(CELFailure) in
        let text = try CELArguments.string(text, "isSemver")
        return .bool(SemanticVersion(parsing: text) != nil)
      }),
    CELFunction(
      "isSemver", [.string, .bool], .bool,
      .two { text, normalizes, _ throws(CELFailure) in
        let text = try CELArguments.string(text, "isSemver")
        let normalizes = try CELArguments.bool(normalizes, "isSemver")
        return .bool(SemanticVersion(parsing: text, normalizes: normalizes) != nil)
      }),
  ]

  private static func version(
    _ value: CELValue, normalizes: Bool
  ) throws(CELFailure) -> CELValue {
    let text = try CELArguments.string(value, "semver")
    guard let version = SemanticVersion(parsing: text, normalizes: normalizes) else {
      throw CELFailure(
        .invalidArgument,
        "'\(CELRendering.cut(text))' is no semantic version such as 1.2.3-rc.1")
    }
    return .opaque(CELBox(version, typeName: "kubernetes.Semver"))
  }

  private static func number(
    _ name: String, _ read: @escaping @Sendable (SemanticVersion) -> UInt64
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [type], .int,
      .one { value, _ throws(CELFailure) in
        guard let number = Int64(exactly: read(try CELArguments.boxed(value, name))) else {
          throw CELFailure(
            .overflow, "the \(name) number of the version is out of the range of int")
        }
        return .int(number)
      })
  }

  private static func comparison(
    _ name: String, _ result: CELType, _ compare: @escaping @Sendable (Int64) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [type, type], result,
      .two { one, other, _ throws(CELFailure) in
        let one: SemanticVersion = try CELArguments.boxed(one, name)
        let other: SemanticVersion = try CELArguments.boxed(other, name)
        return compare(one.compare(to: other))
      })
  }

  static let others: [CELFunction] = [
    number("major") { $0.major },
    number("minor") { $0.minor },
    number("patch") { $0.patch },
    comparison("isGreaterThan", .bool) { .bool($0 > 0) },
    comparison("isLessThan", .bool) { .bool($0 < 0) },
    comparison("compareTo", .int) { .int($0) },
  ]
}
