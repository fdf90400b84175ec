/// What stands on both sides of a place in a text, as far as assertions ask.
struct PatternContext {
  /// The scalar before; nil at the start of the text.
  var before: UInt32?
  /// The scalar after; nil at the end of the text.
  var after: UInt32?

  /// Says whether `assertion` holds here.
  func holds(_ assertion: PatternAssertion) -> Bool {
    switch assertion {
    case .textStart: before == nil
    case .textEnd: after == nil
    case .lineStart: before == nil || before == 0x0A
    case .lineEnd: after == nil || after == 0x0A
    case .wordBoundary: Self.isWord(before) != Self.isWord(after)
    case .notWordBoundary: Self.isWord(before) == Self.isWord(after)
    }
  }

  private static func isWord(_ scalar: UInt32?) -> Bool {
    guard let scalar else { return false }
    return NamedScalarSets.words.contains(scalar)
  }
}
