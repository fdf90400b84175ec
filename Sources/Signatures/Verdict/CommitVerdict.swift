package import Resources

/// What the signature of one commit is worth, judged at the commit's own time.
///
/// A verdict depends on the commit and on the keys alone, never on the moment of asking: so it can
/// be kept for as long as both stay the same.
package enum CommitVerdict: Hashable, Sendable {
  /// The signature holds, and the key was one that is trusted when the commit was made.
  case verified(Signer)
  case refused(Reason)

  /// Why a signature is worth nothing.
  package enum Reason: Hashable, Sendable {
    case unsigned
    /// The signature, or the commit around it, is not well formed.
    case malformed(String)
    /// The signature was made for something else than git.
    case wrongNamespace(String)
    /// The signature uses an algorithm or a form that is not accepted.
    case unsupported(String)
    /// The signature is not one of this commit's bytes by this key.
    case badSignature(key: String)
    case unknownKey(String)
    case notYetValid(key: String, principal: String, from: Timestamp)
    case expired(key: String, principal: String, since: Timestamp)
    /// `since` is nil for a key that is revoked for every time.
    case revoked(key: String, since: Timestamp?)
  }
}

extension CommitVerdict.Reason {
  /// A stable word in kebab case, for scripts.
  package var word: String {
    switch self {
    case .unsigned: "unsigned"
    case .malformed: "malformed-signature"
    case .wrongNamespace: "wrong-namespace"
    case .unsupported: "unsupported-signature"
    case .badSignature: "bad-signature"
    case .unknownKey: "unknown-key"
    case .notYetValid: "not-yet-valid"
    case .expired: "expired"
    case .revoked: "revoked"
    }
  }

  /// What is wrong, in a few words that follow on a commit's name.
  package var words: String {
    switch self {
    case .unsigned: "is not signed"
    case .malformed(let detail): "has a signature that cannot be read: \(detail)"
    case .wrongNamespace(let name): "has a signature that is not for git, but for \"\(name)\""
    case .unsupported(let detail): "has a signature that is not accepted: \(detail)"
    case .badSignature(let key):
      "is not what was signed: the signature of the key \(key) does not hold for it"
    case .unknownKey(let key): "is signed by the key \(key), which nobody trusts"
    case .notYetValid(let key, let principal, let from):
      "is signed by \(principal) with the key \(key), which is valid from \(from) only"
    case .expired(let key, let principal, let since):
      "is signed by \(principal) with the key \(key), which expired at \(since)"
    case .revoked(let key, let since):
      "is signed by the key \(key), which is revoked\(since.map { " since \($0)" } ?? "")"
    }
  }
}
