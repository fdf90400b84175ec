package import Resources

/// What has to be known of one commit to judge it.
package struct CommitFacts: Hashable, Sendable {
  package var id: String
  /// All of them, in order, also those outside of the range.
  package var parents: [String]
  package var author: String
  package var subject: String
  /// When it was put into the repository, as it says itself.
  package var time: Timestamp
  /// The latest time of its parents; nil for a commit without parents.
  package var parentTime: Timestamp?
  package var verdict: CommitVerdict
  /// The paths that the commit itself decided, sorted: those that no plain merge of its parents
  /// would have left as they are.
  ///
  /// Only paths that the policy asks for need be here.
  package var ownPaths: [String]

  package init(
    id: String, parents: [String], author: String, subject: String, time: Timestamp,
    parentTime: Timestamp?, verdict: CommitVerdict, ownPaths: [String] = [],
  ) {
    self.id = id
    self.parents = parents
    self.author = author
    self.subject = subject
    self.time = time
    self.parentTime = parentTime
    self.verdict = verdict
    self.ownPaths = ownPaths
  }

  package var isMerge: Bool { parents.count > 1 }

  var signer: Signer? {
    if case .verified(let signer) = verdict { signer } else { nil }
  }
}
