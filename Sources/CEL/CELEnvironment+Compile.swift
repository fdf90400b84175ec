extension CELEnvironment {
  /// Parses, checks and compiles `source`.
  ///
  /// - Parameters:
  ///   - source: the expression.
  ///   - expected: the type that the expression must give, if any.
  ///   - isChecked: whether types and names are checked; without, mistakes fail when they are
  ///     reached.
  ///   - recordsBranches: whether `CELProgram.trace` tells which branches were taken.
  /// - Throws: all problems that were found.
  package func compile(
    _ source: String, expecting expected: CELType? = nil, isChecked: Bool = true,
    recordsBranches: Bool = false
  ) throws(CELProblems) -> CELProgram {
    let syntax = try parse(source)
    let checked = try CELChecker.check(
      syntax, in: self, isStrict: isChecked, expecting: expected)
    var compiler = CELCompiler(
      environment: self, syntax: syntax, checked: checked, recordsBranches: recordsBranches,
      isStrict: isChecked)
    let code = compiler.code(syntax.root)
    guard compiler.problems.isEmpty else { throw CELProblems(compiler.problems) }
    return CELProgram(
      resultType: checked.types[syntax.root],
      variables: compiler.slots.sorted().map { variableNames[$0] },
      paths: compiler.paths.sorted(), branches: compiler.branches, run: code.run,
      test: code.asTest("the expression", at: syntax[syntax.root].offset),
      localCount: checked.localCount, slotCount: variableNames.count, offsetInZone: offsetInZone)
  }

  /// The tree of `source`, with macros expanded.
  package func parse(_ source: String) throws(CELProblems) -> CELSyntax {
    try CELParser.parse(
      source, bounds: bounds, macros: macros, hasOptionalSyntax: hasOptionalSyntax)
  }
}
