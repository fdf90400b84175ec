import Resources

/// Somebody who approves, or who wrote a commit.
///
/// Two are taken for one person as soon as they could be: `ana`, `Ana`, `ana@example.com`,
/// `ana+work@example.com`, `a.na`. That errs on the side of asking one more person.
package struct Person: Hashable, Sendable, CustomStringConvertible {
  /// As it was said, with small letters.
  package let name: String

  /// The name of somebody who approves; nil for one that is not plain ASCII, which could look like
  /// somebody else's.
  package init?(_ text: String) {
    guard let name = try? TextFormat.person.canonicalize(text) else { return nil }
    self.name = name.lowercased()
  }

  package var description: String { name }

  package func isSame(as other: Person) -> Bool {
    !Self.spellings(name).isDisjoint(with: Self.spellings(other.name))
  }

  /// Whether this may be who wrote as `name` and `email`.
  package func mayBe(name author: String, email: String) -> Bool {
    let own = Self.spellings(name)
    if !own.isDisjoint(with: Self.spellings(email)) { return true }
    let words = author.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    let whole = Self.letters(words.joined())
    return !own.isDisjoint(with: Self.spellings(words.joined()).union([whole]))
      || words.count > 1 && own.contains(Self.letters(words[0]))
  }

  /// What a name or an address comes down to: what stands before the `@`, without dots and dashes,
  /// and without what a mail server leaves out, as in `ana+work` and `12345+ana`.
  private static func spellings(_ text: String) -> Set<String> {
    let local = text.lowercased().prefix { $0 != "@" }
    let parts = local.split(separator: "+", maxSplits: 1)
    guard let first = parts.first else { return [] }
    var result: Set<String> = [letters(first)]
    if parts.count == 2, first.utf8.allSatisfy({ (48...57).contains($0) }) {
      result.insert(letters(parts[1]))
    }
    result.remove("")
    return result
  }

  private static func letters(_ text: some StringProtocol) -> String {
    String(text.filter { $0 != "." && $0 != "_" && $0 != "-" })
  }
}
