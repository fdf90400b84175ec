/// A grammar for text, with the form in which equal texts are equal.
///
/// It is a class because decoding passes it around: a reference is cheaper to copy than its fields.
package final class TextFormat: Sendable {
  /// What went wrong with one text, in words that follow "is not a NAME: ".
  package struct Problem: Error, Sendable {
    package var reason: String
    package var hint: String?

    package init(_ reason: String, hint: String? = nil) {
      self.reason = reason
      self.hint = hint
    }
  }

  /// What expressions take a text of some format for.
  package enum Meaning: Sendable {
    case text
    /// A length of time.
    case duration
    /// An instant.
    case time
    /// A whole number of bytes.
    case bytes
  }

  /// What a person calls it, with its article: `a duration`.
  package let name: String
  package let meaning: Meaning
  /// An ECMA 262 regular expression for JSON Schema; at least as wide as `canonicalize`.
  package let pattern: String?
  /// A text that is right, for error messages and the reference pages.
  package let example: String
  /// Whether an unquoted integer may stand for its digits, as in `size: 1`.
  package let acceptsInteger: Bool
  /// The integers that may stand so; any, where there is no range.
  package let integers: [ClosedRange<Int64>]
  /// All texts that are right, where they can be counted; JSON Schema lists them once per document.
  package let words: [String]
  /// The normal form, in which texts that mean the same are the same.
  package let canonicalize: @Sendable (String) throws(Problem) -> String

  package init(
    name: String,
    pattern: String?,
    example: String,
    acceptsInteger: Bool = false,
    integers: [ClosedRange<Int64>] = [],
    words: [String] = [],
    meaning: Meaning = .text,
    canonicalize: @escaping @Sendable (String) throws(Problem) -> String,
  ) {
    self.name = name
    self.pattern = pattern
    self.example = example
    self.acceptsInteger = acceptsInteger || !integers.isEmpty
    self.integers = integers
    self.words = words
    self.meaning = meaning
    self.canonicalize = canonicalize
  }
}
