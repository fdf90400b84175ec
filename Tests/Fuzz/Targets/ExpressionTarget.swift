internal import CEL

extension FuzzTarget {
  /// Expressions in CEL: parsing, checking, and evaluating within a limit.
  static let expression = FuzzTarget(name: "expression") { bytes throws(BrokenPromise) in
    let source = bytes.text
    let length = source.utf8.count
    for isChecked in [true, false] {
      let program: CELProgram
      do throws(CELProblems) {
        program = try expressions.compile(source, isChecked: isChecked, recordsBranches: true)
      } catch {
        try require(!error.all.isEmpty, "\(source) is refused without a reason")
        for problem in error.all {
          try require(
            (0...length).contains(problem.offset) && problem.length >= 0
              && problem.offset + problem.length <= length + 1,
            "\(source): \(problem.offset) is not in it: \(problem)")
        }
        continue
      }
      let bindings = CELBindings(
        [
          "object": .map(["name": .string("a"), "list": .list([.int(1), .string("b")])]),
          "x": .int(7), "s": .string("text"),
        ], in: expressions)
      let first = program.trace(bindings, limit: 20_000)
      let again = program.trace(bindings, limit: 20_000)
      try require(first.cost == again.cost, "\(source) costs \(first.cost), then \(again.cost)")
      try require(
        describe(first.result) == describe(again.result), "\(source) is two values, one by one")
    }
  }

  private static let expressions = CELEnvironment(
    variables: ["object": .dyn, "x": .int, "s": .string], libraries: CELLibrary.all)

  private static func describe(_ result: Result<CELValue, CELFailure>) -> String {
    switch result {
    case .success(let value): value.typeName
    case .failure(let failure): "\(failure.code) \(failure.message)"
    }
  }
}
