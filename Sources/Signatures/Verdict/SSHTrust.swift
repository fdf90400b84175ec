package import Resources

/// Which SSH keys count: the allowed signers, less the revoked keys.
package struct SSHTrust: Hashable, Sendable {
  package var allowed: AllowedSigners
  package var revoked: RevokedKeys
  /// The fingerprints of a forge's own keys.
  package var webFlow: Set<String>

  package init(
    allowed: AllowedSigners = AllowedSigners(), revoked: RevokedKeys = RevokedKeys(),
    webFlow: Set<String> = [],
  ) {
    self.allowed = allowed
    self.revoked = revoked
    self.webFlow = webFlow
  }

  /// Judges the signature of a commit that says it was made at `time`.
  package func verdict(of commit: SignedCommit, at time: Timestamp) -> CommitVerdict {
    let signature: SSHSignature
    do throws(SSHSignature.Problem) {
      signature = try SSHSignature(armoured: commit.signature)
    } catch {
      switch error {
      case .malformed(let words): return .refused(.malformed(words))
      case .unsupported(let words): return .refused(.unsupported(words))
      }
    }
    guard signature.namespace == "git" else {
      return .refused(.wrongNamespace(String(signature.namespace.prefix(64))))
    }
    let fingerprint = signature.key.fingerprint
    var verdict = allowed.verdict(of: signature.key, namespace: "git", at: time)
    if case .refused(.unknownKey) = verdict { return verdict }
    guard signature.holds(for: commit.payload) else {
      return .refused(.badSignature(key: fingerprint))
    }
    if let reason = revoked.reason(for: fingerprint, at: time) { return .refused(reason) }
    if case .verified(var signer) = verdict, webFlow.contains(fingerprint) {
      signer.principal = Signer.webFlow
      signer.names = [Signer.webFlow]
      verdict = .verified(signer)
    }
    return verdict
  }
}
