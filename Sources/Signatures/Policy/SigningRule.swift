package import Resources

/// Whose signatures a change of some paths takes.
package struct SigningRule: Hashable, Sendable {
  package var paths: [PathGlob]
  package var principals: [Wildcard]
  /// How many different principals must have signed.
  package var threshold: Int

  package init(paths: [PathGlob], principals: [Wildcard], threshold: Int = 1) {
    self.paths = paths
    self.principals = principals
    self.threshold = threshold
  }

  /// The highest threshold that can be asked for.
  package static let maximumThreshold = 16

  /// Whether the rule is about `path`.
  package func covers(_ path: String) -> Bool { paths.contains { $0.matches(path) } }

  /// Whether a signature of `signer` counts; a forge's only where the rule names it literally.
  package func counts(_ signer: Signer) -> Bool {
    if signer.isWebFlow { return principals.contains { $0.text == Signer.webFlow } }
    return principals.contains { pattern in signer.names.contains { pattern.matches($0) } }
  }

  /// The rule as a person knows it again: its paths.
  package var name: String { paths.map(\.text).joined(separator: ", ") }
}
