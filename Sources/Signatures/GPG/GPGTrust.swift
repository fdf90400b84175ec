package import Resources

/// Which GPG keys count, and whose they are.
package struct GPGTrust: Hashable, Sendable {
  package var keys: GPGKeyList
  /// Principals by full primary fingerprint; a key without one is its identity's address.
  package var principals: [String: String]
  package var revoked: RevokedKeys
  /// The full primary fingerprints of a forge's own keys.
  package var webFlow: Set<String>

  package init(
    keys: GPGKeyList, principals: [String: String] = [:], revoked: RevokedKeys = RevokedKeys(),
    webFlow: Set<String> = [],
  ) {
    self.keys = keys
    self.principals = principals
    self.revoked = revoked
    self.webFlow = webFlow
  }

  /// Judges what gpg said of the signature of a commit that says it was made at `time`.
  ///
  /// gpg compares dates with the present; here they are compared with the commit's.
  package func verdict(_ status: GPGStatus, at time: Timestamp) -> CommitVerdict {
    switch status {
    case .bad(let keyID): return .refused(.badSignature(key: keyID))
    case .missingKey(let key): return .refused(.unknownKey(key))
    case .unsupported(let words): return .refused(.unsupported(words))
    case .unreadable: return .refused(.malformed("gpg finds no signature in it"))
    case .holds(let key, let primary, let expires):
      let principal =
        webFlow.contains(primary)
        ? Signer.webFlow : principals[primary] ?? keys.addresses[primary] ?? primary
      if let reason = revoked.reason(for: primary, at: time) { return .refused(reason) }
      if let reason = keys.problem(of: key, principal: principal, at: time) {
        return .refused(reason)
      }
      if let expires {
        let end = Timestamp(nanoseconds: expires.multipliedReportingOverflow(by: 1_000_000_000).0)
        if time > end {
          return .refused(.expired(key: primary, principal: principal, since: end))
        }
      }
      return .verified(Signer(principal: principal, key: primary, kind: .gpg))
    }
  }
}
