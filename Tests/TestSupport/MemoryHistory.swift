package import Engine
import Kinds
package import Planning
package import Resources

/// A line of revisions in memory, for tests that need a source and no git.
package struct MemoryHistory {
  package struct Commit {
    package var id: String
    package var files: [String: String]
    package var author: String
  }

  package private(set) var commits: [Commit] = []
  private let registry: KindRegistry

  package init(registry: KindRegistry = .standard) { self.registry = registry }

  /// Adds a revision that changes `files`; nil deletes one.
  @discardableResult
  package mutating func commit(_ files: [String: String?], by author: String = "ana") -> String {
    var all = commits.last?.files ?? [:]
    for (file, text) in files { all[file] = text }
    let id = Digest(of: Array("commit \(commits.count)".utf8)).description
    commits.append(Commit(id: String(id.prefix(40)), files: all, author: author))
    return commits[commits.count - 1].id
  }

  /// The revision `id`; the newest one where it is nil.
  package func revision(_ id: String? = nil, roots: [String] = ["manifests"]) -> MemoryRevision {
    let index = commits.firstIndex { $0.id == id } ?? commits.count - 1
    return MemoryRevision(commits: commits, index: index, roots: roots, registry: registry)
  }
}

/// One revision of a `MemoryHistory`, read as `GitRevision` reads a commit.
package struct MemoryRevision: RevisionReader {
  let commits: [MemoryHistory.Commit]
  let index: Int
  package let roots: [String]
  let registry: KindRegistry

  package var revision: String { commits[index].id }
  package var missingRoots: [String] {
    roots.filter { root in files(commits[index], below: root).isEmpty }
  }
  package var isShallow: Bool { false }

  private func files(_ commit: MemoryHistory.Commit, below root: String) -> [String: String] {
    commit.files.filter { root.isEmpty || $0.key.hasPrefix(root + "/") }
  }

  private func files(_ commit: MemoryHistory.Commit) -> [String: String] {
    roots.reduce(into: [:]) { result, root in
      result.merge(files(commit, below: root)) { first, _ in first }
    }
  }

  package func contains(_ revision: String) -> Bool { commits.contains { $0.id == revision } }

  package func ancestry(since revision: String) throws(SourceError) -> PlanInput.Ancestry {
    guard let base = commits.firstIndex(where: { $0.id == revision }) else { return .unknown }
    return base <= index ? .descends : .rewritten
  }

  package func delta(since base: String?) throws(SourceError) -> SourceDelta {
    let old = commits.first { $0.id == base }.map(files) ?? [:]
    let new = files(commits[index])
    let touched = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
    let present = new.filter { touched.contains($0.key) }
    let snapshot = Snapshot(present, registry: registry)
    return SourceDelta(
      isEverything: base == nil, touchedFiles: touched, presentFiles: Set(present.keys),
      resources: snapshot.resources, diagnostics: snapshot.diagnostics, blobsRead: present.count)
  }

  package func resources(inFiles files: [String]) throws(SourceError) -> [Resource] {
    Snapshot(commits[index].files.filter { files.contains($0.key) }, registry: registry).resources
  }

  package func origins(
    of files: Set<String>, since base: String?,
  ) throws(SourceError) -> [String: Origin] {
    var result: [String: Origin] = [:]
    for file in files {
      let touched = (0...index).reversed().first { position in
        commits[position].files[file] != (position == 0 ? nil : commits[position - 1].files[file])
      }
      let commit = commits[touched ?? index]
      result[file] = Origin(
        commit: commit.id, author: commit.author, email: "\(commit.author)@example.org",
        time: Timestamp(seconds: 1_700_000_000 + Int64(touched ?? index)))
    }
    return result
  }
}
