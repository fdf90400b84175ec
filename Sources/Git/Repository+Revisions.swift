internal import CGit2

extension Repository {
  /// Answers the commit that `revision` names: a branch, tag, full reference, hex or `HEAD~1`.
  package func resolve(_ revision: String) throws(GitError) -> ObjectID {
    let operation = "resolve \(printable(revision))"
    try requireName(revision, operation)
    let object = try unsafe Handle<ObjectKind> {
      unsafe git_revparse_single(&$0, handle.pointer, revision)
    } explain: {
      explain($0, resolving: revision, operation)
    }
    let commit = try unsafe Handle<ObjectKind> {
      unsafe git_object_peel(&$0, object.pointer, GIT_OBJECT_COMMIT)
    } explain: {
      if $0.isNotFound, let id = unsafe ObjectID(git_object_id(object.pointer)) {
        return missing(id, operation, detail: $0.text)
      }
      return $0.error(.unknownReference, operation, "this names an object that is not a commit")
    }
    guard let id = unsafe ObjectID(git_object_id(commit.pointer)) else {
      throw GitError(.other, operation, "libgit2 found a commit without a name")
    }
    return id
  }

  /// Answers the commit that is checked out, or that a bare repository points at.
  package func head() throws(GitError) -> ObjectID { try resolve("HEAD") }

  /// Answers the full name of the branch that `HEAD` follows; nil when it is detached.
  ///
  /// The branch may not exist yet, as in an empty repository.
  package func headReference() throws(GitError) -> String? {
    let reference = try unsafe Handle<ReferenceKind> {
      unsafe git_reference_lookup(&$0, handle.pointer, "HEAD")
    } explain: {
      $0.error(.other, "read HEAD", "the file HEAD is missing or damaged; run `git fsck`")
    }
    return unsafe git_reference_symbolic_target(reference.pointer).map {
      unsafe String(cString: $0)
    }
  }

  private func explain(
    _ failure: Failure,
    resolving revision: String,
    _ operation: String
  ) -> GitError {
    if failure.status == GIT_EAMBIGUOUS.rawValue {
      return failure.error(
        .ambiguousName,
        operation,
        "several objects start so; write more digits"
      )
    }
    if failure.isCorruption, !failure.isNotFound,
      failure.status == GIT_ERROR.rawValue
        || failure.status == GIT_EMISMATCH.rawValue
    {
      return failure.error(
        .corruptObject,
        operation,
        "an object on the way is damaged; run `git fsck`"
      )
    }
    let names = (try? references())?.map(\.name) ?? []
    if unsafe git_repository_head_unborn(handle.pointer) == 1, names.isEmpty || revision == "HEAD" {
      let advice = "there is no commit on the current branch yet; commit something first"
      return failure.error(.emptyRepository, operation, advice)
    }
    if let id = ObjectID(hex: revision) { return missing(id, operation, detail: failure.text) }
    if isShallow, revision.contains(where: { $0 == "~" || $0 == "^" }) {
      let advice =
        "the shallow clone does not reach so far; run `git fetch --unshallow` (in CI: "
        + "`fetch-depth: 0`)"
      return failure.error(.missingObject, operation, advice)
    }
    let message =
      "no branch, tag or commit has this name\(Suggestion.text(for: revision, among: names))"
    return failure.error(.unknownReference, operation, message)
  }
}
