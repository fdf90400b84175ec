internal import CGit2

extension Repository {
  /// Whether the object is in this repository; nothing is fetched.
  package func contains(_ id: ObjectID) -> Bool {
    var raw = id.raw
    return unsafe git_odb_exists(database.pointer, &raw) == 1
  }

  /// Reads one commit.
  package func commit(_ id: ObjectID) throws(GitError) -> Commit {
    let handle = try lookUpCommit(id, "read commit \(id.abbreviated)")
    let pointer = unsafe handle.pointer
    guard
      let tree = unsafe ObjectID(git_commit_tree_id(pointer)),
      let author = unsafe git_commit_author(pointer),
      let committer = unsafe git_commit_committer(pointer)
    else {
      throw GitError(.corruptObject, "read commit \(id)", "the commit lacks a tree or an author")
    }
    let parents = unsafe (0..<git_commit_parentcount(pointer)).compactMap {
      unsafe ObjectID(git_commit_parent_id(pointer, $0))
    }
    return unsafe Commit(
      id: id,
      tree: tree,
      parents: parents,
      author: Signature(author.pointee),
      committer: Signature(committer.pointee),
      summary: git_commit_summary(pointer).map { unsafe String(cString: $0) } ?? "",
      message: unsafe git_commit_message(pointer).map { unsafe String(cString: $0) } ?? ""
    )
  }

  /// Finds what lies at `path` in a commit; nil where nothing does.
  ///
  /// The root is `""`.
  package func entry(of commit: ObjectID, at path: String) throws(GitError) -> TreeEntry? {
    let operation = "find \(printable(path)) in commit \(commit.abbreviated)"
    let handle = try lookUpCommit(commit, operation)
    let root = unsafe ObjectID(git_commit_tree_id(handle.pointer))
    guard let root else { throw GitError(.corruptObject, operation, "the commit has no tree") }
    let names = try pathNames(path, operation)
    guard !names.isEmpty else { return TreeEntry(mode: .tree, id: root) }
    var current = TreeEntry(mode: .tree, id: root)
    for name in names {
      guard current.mode == .tree else { return nil }
      guard let next = try child(name, of: current.id, operation) else { return nil }
      current = next
    }
    return current
  }

  /// Finds the folder at `path` in a commit; nil where nothing is.
  ///
  /// The root is `""`. Throws `invalidPath` where a file, a link or a submodule is.
  package func treeID(of commit: ObjectID, at path: String) throws(GitError) -> ObjectID? {
    guard let entry = try entry(of: commit, at: path) else { return nil }
    guard entry.mode == .tree else {
      let operation = "find folder \(printable(path)) in commit \(commit.abbreviated)"
      throw GitError(.invalidPath, operation, "a \(entry.mode) is there; name a folder instead")
    }
    return entry.id
  }

  /// Finds words for an object that could not be read.
  func explain(_ failure: Failure, reading id: ObjectID, _ operation: String) -> GitError {
    if failure.isNotFound { return missing(id, operation, detail: failure.text) }
    guard failure.isCorruption else {
      return failure.error(.other, operation, "object \(id) cannot be read")
    }
    let advice = "object \(id) is damaged; run `git fsck`, then restore it or clone afresh"
    return failure.error(.corruptObject, operation, advice)
  }

  /// Finds words for an object that is not there.
  func missing(_ id: ObjectID, _ operation: String, detail: String? = nil) -> GitError {
    let advice =
      if isPartial {
        "a partial clone left it out; clone without `--filter`, or run `git fetch --refetch`"
      } else if isShallow {
        "a shallow clone left it out; run `git fetch --unshallow` (in CI: `fetch-depth: 0`)"
      } else {
        "fetch again; if that does not help, run `git fsck` or clone afresh"
      }
    let message = "object \(id) is not in \(printable(path)): \(advice)"
    return GitError(.missingObject, operation, message, detail: detail)
  }

  func lookUpCommit(_ id: ObjectID, _ operation: String) throws(GitError) -> Handle<CommitKind> {
    try unsafe Handle<CommitKind> { opened in
      var raw = id.raw
      return unsafe git_commit_lookup(&opened, handle.pointer, &raw)
    } explain: {
      explain($0, reading: id, operation)
    }
  }

  private func child(
    _ name: String,
    of tree: ObjectID,
    _ operation: String
  ) throws(GitError) -> TreeEntry? {
    let cursor = try TreeCursor(tree, in: self, operation)
    guard
      let pointer = unsafe cursor.pointer,
      let entry = unsafe git_tree_entry_byname(pointer, name),
      let mode = unsafe EntryMode(of: entry),
      let id = unsafe ObjectID(git_tree_entry_id(entry))
    else { return nil }
    return TreeEntry(mode: mode, id: id)
  }
}

/// Splits a path into its names; slashes at the ends do not count.
func pathNames(_ path: String, _ operation: String) throws(GitError) -> [String] {
  guard !path.utf8.contains(0), path.utf8.count <= WalkLimits().pathBytes else {
    throw GitError(.invalidPath, operation, "the path is too long or has a zero byte")
  }
  var names = path.split(separator: "/").map(String.init)
  if names == ["."] { names = [] }
  guard !names.contains("."), !names.contains("..") else {
    let advice = "write the path from the root of the repository, without `.` and `..`"
    throw GitError(.invalidPath, operation, advice)
  }
  return names
}

extension Signature {
  init(_ raw: git_signature) {
    name = unsafe raw.name.map { unsafe String(cString: $0) } ?? ""
    email = unsafe raw.email.map { unsafe String(cString: $0) } ?? ""
    time = unsafe raw.when.time
    offsetMinutes = unsafe Int(raw.when.offset)
  }
}
