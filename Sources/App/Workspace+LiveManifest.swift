package import GitSource
import Git
import Glibc
import Persistence

/// The manifests of revisions that are on this machine already.
extension Workspace {
  /// Opens a revision without fetching; nil where neither the repository nor the mirror has it.
  package func localRevision(_ revision: String, roots: [String]) -> GitRevision? {
    var places: [(path: String, kind: Repository.Kind)] = []
    if case .path(let path)? = try? location() { places.append((path, .checkout)) }
    if access(data.mirrorPath, F_OK) == 0 { places.append((data.mirrorPath, .mirror)) }
    for place in places {
      let found = try? GitRevision(
        repositoryPath: place.path, kind: place.kind, reference: revision,
        requestedRoots: roots, liveRoots: [], registry: registry)
      if let found { return found }
    }
    return nil
  }

  /// The path of `file` from the root of the repository.
  ///
  /// A file that lies in the working tree may be named as it lies there; every other name counts
  /// from the root already.
  package func repositoryPath(of file: String) -> String {
    let absolute = FileText.absolute(file)
    guard access(absolute, F_OK) == 0, case .path(let path)? = try? location(),
      let repository = try? Repository(opening: path), let tree = repository.workTree
    else { return Self.tidied(file) }
    return absolute.hasPrefix(tree)
      ? String(absolute.dropFirst(tree.utf8.count)) : Self.tidied(file)
  }

  private static func tidied(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
