import Resources
import Signatures

/// `verify` of `writ.yaml`.
extension SettingsFile {
  static let verifyShape = ObjectShape([
    .optional(
      "mode", .choice(VerificationMode.allCases.map(\.rawValue)), "How much must be signed."),
    .optional("allowedSigners", .text(.line), "A file of SSH keys that count."),
    .optional("revokedKeys", .text(.line), "A file of keys that count no more."),
    .optional("gpgKeyring", .text(.line), "A file of GPG keys that count."),
    .optional(
      "gpgPrincipals", .map(of: .text(.line), keys: TextRule(length: 1...128, format: fingerprint)),
      "Principals by full fingerprint."),
    .optional("gpgProgram", .text(.line), "The program that judges GPG signatures."),
    .optional(
      "webFlow",
      .object(
        ObjectShape([
          .required(
            "fingerprints",
            .list(of: .format(anyFingerprint), ListRule(count: 1...64, order: .set)),
            "The keys that a forge signs merges with.")
        ])), "A forge that signs in its own name."),
    .optional("since", .format(commit), "A commit that is trusted with all below it."),
    .optional(
      "rules",
      .list(of: .object(ruleShape), ListRule(count: 0...1000)), "Who may change which paths."),
  ])

  private static let ruleShape = ObjectShape([
    .required(
      "paths", .list(of: .format(.pathPattern), ListRule(count: 1...100)),
      "The paths, from the root."),
    .required(
      "principals", .list(of: .text(.line), ListRule(count: 1...100)), "Whose signatures count."),
    .defaulted(
      "threshold", .integer(1...Int64(SigningRule.maximumThreshold)), to: 1,
      "How many principals must sign."),
  ])

  private static let fingerprint = TextFormat(
    name: "a GPG fingerprint", pattern: "^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$",
    example: "0123456789ABCDEF0123456789ABCDEF01234567",
  ) { text throws(TextFormat.Problem) in
    guard let fingerprint = GPGFingerprint(text) else {
      throw TextFormat.Problem(
        "it must be a full fingerprint, of 40 or 64 hexadecimal digits",
        hint: "print it with: gpg --list-keys --with-colons KEY")
    }
    return fingerprint.text
  }

  private static let anyFingerprint = TextFormat(
    name: "a fingerprint",
    pattern: "^(?:SHA256:[A-Za-z0-9+/]{43}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$",
    example: "SHA256:AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIjKlMnOpQ",
  ) { text throws(TextFormat.Problem) in
    if text.hasPrefix("SHA256:"), text.utf8.count == 50 { return text }
    guard let fingerprint = GPGFingerprint(text) else {
      throw TextFormat.Problem(
        "it must be SHA256:… of an SSH key, or the full fingerprint of a GPG key")
    }
    return fingerprint.text
  }

  private static let commit = TextFormat(
    name: "a commit", pattern: "^[0-9a-f]{40}$",
    example: "0123456789abcdef0123456789abcdef01234567",
  ) { text throws(TextFormat.Problem) in
    guard text.utf8.count == 40, text.allSatisfy(\.isHexDigit) else {
      throw TextFormat.Problem(
        "it must be the full id of a commit", hint: "print it with: git rev-parse REVISION")
    }
    return text.lowercased()
  }
}
