/// A repository in which revisions are looked up by name.
///
/// Synchronous and without fetching: it answers from what is on this machine.
package protocol RevisionNames {
  /// The full id of the commit that `text` names: an id, the beginning of one, a branch, a tag.
  ///
  /// Nil where nothing has this name; throws where several things do, and where the repository
  /// cannot be read.
  func commit(named text: String) throws(SourceError) -> String?
  /// The head of the followed reference.
  func head(liveRoots: [String]) throws(SourceError) -> any RevisionReader
  func revision(_ commit: String, liveRoots: [String]) throws(SourceError) -> any RevisionReader
}
