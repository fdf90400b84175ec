internal import CEL
internal import Resources

/// Checks the expressions of a manifest when it is decoded.
struct ExpressionCheck {
  let input: SpecCheck

  /// Compiles the expression at `tokens`, and reports every mistake in it; nil where there is one.
  ///
  /// - Parameters:
  ///   - expected: the type that it must give.
  ///   - isAsWritten: whether it is the text of the file rather than the canonical one.
  @discardableResult
  func compile(
    _ source: Value?, at tokens: [String], in environment: CELEnvironment,
    expecting expected: CELType? = nil, isAsWritten: Bool = false,
    _ findings: inout SpecFindings,
  ) -> CELProgram? {
    guard let source = source?.string else { return nil }
    do throws(CELProblems) {
      return try environment.compile(source, expecting: expected)
    } catch {
      for problem in error.all {
        report(problem, at: tokens, isAsWritten: isAsWritten, &findings)
      }
      return nil
    }
  }

  /// Reports a mistake in the expression at `tokens`.
  func report(
    _ problem: CELProblem, at tokens: [String], isAsWritten: Bool = false,
    _ findings: inout SpecFindings,
  ) {
    // The canonical text has no blanks at its beginning; the one in the file may.
    let blanks = isAsWritten ? 0 : leadingBlanks(at: tokens)
    findings.report(
      code: "bad-expression", problem.message, at: tokens, hint: problem.hint,
      part: (problem.offset + blanks, problem.length))
  }

  private func leadingBlanks(at tokens: [String]) -> Int {
    guard case .string(let text) = input.node.node(at: JSONPointer(tokens))?.content else {
      return 0
    }
    return text.utf8.prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.count
  }
}
