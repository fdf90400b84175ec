internal import CGit2

/// What the `config` file of a repository says about its format.
struct RepositorySettings {
  /// The keys `extensions.*` in lower case, without the prefix, and their values.
  let extensions: [(name: String, value: String)]
  /// Whether a remote promises objects that were not fetched.
  let hasPromisor: Bool

  var isPartial: Bool { hasPromisor || extensions.contains { $0.name == "partialclone" } }

  init(of repository: OpaquePointer, _ operation: String) throws(GitError) {
    let settings = try unsafe Handle<SettingsKind> {
      unsafe git_repository_config_snapshot(&$0, repository)
    } explain: {
      $0.error(.other, operation, "the `config` file of the repository cannot be read")
    }
    let entries = try unsafe Self.entries(of: settings.pointer, operation)
    let prefix = "extensions."
    extensions = entries.filter { $0.name.hasPrefix(prefix) }
      .map { (name: String($0.name.dropFirst(prefix.count)), value: $0.value) }
    hasPromisor = entries.contains {
      $0.name.hasPrefix("remote.") && $0.name.hasSuffix(".promisor")
        && ["true", "yes", "on", "1", ""].contains($0.value.lowercased())
    }
  }

  /// Throws unless this program can read repositories of this format.
  func requireSupportedFormat(_ operation: String) throws(GitError) {
    for (name, value) in extensions {
      let format = value.lowercased()
      if name == "objectformat", format != "sha1" {
        throw GitError(
          .unsupportedObjectFormat,
          operation,
          """
          the repository uses the object format \(printable(value)), and libgit2 \
          \(LibGit2.version) reads sha1 only; use a repository made with `git init \
          --object-format=sha1`
          """
        )
      }
      guard LibGit2.knownExtensions.contains(name) else {
        throw GitError(
          .unsupportedExtension,
          operation,
          """
          the repository uses the extension \(printable(name)) = \(printable(value)), which \
          this program does not know; use a clone without it
          """
        )
      }
    }
  }

  /// Reads every entry; libgit2 1.5 could choose by pattern, but leaks 20 KB for each one it tries.
  private static func entries(
    of settings: OpaquePointer,
    _ operation: String
  ) throws(GitError) -> [(name: String, value: String)] {
    var iterator: OpaquePointer?
    let opening = attempt { unsafe git_config_iterator_new(&iterator, settings) }
    if let opening { throw opening.error(.other, operation, "its `config` cannot be read") }
    defer { unsafe git_config_iterator_free(iterator) }
    var result: [(name: String, value: String)] = []
    while true {
      var entry: UnsafeMutablePointer<git_config_entry>?
      let status = unsafe git_config_next(&entry, iterator)
      if status == GIT_ITEROVER.rawValue { return result }
      if status < 0 {
        throw Failure(status).error(.other, operation, "its `config` cannot be read")
      }
      guard let entry = unsafe entry, let name = unsafe entry.pointee.name else { continue }
      let value = unsafe entry.pointee.value.map { unsafe String(cString: $0) } ?? ""
      unsafe result.append((String(cString: name), value))
    }
  }
}
