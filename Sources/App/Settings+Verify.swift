import GitSource
import Resources
import Signatures

extension Sources {
  /// Whose signatures the source must carry.
  ///
  /// All of it is the operator's: nothing is read from the repository that is being judged.
  func verify(_ flags: SettingsFlags) throws(SettingsError) -> TrustFiles {
    let word = text(flags.verify, "WRIT_VERIFY", ["verify", "mode"]) ?? "off"
    guard let mode = VerificationMode(rawValue: word) else {
      let words = VerificationMode.allCases.map(\.rawValue)
      throw SettingsError(
        "verify is off, head or range, not \"\(word)\"",
        hint: Suggestion.didYouMean(word, among: words))
    }
    var principals: [String: String] = [:]
    for member in file["verify"]?["gpgPrincipals"]?.members ?? [] {
      principals[member.key.uppercased()] = member.value.string
    }
    let rules = (file["verify"]?["rules"]?.array ?? []).map(Self.rule)
    guard rules.isEmpty || mode != .head else {
      throw SettingsError(
        "verify.rules need verify: range, because head looks at one commit alone",
        hint: "set verify.mode to range, or leave the rules out")
    }
    return TrustFiles(
      mode: mode,
      allowedSigners: text(
        flags.allowedSigners, "WRIT_ALLOWED_SIGNERS", ["verify", "allowedSigners"]),
      revokedKeys: text(nil, "WRIT_REVOKED_KEYS", ["verify", "revokedKeys"]),
      gpgKeyring: text(nil, "WRIT_GPG_KEYRING", ["verify", "gpgKeyring"]),
      gpgPrincipals: principals,
      webFlow: Set(
        (file["verify"]?["webFlow"]?["fingerprints"]?.array ?? []).compactMap(\.string)),
      rules: rules, since: text(nil, "WRIT_VERIFY_SINCE", ["verify", "since"]),
      gpgProgram: fileText(["verify", "gpgProgram"]))
  }

  private static func rule(_ value: Value) -> SigningRule {
    SigningRule(
      paths: (value["paths"]?.array ?? []).compactMap { $0.string.flatMap { PathGlob($0) } },
      principals: (value["principals"]?.array ?? []).compactMap(\.string).map { Wildcard($0) },
      threshold: Int(value["threshold"]?.integer ?? 1))
  }
}
