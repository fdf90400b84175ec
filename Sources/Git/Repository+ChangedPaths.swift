extension Repository {
  /// Reports the paths below `roots` that differ from every parent of the commit, in Git's order.
  ///
  /// A root commit reports everything that it has. A merge reports only what it decided itself:
  /// paths that are as in one of the parents are not its doing. `before` is that of the first
  /// parent. `roots` are folders; `""` is the whole repository.
  package func changedPaths(
    commit: Commit,
    under roots: [String],
    limits: WalkLimits = WalkLimits(),
    visit: (TreeChange) throws -> Void
  ) throws {
    for root in roots {
      let new = try folder(root, of: commit.id)
      guard let first = commit.parents.first else {
        try walk(from: nil, to: new, prefix: root, limits: limits, visit: visit)
        continue
      }
      let old = try folder(root, of: first)
      guard commit.parents.count > 1 else {
        try walk(from: old, to: new, prefix: root, limits: limits, visit: visit)
        continue
      }
      var common = try changes(from: old, to: new, prefix: root, limits: limits)
      for parent in commit.parents.dropFirst() where !common.isEmpty {
        var differing: Set<String> = []
        try walk(from: folder(root, of: parent), to: new, prefix: root, limits: limits) {
          differing.insert($0.path)
        }
        common.removeAll { !differing.contains($0.path) }
      }
      for change in common { try visit(change) }
    }
  }

  /// Finds a folder of a commit; a file in its place counts as none.
  private func folder(_ path: String, of commit: ObjectID) throws(GitError) -> ObjectID? {
    guard let entry = try entry(of: commit, at: path), entry.mode == .tree else { return nil }
    return entry.id
  }
}

extension Repository {
  /// Reports the paths below `roots` in which a commit differs from `parent`, in Git's order.
  ///
  /// `parent` may be any commit; nil stands for an empty one.
  package func changedPaths(
    commit: ObjectID,
    since parent: ObjectID?,
    under roots: [String],
    limits: WalkLimits = WalkLimits(),
    visit: (TreeChange) throws -> Void
  ) throws {
    for root in roots {
      let old = try parent.flatMap { try folder(root, of: $0) }
      try walk(
        from: old, to: folder(root, of: commit), prefix: root, limits: limits, visit: visit)
    }
  }
}
