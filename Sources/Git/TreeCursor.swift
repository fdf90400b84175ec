internal import CGit2

/// One tree and a position in it; without a tree it is an empty one.
@safe struct TreeCursor: ~Copyable {
  let pointer: OpaquePointer?
  let count: Int
  private(set) var entry: OpaquePointer?
  private var index = 0

  /// Reads the tree `id`; nil stands for an empty tree.
  init(
    _ id: ObjectID?,
    in repository: borrowing Repository,
    _ operation: @autoclosure () -> String
  ) throws(GitError) {
    guard let id else {
      unsafe pointer = nil
      count = 0
      unsafe entry = nil
      return
    }
    var raw = id.raw
    var opened: OpaquePointer?
    let status = unsafe git_tree_lookup(&opened, repository.handle.pointer, &raw)
    if status < 0 { throw repository.explain(Failure(status), reading: id, operation()) }
    unsafe pointer = unsafe opened
    count = unsafe git_tree_entrycount(opened)
    unsafe entry = unsafe count > 0 ? git_tree_entry_byindex(opened, 0) : nil
  }

  deinit {
    if let pointer = unsafe pointer { unsafe git_tree_free(pointer) }
  }

  /// Goes to the next entry; false when the entries are not in Git's order, as in a forged tree.
  mutating func advance() -> Bool {
    let previous = unsafe entry
    index += 1
    unsafe entry = unsafe index < count ? git_tree_entry_byindex(pointer, index) : nil
    guard let previous = unsafe previous, let entry = unsafe entry else { return true }
    return unsafe git_tree_entry_cmp(previous, entry) < 0
  }
}

extension EntryMode {
  /// Reads the mode of an entry; nil for modes that Git does not know.
  init?(of entry: OpaquePointer) {
    switch unsafe git_tree_entry_filemode(entry) {
    case GIT_FILEMODE_TREE: self = .tree
    case GIT_FILEMODE_BLOB: self = .blob
    case GIT_FILEMODE_BLOB_EXECUTABLE: self = .executable
    case GIT_FILEMODE_LINK: self = .symlink
    case GIT_FILEMODE_COMMIT: self = .submodule
    default: return nil
    }
  }
}
