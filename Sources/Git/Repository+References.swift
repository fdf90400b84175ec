internal import CGit2

/// A name and the object that it stands for.
package struct Reference: Sendable, Hashable {
  /// The full name, as `refs/heads/main`.
  package let name: String
  /// A commit, or for an annotated tag the tag object.
  package let target: ObjectID
}

extension Repository {
  /// Lists the references whose full name starts with `prefix`, sorted by name.
  ///
  /// Symbolic references are left out. Throws `tooLarge` beyond `limit`.
  package func references(
    _ prefix: String = "refs/",
    limit: Int = 1_000_000
  ) throws(GitError) -> [Reference] {
    let operation = "list references \(printable(prefix))"
    var iterator: OpaquePointer?
    if let failure = attempt({ unsafe git_reference_iterator_new(&iterator, handle.pointer) }) {
      throw failure.error(.other, operation, "the references cannot be read; run `git fsck`")
    }
    defer { unsafe git_reference_iterator_free(iterator) }
    var result: [Reference] = []
    while true {
      var raw: OpaquePointer?
      let status = unsafe git_reference_next(&raw, iterator)
      if status == GIT_ITEROVER.rawValue { break }
      guard status >= 0, let raw = unsafe raw else {
        let failure = Failure(status)
        throw failure.error(.other, operation, "a reference cannot be read; run `git fsck`")
      }
      defer { unsafe git_reference_free(raw) }
      guard
        let name = unsafe git_reference_name(raw).map({ unsafe String(cString: $0) }),
        name.utf8.starts(with: prefix.utf8),
        let target = unsafe ObjectID(git_reference_target(raw))
      else { continue }
      result.append(Reference(name: name, target: target))
      guard result.count <= limit else {
        throw GitError(.tooLarge, operation, "there are more than \(limit) references")
      }
    }
    return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Answers what a full reference name stands for; nil when there is none.
  package func reference(_ name: String) throws(GitError) -> ObjectID? {
    let operation = "read reference \(printable(name))"
    try requireName(name, operation)
    var raw = git_oid()
    guard let failure = attempt({ unsafe git_reference_name_to_id(&raw, handle.pointer, name) })
    else {
      return ObjectID(raw)
    }
    if failure.isNotFound { return nil }
    if failure.status == GIT_EINVALIDSPEC.rawValue {
      throw failure.error(.invalidPath, operation, "this is not a valid reference name")
    }
    throw failure.error(.other, operation, "the reference cannot be read; run `git fsck`")
  }

  /// Makes a reference stand for an object, whatever it stood for before.
  ///
  /// Durable when this returns. The object must be in the repository.
  package func setReference(_ name: String, to id: ObjectID) throws(GitError) {
    let operation = "set reference \(printable(name)) to \(id.abbreviated)"
    try requireName(name, operation)
    guard contains(id) else { throw missing(id, operation) }
    _ = try unsafe Handle<ReferenceKind> { created in
      var raw = id.raw
      return unsafe git_reference_create(&created, handle.pointer, name, &raw, 1, nil)
    } explain: {
      switch $0.status {
      case GIT_EINVALIDSPEC.rawValue:
        return $0.error(.invalidPath, operation, "this is not a valid reference name")
      case GIT_ELOCKED.rawValue:
        return $0.error(
          .other,
          operation,
          "another process is writing it; wait, or delete a stale `.lock` file"
        )
      default:
        return $0.error(.other, operation, "the reference cannot be written; check disk and rights")
      }
    }
  }

  /// Deletes a reference; one that does not exist is deleted already.
  package func deleteReference(_ name: String) throws(GitError) {
    guard try reference(name) != nil else { return }
    let failure = attempt { unsafe git_reference_remove(handle.pointer, name) }
    guard let failure, !failure.isNotFound else { return }
    let operation = "delete reference \(printable(name))"
    throw failure.error(.other, operation, "the reference cannot be deleted; check disk and rights")
  }
}
