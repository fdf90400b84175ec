import Engine
import Git
import GitSource
import Kinds
import Planning
import Resources
import TestSupport

/// Shorthands for reading a temporary repository.
extension TemporaryRepository {
  func revision(
    _ reference: String = "main", roots: [String]? = nil, liveRoots: [String] = [],
  ) throws -> GitRevision {
    try GitRevision(
      repositoryPath: path, reference: reference, requestedRoots: roots, liveRoots: liveRoots,
      registry: .standard)
  }

  /// The files of a revision's manifests, read whole.
  func files(_ reference: String = "main", roots: [String]? = nil) throws -> [String] {
    try revision(reference, roots: roots).delta(since: nil).presentFiles.sorted()
  }
}

enum Reading {
  static func lines(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { "\($0.location) \($0.code)" }
  }

  static func keys(_ resources: [Resource]) -> [String] {
    resources.map(\.key.description).sorted()
  }
}
