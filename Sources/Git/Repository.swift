internal import CGit2

/// One open repository, owned by whoever holds the value.
///
/// Every method blocks and may read many megabytes: call it on a thread of your own. The value must
/// stay on one thread at a time. Nothing is checked out, so no filter, hook or attribute ever runs.
package struct Repository: ~Copyable {
  /// How a repository is expected to lie on disk.
  package enum Kind: Sendable {
    /// A checkout or a bare repository, exactly at the path; folders above are not searched.
    case checkout
    /// A bare repository that we made ourselves.
    case mirror
  }

  /// Whose repositories may be opened.
  package enum Ownership: Sendable {
    /// Those of the current user and of root.
    case ours
    /// Anybody's; for callers who asked the person first.
    case anyone
  }

  /// The folder that holds the objects, ending in `/`.
  package let path: String
  /// The folder of checked out files, ending in `/`; nil for a bare repository.
  package let workTree: String?
  /// Whether the repository has no checked out files.
  package let isBare: Bool
  /// Whether the history was cut when cloning (`--depth`), as it was on opening.
  package let isShallow: Bool
  /// Whether objects were left out when cloning (`--filter`).
  package let isPartial: Bool

  let handle: Handle<RepositoryKind>
  let database: Handle<DatabaseKind>

  /// Opens the repository at `path`, without searching the folders above it.
  package init(
    opening path: String,
    kind: Kind = .checkout,
    ownership: Ownership = .ours
  ) throws(GitError) {
    let operation = "open repository \(printable(path))"
    try LibGit2.start()
    try requireDirectory(path, operation)
    let handle = try unsafe Handle<RepositoryKind> { opened in
      var flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue
      if kind == .mirror { flags |= GIT_REPOSITORY_OPEN_BARE.rawValue }
      return unsafe git_repository_open_ext(&opened, path, flags, nil)
    } explain: {
      explainOpening(path, $0, operation)
    }
    let repository = unsafe handle.pointer
    let gitFolder =
      unsafe git_repository_path(repository).map { unsafe String(cString: $0) } ?? path
    let workTree = unsafe git_repository_workdir(repository).map { unsafe String(cString: $0) }
    if ownership == .ours {
      try requireOurs(gitFolder, operation)
      if let workTree { try requireOurs(workTree, operation) }
    }
    let settings = try unsafe RepositorySettings(of: repository, operation)
    try settings.requireSupportedFormat(operation)
    let database = try unsafe Handle<DatabaseKind> {
      unsafe git_repository_odb(&$0, repository)
    } explain: {
      $0.error(.other, operation, "the object database cannot be opened; run `git fsck`")
    }
    self.path = gitFolder
    self.workTree = workTree
    isBare = unsafe git_repository_is_bare(repository) == 1
    isShallow = unsafe git_repository_is_shallow(repository) == 1
    isPartial = settings.isPartial
    self.database = database
    self.handle = handle
  }

  /// Answers the folder of the repository that `directory` lies in, for `init(opening:)`.
  package static func discover(from directory: String) throws(GitError) -> String {
    let operation = "find a repository around \(printable(directory))"
    try LibGit2.start()
    try requireDirectory(directory, operation)
    var found = unsafe git_buf()
    defer { unsafe git_buf_dispose(&found) }
    if let failure = attempt({ unsafe git_repository_discover(&found, directory, 0, nil) }) {
      let advice = "neither this folder nor one above it is a Git repository; run `git init`, or "
      throw failure.error(.notARepository, operation, advice + "name the repository explicitly")
    }
    guard let text = unsafe found.ptr else {
      throw GitError(.notARepository, operation, "libgit2 found a repository without a path")
    }
    return unsafe String(cString: text)
  }

  /// Creates an empty bare repository at `path`, readable by the current user alone, and opens it.
  ///
  /// Fails where a repository already is. Missing parent folders are created.
  package static func createMirror(at path: String) throws(GitError) -> Repository {
    let operation = "create mirror \(printable(path))"
    try LibGit2.start()
    try requireName(path, operation)
    var options = unsafe git_repository_init_options()
    unsafe git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    unsafe options.flags =
      GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
      | GIT_REPOSITORY_INIT_NO_REINIT.rawValue | GIT_REPOSITORY_INIT_NO_DOTGIT_DIR.rawValue
    unsafe options.mode = 0o700
    _ = try unsafe Handle<RepositoryKind> {
      unsafe git_repository_init_ext(&$0, path, &options)
    } explain: {
      let reason =
        $0.status == GIT_EEXISTS.rawValue
        ? "a repository is already there; open it or delete the folder"
        : "the folder cannot be created; check that its parent exists and is writable"
      return $0.error(.other, operation, reason)
    }
    try restrict(path, operation)
    return try Repository(opening: path, kind: .mirror)
  }
}
