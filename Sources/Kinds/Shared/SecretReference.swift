internal import Resources

/// A reference to a secret: the only form in which a manifest may mention one.
///
/// Whoever uses it resolves it where it runs, at start; the value is nowhere else.
enum SecretReference {
  static let object = ObjectShape(
    [
      .optional("env", .format(.environmentName), "The environment variable that has the secret."),
      .optional("file", .format(.absolutePath), "The file whose content is the secret."),
    ], exactlyOne: [["env", "file"]])

  static let shape = Shape.object(object)

  /// Secrets by the name of the environment variable that a process gets them under.
  static let byVariable = Shape.map(of: shape, keys: .environmentName)
}

extension TextRule {
  /// The name of an environment variable, as the key of a map.
  static let environmentName = TextRule(length: 1...128, format: .environmentName)
}
