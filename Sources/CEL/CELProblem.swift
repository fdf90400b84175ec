/// A mistake in an expression.
package struct CELProblem: Error, Sendable, Hashable {
  /// What is wrong.
  package let message: String
  /// Where it begins, in UTF-8 bytes from the start of the source.
  package let offset: Int
  /// How many bytes it covers; at least 1 unless it is at the end of the source.
  package let length: Int
  /// What helps, such as `did you mean 'team'?`.
  package let hint: String?

  /// A mistake at `offset`.
  package init(_ message: String, offset: Int, length: Int, hint: String? = nil) {
    self.message = message
    self.offset = offset
    self.length = length
    self.hint = hint
  }
}

extension CELProblem: CustomStringConvertible {
  /// The message with its hint.
  package var description: String { hint.map { "\(message); \($0)" } ?? message }
}

/// All mistakes that were found in an expression, in the order of the source.
package struct CELProblems: Error, Sendable, Hashable {
  /// At least one.
  package let all: [CELProblem]

  init(_ problems: [CELProblem]) {
    all = problems.sorted {
      ($0.offset, $0.length, $0.message) < ($1.offset, $1.length, $1.message)
    }
  }
}

extension CELProblems: CustomStringConvertible {
  /// One line for each problem.
  package var description: String {
    all.map { "\($0.offset): \($0)" }.joined(separator: "\n")
  }
}
