internal import CGit2

extension Repository {
  /// Copies the bytes of a commit object as they are, for judging its signature.
  ///
  /// Throws `tooLarge` before reading when there are more than `maximumBytes`. The bytes are
  /// checked against `id`. (libgit2's own extraction of signatures searches the message, too, and
  /// stops at a zero byte, so it is not used.)
  package func rawCommit(_ id: ObjectID, maximumBytes: Int) throws(GitError) -> [UInt8] {
    let operation = "read commit \(id.abbreviated)"
    var raw = id.raw
    var size = 0
    var type = GIT_OBJECT_INVALID
    git_error_clear()
    let status = unsafe git_odb_read_header(&size, &type, database.pointer, &raw)
    if status < 0 { throw explain(Failure(status), reading: id, operation) }
    guard type == GIT_OBJECT_COMMIT else {
      throw GitError(.corruptObject, operation, "object \(id) is not a commit")
    }
    guard size <= maximumBytes else {
      throw GitError(
        .tooLarge, operation, "the commit has \(size) bytes, and the limit is \(maximumBytes)")
    }
    let object = try unsafe Handle<DatabaseObjectKind> { opened in
      var raw = id.raw
      return unsafe git_odb_read(&opened, database.pointer, &raw)
    } explain: {
      explain($0, reading: id, operation)
    }
    return unsafe Array(
      UnsafeRawBufferPointer(
        start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
  }
}
