/// How much of the history must be signed.
package enum VerificationMode: String, Hashable, Sendable, CaseIterable {
  case off, head, range
}

/// What came of looking at the signatures of one revision.
package struct SourceVerification: Hashable, Sendable {
  package var mode: VerificationMode
  /// The revision that was looked at.
  package var head: String
  /// What was live then; `range` takes it, and everything below it, as it is.
  package var base: String?
  /// How many commits were looked at.
  package var commitCount: Int
  /// What stands against the revision, newest first; no more than `refusalLimit`.
  package var refusals: [Refusal]
  /// How many refusals are left out.
  package var omittedCount: Int
  /// Who signed which commit, where the signature holds.
  package var signers: [String: Signer]

  /// More refusals than that are only counted.
  package static let refusalLimit = 100

  package init(
    mode: VerificationMode, head: String, base: String?, commitCount: Int, refusals: [Refusal],
    signers: [String: Signer],
  ) {
    self.mode = mode
    self.head = head
    self.base = base
    self.commitCount = commitCount
    self.refusals = Array(refusals.prefix(Self.refusalLimit))
    omittedCount = max(0, refusals.count - Self.refusalLimit)
    self.signers = signers
  }

  package var isVerified: Bool { refusals.isEmpty }

  /// Whether this says anything about going from `live` to `revision`.
  package func covers(_ revision: String, from live: String?) -> Bool {
    guard head == revision else { return false }
    return mode == .head || base == live
  }

  /// The signers of the commits that a plan names, for the journal.
  package func signers(of commits: some Sequence<String>) -> [String: Signer] {
    var result: [String: Signer] = [:]
    for commit in commits { result[commit] = signers[commit] }
    result[head] = signers[head]
    return result
  }
}
