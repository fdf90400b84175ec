internal import Resources

/// Kinds of resources that a rule is about.
enum Scope {
  static let kinds = Shape.list(
    of: .format(.kindName), ListRule(count: 1...64, order: .set))

  /// Refuses names that no kind has.
  static func check(
    _ kinds: Value?, at tokens: [String], in check: SpecCheck, _ findings: inout SpecFindings,
  ) {
    for kind in kinds?.array ?? [] {
      guard let name = kind.string, KindRegistry.standard[name] == nil else { continue }
      let known = KindRegistry.standard.names
      findings.report(
        code: "unknown-kind", "there is no kind \"\(name)\"",
        at: check.tokens(ofItem: kind, in: tokens, as: .format(.kindName)),
        hint: Suggestion.didYouMean(name, among: known)
          ?? "known kinds: \(known.joined(separator: ", "))")
    }
  }
}
