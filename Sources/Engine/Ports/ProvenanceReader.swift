package import Planning
package import Resources
package import Workflows

/// Reads where live resources come from.
///
/// Synchronous, one read transaction for each method.
package protocol ProvenanceReader: Sendable {
  /// Where every field of a live resource comes from; nil where it is not live.
  func provenance(of key: ResourceKey) throws(StoreError) -> Provenance?
  /// What is known of a commit; nil for one that nothing live ever came from.
  func commit(_ id: String) throws(StoreError) -> LiveCommit?
  /// One event; nil where the journal does not have it.
  func event(_ sequence: Int64) throws(StoreError) -> JournalEvent?
  /// The apply that the event `sequence` belongs to; nil where it is not in the journal.
  func apply(of sequence: Int64) throws(StoreError) -> AppliedPlan?
}

/// A commit that something live comes from, and who signed it.
package struct LiveCommit: Hashable, Sendable {
  package var record: CommitRecord
  /// `{principal, key, kind}`; nil where signatures were not checked.
  package var signer: Value?

  package init(record: CommitRecord, signer: Value?) {
    self.record = record
    self.signer = signer
  }
}

/// Where the fields of one live resource come from, with what there is to say of it.
package struct Provenance: Sendable {
  /// When something went live, and through whom.
  package struct Moment: Hashable, Sendable {
    package var time: Timestamp
    package var actor: String

    package init(time: Timestamp, actor: String) {
      self.time = time
      self.actor = actor
    }
  }

  package var origins: FieldOrigins
  /// The commits that `origins` names, as far as they are known.
  package var commits: [String: LiveCommit]
  /// The events that `origins` names, as far as the journal still has them.
  package var moments: [Int64: Moment]

  package init(
    origins: FieldOrigins, commits: [String: LiveCommit], moments: [Int64: Moment],
  ) {
    self.origins = origins
    self.commits = commits
    self.moments = moments
  }
}
