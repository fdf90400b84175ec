internal import Git
internal import Resources

/// A commit on the way down, and what it changed against its first parent.
struct Step {
  /// The resources of the files that the commit changed, as they were before.
  typealias SourceIndex = [ResourceKey: (file: String, content: Value)]

  let commit: Commit
  /// The files that the commit changed or deleted.
  let changed: [TreeChange]
  /// The file at hand.
  var change: TreeChange
  /// Made when the first resource is looked for elsewhere.
  var sources: SourceIndex?
  private let deleted: [ObjectID: String]

  init(commit: Commit, changes: [TreeChange]) {
    self.commit = commit
    changed = changes.filter {
      $0.before?.isFile == true && ManifestFiles.isManifest($0.path)
    }
    change = TreeChange(path: "", before: nil, after: nil)
    var deleted: [ObjectID: String] = [:]
    for change in changed where change.after == nil {
      if let old = change.old, deleted[old] == nil { deleted[old] = change.path }
    }
    self.deleted = deleted
  }

  var id: ObjectID { commit.id }

  /// The file that the commit deleted and whose content is now elsewhere.
  func renamed(_ blob: ObjectID) -> String? { deleted[blob] }
}

extension TreeEntry {
  /// Whether it may be a manifest.
  var isFile: Bool { mode == .blob || mode == .executable }
}
