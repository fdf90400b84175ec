import Engine
package import GitSource

extension Workspace {
  /// The head of a repository on this machine that has `liveRevision`, without fetching.
  ///
  /// Nil for a remote one, and for one that has nothing to do with the live state: a person may
  /// stand in any repository when asking for the status.
  package func localHead(liveRevision: String?, liveRoots: [String]) throws -> String? {
    guard let liveRevision, case .path(let path) = try location() else { return nil }
    let head = try GitRevision(
      repositoryPath: path, reference: settings.reference ?? "HEAD",
      requestedRoots: settings.roots, liveRoots: liveRoots, registry: registry)
    return head.contains(liveRevision) ? head.revision : nil
  }

  /// The head of the followed repository as far as it is on this machine, without fetching.
  package func objects(liveRoots: [String]) throws -> GitRevision {
    switch try location() {
    case .path(let path):
      try GitRevision(
        repositoryPath: path, reference: settings.reference ?? "HEAD",
        requestedRoots: settings.roots, liveRoots: liveRoots, registry: registry)
    case .remote: try mirror().revision(liveRoots: liveRoots)
    }
  }
}
