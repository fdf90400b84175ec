extension TextFormat {
  /// A format of a first character and others, with nothing to normalize.
  ///
  /// - Parameters:
  ///   - first: the characters that may stand first, as an ECMA 262 class without its brackets.
  ///   - rest: the same for the others.
  private static func word(
    _ name: String, example: String, pattern: String, length: ClosedRange<Int>, rule: String,
    _ isFirst: @escaping @Sendable (UInt8) -> Bool, _ isRest: @escaping @Sendable (UInt8) -> Bool,
  ) -> TextFormat {
    TextFormat(name: name, pattern: pattern, example: example) { text throws(Problem) in
      guard let first = text.utf8.first else { throw Problem("it is empty") }
      guard text.utf8.count <= length.upperBound else {
        throw Problem("it is longer than \(length.upperBound) characters")
      }
      guard isFirst(first), text.utf8.dropFirst().allSatisfy(isRest) else { throw Problem(rule) }
      return text
    }
  }

  /// The name of an environment variable.
  package static let environmentName = word(
    "the name of an environment variable", example: "PGPASSWORD",
    pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$", length: 1...128,
    rule: "it must be letters, digits and \"_\", not beginning with a digit",
    { Digits.isLetter($0) || $0 == UInt8(ascii: "_") },
    { Digits.isAlphanumeric($0) || $0 == UInt8(ascii: "_") })

  /// A name that expressions can say.
  package static let identifier = word(
    "an identifier", example: "environment", pattern: "^[A-Za-z_][A-Za-z0-9_]{0,62}$",
    length: 1...63, rule: "it must be letters, digits and \"_\", not beginning with a digit",
    { Digits.isLetter($0) || $0 == UInt8(ascii: "_") },
    { Digits.isAlphanumeric($0) || $0 == UInt8(ascii: "_") })

  /// The name of a kind of resource.
  package static let kindName = word(
    "the name of a kind", example: "Job", pattern: "^[A-Z][A-Za-z0-9]{0,62}$", length: 1...63,
    rule: "it must begin with a capital and have only letters and digits",
    { Digits.isLetter($0) && $0 < 0x60 }, Digits.isAlphanumeric)

  /// A person's name as on-call plans say it.
  package static let person = word(
    "the name of a person", example: "ana", pattern: "^[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}$",
    length: 1...127, rule: "it must be letters, digits, \".\", \"_\", \"@\", \"+\" and \"-\"",
    Digits.isAlphanumeric, { Digits.isAlphanumeric($0) || "._@+-".utf8.contains($0) })

  /// A role, a tag or another short word.
  package static let word = word(
    "a word", example: "operator", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}$", length: 1...127,
    rule: "it must be letters, digits, \".\", \"_\", \":\", \"/\" and \"-\"",
    Digits.isAlphanumeric, { Digits.isAlphanumeric($0) || "._:/-".utf8.contains($0) })

  /// A free form of version: letters, digits, `.`, `_`, `+` and `-`.
  package static let versionWord = word(
    "a version", example: "1.4.0", pattern: "^[A-Za-z0-9][A-Za-z0-9._+-]{0,126}$", length: 1...127,
    rule: "it must be letters, digits, \".\", \"_\", \"+\" and \"-\"",
    Digits.isAlphanumeric, { Digits.isAlphanumeric($0) || "._+-".utf8.contains($0) })
}
