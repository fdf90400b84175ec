/// What an entry of a tree is.
package enum EntryMode: Sendable, Hashable {
  /// An ordinary file.
  case blob
  /// A file that may be executed.
  case executable
  /// A directory.
  case tree
  /// A symbolic link.
  case symlink
  /// A commit of another repository.
  case submodule
}

/// One entry of a tree: what it is and what it holds.
package struct TreeEntry: Sendable, Hashable {
  /// What the entry is.
  package let mode: EntryMode
  /// The object that it names.
  package let id: ObjectID

  /// Makes an entry from its fields.
  package init(mode: EntryMode, id: ObjectID) {
    self.mode = mode
    self.id = id
  }
}

/// One path that differs between two trees; directories never appear, only what is in them.
///
/// A symbolic link or a submodule appears with its mode, so that the caller can refuse it.
package struct TreeChange: Sendable, Hashable {
  /// The path from the root of the repository, with `/` between names.
  package let path: String
  /// What was there before; nil when the path is new.
  package let before: TreeEntry?
  /// What is there now; nil when the path is gone.
  package let after: TreeEntry?

  /// Makes a change from its fields.
  package init(path: String, before: TreeEntry?, after: TreeEntry?) {
    self.path = path
    self.before = before
    self.after = after
  }

  /// The object before; nil when the path is new.
  package var old: ObjectID? { before?.id }
  /// The object now; nil when the path is gone.
  package var new: ObjectID? { after?.id }
}

/// How far a walk over trees may go before it gives up with `tooLarge`.
package struct WalkLimits: Sendable, Hashable {
  /// How many directories may lie inside each other.
  package var depth: Int
  /// How many bytes a path may have.
  package var pathBytes: Int
  /// How many changes may be reported.
  package var changes: Int

  /// Makes limits; the defaults suit a repository of configuration.
  package init(depth: Int = 64, pathBytes: Int = 4096, changes: Int = 10_000_000) {
    self.depth = depth
    self.pathBytes = pathBytes
    self.changes = changes
  }
}
