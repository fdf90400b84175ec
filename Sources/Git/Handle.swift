internal import CGit2

/// A kind of libgit2 object: it says how to free one.
protocol HandleKind {
  static func free(_ pointer: OpaquePointer)
}

/// The sole owner of one libgit2 object, freed when the handle ends.
@safe struct Handle<Kind: HandleKind>: ~Copyable {
  let pointer: OpaquePointer

  /// Opens an object with `open`, or throws what `explain` makes of the failure.
  init(
    _ open: (inout OpaquePointer?) -> Int32,
    explain: (Failure) -> GitError
  ) throws(GitError) {
    git_error_clear()
    var opened: OpaquePointer?
    let status = unsafe open(&opened)
    guard status >= 0, let opened = unsafe opened else { throw explain(Failure(status)) }
    unsafe pointer = unsafe opened
  }

  deinit { unsafe Kind.free(pointer) }
}

enum RepositoryKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_repository_free(pointer) }
}

enum DatabaseKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_odb_free(pointer) }
}

enum DatabaseObjectKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_odb_object_free(pointer) }
}

enum ObjectKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_object_free(pointer) }
}

enum CommitKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_commit_free(pointer) }
}

enum TreeKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_tree_free(pointer) }
}

enum TreeEntryKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_tree_entry_free(pointer) }
}

enum ReferenceKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_reference_free(pointer) }
}

enum RevisionWalkKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_revwalk_free(pointer) }
}

enum PackBuilderKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_packbuilder_free(pointer) }
}

enum RemoteKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_remote_free(pointer) }
}

enum SettingsKind: HandleKind {
  static func free(_ pointer: OpaquePointer) { unsafe git_config_free(pointer) }
}
