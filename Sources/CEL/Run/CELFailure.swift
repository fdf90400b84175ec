/// Why an evaluation gave no value.
package struct CELFailure: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  package let code: Code
  /// What went wrong, for people.
  package let message: String
  /// Where in the source the failing operation stands, as a UTF-8 offset.
  package var offset: Int?

  /// The kinds of failures.
  package enum Code: String, Sendable, CaseIterable {
    case noSuchKey, noSuchOverload, noSuchField, divideByZero, overflow, invalidArgument
    case indexOutOfRange, duplicateKey, undeclared, unbound, costExceeded

    /// Whether `||`, `&&`, `all` and `exists` may decide without the operand that failed.
    package var isAbsorbed: Bool { self != .costExceeded }
  }

  /// A failure with `code` that says `message`.
  package init(_ code: Code, _ message: String, offset: Int? = nil) {
    self.code = code
    self.message = message
    self.offset = offset
  }
}

extension CELFailure: CustomStringConvertible {
  /// The message.
  package var description: String { message }
}
