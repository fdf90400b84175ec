package import CEL
internal import Resources

/// What expressions in manifests may use, by where they stand.
package enum ExpressionEnvironments {
  /// Functions and macros without any variable.
  package static let base = CELEnvironment(
    libraries: CELLibrary.all + [json], bounds: CELBounds(sourceBytes: 8192))

  /// `json(text)`, the value that a JSON text stands for.
  private static let json = CELLibrary(
    "json",
    functions: [
      CELFunction(
        "json", [.string], .dyn,
        .one { (value, frame) throws(CELFailure) in
          guard case .string(let text) = value else {
            throw CELFailure(.noSuchOverload, "json needs a string, not \(value.typeName)")
          }
          try frame.charge(bytes: text.utf8.count * 4)
          do throws(JSONError) {
            return CELValue(
              try JSONReader.read(Array(text.utf8), maximumDepth: 64, maximumBytes: 1 << 20))
          } catch {
            throw CELFailure(
              .invalidArgument, "the text is not JSON: \(error.message) at byte \(error.offset)")
          }
        })
    ])

  /// For expressions by themselves, at any size that is bearable, with time zones.
  package static func evaluation(offset: @escaping CELZoneResolver) -> CELEnvironment {
    CELEnvironment(
      libraries: CELLibrary.all + [json], bounds: CELBounds(sourceBytes: 1 << 16),
      offsetInZone: offset)
  }

  /// What is known of a run when it is over.
  package static let run = CELObjectType(
    name: "run",
    fields: [
      "exitCode": .int, "signal": .string, "stdout": .string, "stderr": .string,
      "duration": .duration, "attempt": .int, "probe": .string,
    ])

  /// For `Job.spec.success`.
  package static let success = base.declaring(["run": .object(run)])

  /// For a health gate: the conditions of the loop, and how many resources of each kind are live.
  package static let health = base.declaring([
    "conditions": .map(
      .string,
      .object(
        CELObjectType(
          name: "condition",
          fields: ["status": .string, "reason": .string, "message": .string]))),
    "counts": .map(.string, .int), "abandonedEffects": .int, "revision": .string,
  ])
}
