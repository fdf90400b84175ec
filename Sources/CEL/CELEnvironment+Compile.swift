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
    let resolver = CELResolver(environment: self, syntax: syntax, isStrict: isChecked)
    let checked =
      isChecked
      ? try CELChecker.check(syntax, resolver, expecting: expected)
      : CELChecked(unchecked: syntax.nodes.count)
    var compiler = CELCompiler(
      environment: self, syntax: syntax, resolved: resolver.resolved, checked: checked,
      isStrict: isChecked, recordsBranches: recordsBranches)
    return try compiler.compile()
  }

  /// The tree of `source`, with macros expanded.
  package func parse(_ source: String) throws(CELProblems) -> CELSyntax {
    try CELParser.parse(
      source, bounds: bounds, macros: macros, hasOptionalSyntax: hasOptionalSyntax)
  }
}
