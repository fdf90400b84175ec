import Engine
import GitSource

extension Workspace {
  /// The head of a repository on this machine, without fetching; nil for a remote one.
  package func localHead(liveRoots: [String]) async throws -> String? {
    guard case .path(let path) = try location() else { return nil }
    return try GitRevision(
      repositoryPath: path, reference: settings.reference ?? "HEAD",
      requestedRoots: settings.roots, liveRoots: liveRoots, registry: registry
    ).revision
  }
}
