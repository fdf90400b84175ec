package import Engine
internal import Faults
package import Git
package import Planning
package import Resources

/// One commit of a repository, read straight from its objects.
package final class GitRevision: RevisionReader {
  let repository: Repository
  let commit: Commit
  private let repositoryPath: String
  let reader: ManifestReader
  package let roots: [String]
  package let missingRoots: [String]

  package var revision: String { commit.id.description }
  package var isShallow: Bool { repository.isShallow }
  /// Who made the commit, and when.
  package var origin: Origin { Origin(commit) }
  package var summary: String { commit.summary }

  /// Opens `repository` at `reference`, a branch, a tag or a commit.
  ///
  /// - Parameters:
  ///   - requestedRoots: the roots that the user named; nil for the default.
  ///   - liveRoots: the roots that the live state was read with; one that disappears is missing,
  ///     not forgotten.
  package init(
    repositoryPath: String, kind: Repository.Kind = .checkout, reference: String,
    requestedRoots: [String]?, liveRoots: [String], registry: KindRegistry,
  ) throws(SourceError) {
    self.repositoryPath = repositoryPath
    reader = ManifestReader(decoder: ManifestDecoder(registry: registry))
    do throws(GitError) {
      let repository = try Repository(opening: repositoryPath, kind: kind)
      commit = try repository.commit(repository.resolve(reference))
      var present: [String] = []
      var missing: [String] = []
      let wanted = try Self.roots(repository, commit.id, requestedRoots, liveRoots)
      for root in wanted {
        if try repository.treeID(of: commit.id, at: root) == nil {
          missing.append(root)
        } else {
          present.append(root)
        }
      }
      roots = wanted
      missingRoots = missing
      self.repository = repository
    } catch {
      throw SourceError(error)
    }
  }

  /// The default is `manifests` and `policies`, or the whole tree where neither exists.
  private static func roots(
    _ repository: borrowing Repository, _ commit: ObjectID, _ requested: [String]?,
    _ live: [String],
  ) throws(GitError) -> [String] {
    if let requested { return ManifestFiles.tidied(requested) }
    var roots = Set(live)
    if roots == [""] { return [""] }
    for root in ["manifests", "policies"] where try repository.treeID(of: commit, at: root) != nil {
      roots.insert(root)
    }
    return roots.isEmpty ? [""] : roots.sorted()
  }

  package func contains(_ revision: String) -> Bool {
    ObjectID(hex: revision).map { repository.contains($0) } ?? false
  }

  package func ancestry(since revision: String) throws(SourceError) -> PlanInput.Ancestry {
    guard let base = ObjectID(hex: revision) else { return .unknown }
    do throws(GitError) {
      return try repository.isDescendant(commit.id, of: base) ? .descends : .rewritten
    } catch {
      if error.code == .missingObject { return .unknown }
      throw SourceError(error)
    }
  }

  package func delta(since base: String?) throws(SourceError) -> SourceDelta {
    let baseCommit = base.flatMap { ObjectID(hex: $0) }
    var files = ManifestFiles()
    do {
      for root in roots {
        let old = try baseCommit.flatMap { try repository.treeID(of: $0, at: root) }
        let new = try repository.treeID(of: commit.id, at: root)
        if old == new { continue }
        try repository.walk(from: old, to: new, prefix: root) { files.add($0, root: root) }
      }
    } catch {
      throw SourceError(any: error)
    }
    let keepsNodes = files.present.count <= 4096
    FaultPoint.reach(.decodeBegun)
    let read = try reader.read(
      files.present, from: repository, at: repositoryPath, keepsNodes: keepsNodes)
    FaultPoint.reach(.decodeEnded)
    return SourceDelta(
      isEverything: base == nil, touchedFiles: files.touched,
      presentFiles: Set(files.present.map(\.path)), resources: read.resources,
      diagnostics: (files.diagnostics + read.diagnostics).sorted(),
      brokenKeys: read.brokenKeys, blobsRead: files.present.count)
  }

  package func resources(inFiles files: [String]) throws(SourceError) -> [Resource] {
    do {
      var blobs: [ManifestFiles.File] = []
      for file in files {
        if let entry = try repository.entry(of: commit.id, at: file) {
          blobs.append(ManifestFiles.File(path: file, blob: entry.id))
        }
      }
      let read = try reader.read(
        blobs, from: repository, at: repositoryPath, keepsNodes: true, isParallel: false)
      return read.resources
    } catch {
      throw SourceError(any: error)
    }
  }

  package func origins(
    of files: Set<String>, since base: String?,
  ) throws(SourceError) -> [String: Origin] {
    do {
      var search = OriginSearch(files: files, roots: roots)
      try search.run(repository, from: commit.id, hiding: base.flatMap { ObjectID(hex: $0) })
      if !search.isComplete, base != nil {
        try search.run(repository, from: commit.id, hiding: nil)
      }
      return search.found.merging(
        search.missing.map { ($0, Origin(commit)) }, uniquingKeysWith: { found, _ in found })
    } catch {
      throw SourceError(any: error)
    }
  }
}

extension GitRevision {
  package func deletions(
    _ files: [ResourceKey: String], since base: String?,
  ) throws(SourceError) -> [ResourceKey: Origin] {
    if files.isEmpty { return [:] }
    do {
      var tracer = DeletionTracer(roots: roots, reader: reader)
      try tracer.run(
        files, repository, from: commit.id, hiding: base.flatMap { ObjectID(hex: $0) })
      return tracer.found
    } catch {
      throw SourceError(any: error)
    }
  }
}

/// Walks history from the newest commit until each file has the commit that last touched it.
private struct OriginSearch {
  /// How many commits are looked at; what is older counts as the head's.
  static let commitLimit = 20_000

  private(set) var missing: Set<String>
  private(set) var found: [String: Origin] = [:]
  private let roots: [String]

  init(files: Set<String>, roots: [String]) {
    missing = files
    self.roots = roots
  }

  var isComplete: Bool { missing.isEmpty }

  mutating func run(
    _ repository: borrowing Repository, from head: ObjectID, hiding base: ObjectID?,
  ) throws {
    var missing = missing
    var found = found
    var shared: Origin?
    _ = try repository.history(from: head, hiding: base, limit: Self.commitLimit) { commit in
      shared = nil
      // Beyond a shallow boundary nobody can tell a root commit from a cut one.
      if commit.parents.contains(where: { !repository.contains($0) }) { return false }
      try repository.changedPaths(commit: commit, under: roots) { change in
        guard missing.remove(change.path) != nil else { return }
        let origin = shared ?? Origin(commit)
        shared = origin
        found[change.path] = origin
      }
      return !missing.isEmpty
    }
    self.missing = missing
    self.found = found
  }
}

extension Origin {
  init(_ commit: Commit) {
    self.init(
      commit: commit.id.description, author: commit.author.name, email: commit.author.email,
      time: Timestamp(seconds: max(0, commit.author.time)))
  }
}
