/// Why a text is not a regular expression that this evaluator runs.
package struct PatternProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, without the place.
  package var reason: String
  /// The offset in Unicode scalars from the start of the pattern.
  package var offset: Int

  /// Makes a problem at `offset`.
  package init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// The problem and its place, for a person.
  package var description: String { "\(reason) (at character \(offset + 1) of the pattern)" }
}
