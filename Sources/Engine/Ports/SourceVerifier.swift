package import Resources
package import Signatures

/// Looks at the signatures of revisions, by keys that the operator named.
package protocol SourceVerifier: Sendable {
  /// How much must be signed.
  var mode: VerificationMode { get }

  /// Judges `head`, and in `range` every commit that it has and `base` has not, merges included.
  ///
  /// What is wrong with the signatures is in the answer. Throws where they cannot be judged at all:
  /// trust settings that cannot be read, a history that is cut off, gpg missing. Bounded in commits
  /// and time.
  ///
  /// - Parameter base: the live revision, whose history is taken as it is; nil where nothing is live.
  func verify(
    head: String, since base: String?,
  ) async throws(SourceError) -> SourceVerification
}

/// Verdicts that were found earlier; losing them costs time only.
package protocol VerdictCache: Sendable {
  /// Those of `commits` that are known for the keys that `keyring` stands for.
  func verdicts(
    of commits: [String], keyring: Digest,
  ) throws(StoreError) -> [String: CommitVerdict]

  /// Keeps verdicts, and drops the oldest beyond the limit.
  func remember(
    _ verdicts: [String: CommitVerdict], keyring: Digest, at time: Timestamp,
  ) throws(StoreError)
}
