internal import CGit2
import Glibc

/// The process-wide state of libgit2: started once, with the Git settings of the host shut out.
package enum LibGit2 {
  /// Starts libgit2 with our options; every later call does nothing.
  ///
  /// Global, system and XDG settings are not read, so that `url.*.insteadOf` or a proxy in
  /// somebody's `~/.gitconfig` cannot redirect a fetch. Ownership is checked by `Repository`, not
  /// by libgit2, whose 1.5 answer is a puzzle. Files are synchronised to disk before they count.
  package static func start() throws(GitError) {
    try started.get()
  }

  /// The version of the libgit2 in use, as `1.5.1`.
  package static var version: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var revision: Int32 = 0
    unsafe git_libgit2_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
  }

  /// What the libgit2 in use was built with, sorted by name.
  package static var features: [String] {
    let present = UInt32(truncatingIfNeeded: git_libgit2_features())
    let known = [
      ("https", GIT_FEATURE_HTTPS), ("nsec", GIT_FEATURE_NSEC), ("ssh", GIT_FEATURE_SSH),
      ("threads", GIT_FEATURE_THREADS),
    ]
    return known.filter { present & $0.1.rawValue != 0 }.map(\.0)
  }

  /// The extensions of the repository format that are harmless for reading.
  ///
  /// `objectformat` is here so that the repository opens and we can name the format it has.
  static let knownExtensions = [
    "noop", "objectformat", "partialclone", "preciousobjects", "worktreeconfig",
  ]

  private static let treeCacheLimit = 16 << 20
  private static let cacheLimit = 64 << 20
  private static let mappedLimit = 1 << 30
  private static let packObjectLimit = 1 << 24

  private static let started = Result<Void, GitError> { () throws(GitError) in
    try expect("start libgit2", git_libgit2_init())
    try expect("turn libgit2's ownership check off", writ_git_set_owner_validation(0))
    let levels = [
      GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
      GIT_CONFIG_LEVEL_GLOBAL,
    ]
    for level in levels {
      try unsafe expect("shut out the host's Git settings", writ_git_set_search_path(level, ""))
    }
    try expect("list known extensions", allowExtensions(knownExtensions))
    try expect(
      "limit the tree cache",
      writ_git_set_cache_object_limit(GIT_OBJECT_TREE, treeCacheLimit)
    )
    try expect("limit the cache", writ_git_set_cache_maximum(cacheLimit))
    try expect("limit mapped memory", writ_git_set_mapped_limit(mappedLimit))
    try expect("limit objects per pack", writ_git_set_pack_objects_maximum(packObjectLimit))
    try expect("verify object names", writ_git_set_strict_hashes(1))
    try expect("synchronise files", writ_git_set_fsync(1))
    try unsafe expect("name the user agent", writ_git_set_user_agent("writ"))
  }

  private static func expect(_ operation: String, _ status: Int32) throws(GitError) {
    guard status < 0 else { return }
    let advice = "libgit2 \(version) refused; install libgit2 1.5 or newer"
    throw Failure(status).error(.other, operation, advice)
  }

  private static func allowExtensions(_ names: [String]) -> Int32 {
    let copies = unsafe names.map { unsafe strdup($0) }
    defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
    var pointers = unsafe copies.map { unsafe UnsafePointer($0) }
    return unsafe writ_git_set_extensions(&pointers, pointers.count)
  }
}
