/// Who did something in a repository, and when.
package struct Signature: Sendable, Hashable {
  /// The name that the person gave; bytes that are not UTF-8 are replaced.
  package let name: String
  /// The address that the person gave; nobody has checked it.
  package let email: String
  /// Seconds since 1970-01-01T00:00:00Z.
  package let time: Int64
  /// How far the person's clock was east of UTC, in minutes.
  package let offsetMinutes: Int
}

/// One commit, copied out of the repository.
package struct Commit: Sendable, Hashable {
  /// Its name.
  package let id: ObjectID
  /// Its root tree.
  package let tree: ObjectID
  /// Its parents in order; none for a root commit.
  ///
  /// In a shallow clone they may be missing.
  package let parents: [ObjectID]
  /// Who wrote the change.
  package let author: Signature
  /// Who put it into the repository.
  package let committer: Signature
  /// The first paragraph of the message, in one line.
  package let summary: String
  /// The whole message; bytes that are not UTF-8 are replaced.
  package let message: String
}
