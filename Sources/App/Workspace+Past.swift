package import Engine
import Git
import GitSource
import Glibc
import Persistence
import Resources

/// Looking back.
extension Workspace {
  /// The repository to look names up in, or why there is none.
  ///
  /// - Parameter fetches: whether one elsewhere is fetched first; else what was fetched before is
  ///   looked at.
  package func revisionNames(
    fetches: Bool,
  ) async throws -> (names: (any RevisionNames)?, problem: SourceError?) {
    do {
      switch try location() {
      case .path(let path):
        // Opening says at once what is wrong with it.
        _ = try opened(path, .checkout)
        return (names(path, .checkout, reference: settings.reference ?? "HEAD"), nil)
      case .remote:
        if fetches { try await mirror().refresh() }
        guard access(data.mirrorPath, F_OK) == 0 else {
          return (
            nil,
            SourceError(.notFound, "nothing was fetched from the repository to this machine yet")
          )
        }
        return (names(data.mirrorPath, .mirror, reference: MirrorReference.source), nil)
      }
    } catch let error as SourceError {
      if fetches { throw error }
      return (nil, error)
    }
  }

  private func opened(_ path: String, _ kind: Repository.Kind) throws(SourceError) -> Bool {
    do throws(GitError) {
      _ = try Repository(opening: path, kind: kind)
      return true
    } catch {
      throw SourceError(.notARepository, error.description)
    }
  }

  private func names(
    _ path: String, _ kind: Repository.Kind, reference: String,
  ) -> LocalRevisions {
    LocalRevisions(
      path: path, kind: kind, followed: settings.reference, reference: reference,
      roots: settings.roots, registry: registry)
  }

  /// The bytes of a saved plan; nil where there is no such file.
  package func planFile(_ path: String) throws(SettingsError) -> [UInt8]? {
    guard access(path, F_OK) == 0 else { return nil }
    // A branch may have the name of a folder.
    if let folder = opendir(path) {
      closedir(folder)
      return nil
    }
    return try FileText.bytes(path, limit: 1 << 30)
  }
}

/// Names of a repository on this machine.
private struct LocalRevisions: RevisionNames {
  let path: String
  let kind: Repository.Kind
  /// The name that the user follows, where the mirror knows it by another.
  let followed: String?
  let reference: String
  let roots: [String]?
  let registry: KindRegistry

  func commit(named text: String) throws(SourceError) -> String? {
    do throws(GitError) {
      let repository = try Repository(opening: path, kind: kind)
      return try repository.resolve(text == followed ? reference : text).description
    } catch {
      switch error.code {
      case .unknownReference, .missingObject, .emptyRepository, .invalidPath: return nil
      default: throw SourceError(.other, error.description)
      }
    }
  }

  func head(liveRoots: [String]) throws(SourceError) -> any RevisionReader {
    try revision(reference, liveRoots: liveRoots)
  }

  func revision(_ commit: String, liveRoots: [String]) throws(SourceError) -> any RevisionReader {
    try GitRevision(
      repositoryPath: path, kind: kind, reference: commit, requestedRoots: roots,
      liveRoots: liveRoots, registry: registry)
  }
}
