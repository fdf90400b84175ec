internal import CGit2

extension Repository {
  /// Answers how many bytes a file has, without reading it.
  package func blobSize(_ id: ObjectID) throws(GitError) -> Int {
    var raw = id.raw
    var size = 0
    var type = GIT_OBJECT_INVALID
    let status = unsafe git_odb_read_header(&size, &type, database.pointer, &raw)
    if status < 0 { throw explain(Failure(status), reading: id, "read blob \(id.abbreviated)") }
    try requireBlob(type, id)
    return size
  }

  /// Lends the bytes of a file to `body`.
  ///
  /// Throws `tooLarge` before reading when there are more than `maximumBytes`. The bytes are
  /// checked against `id`, so damaged ones throw `corruptObject`.
  package func readBlob<Result>(
    _ id: ObjectID,
    maximumBytes: Int,
    _ body: (RawSpan) throws -> Result
  ) throws -> Result {
    let object = try load(id, maximumBytes)
    return try unsafe body(bytes(of: object.pointer).bytes)
  }

  /// Copies the bytes of a file; see `readBlob(_:maximumBytes:_:)`.
  package func readBlob(_ id: ObjectID, maximumBytes: Int) throws(GitError) -> [UInt8] {
    let object = try load(id, maximumBytes)
    return unsafe Array(bytes(of: object.pointer))
  }

  private func load(
    _ id: ObjectID,
    _ maximumBytes: Int
  ) throws(GitError) -> Handle<DatabaseObjectKind> {
    let size = try blobSize(id)
    guard size <= maximumBytes else {
      throw GitError(
        .tooLarge,
        "read blob \(id.abbreviated)",
        "the file has \(size) bytes, and the limit is \(maximumBytes); make it smaller"
      )
    }
    return try unsafe Handle<DatabaseObjectKind> { opened in
      var raw = id.raw
      return unsafe git_odb_read(&opened, database.pointer, &raw)
    } explain: {
      explain($0, reading: id, "read blob \(id.abbreviated)")
    }
  }

  private func bytes(of object: OpaquePointer) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: git_odb_object_data(object),
      count: git_odb_object_size(object)
    )
  }

  private func requireBlob(_ type: git_object_t, _ id: ObjectID) throws(GitError) {
    guard type == GIT_OBJECT_BLOB else {
      let kind =
        unsafe git_object_type2string(type).map { unsafe String(cString: $0) } ?? "something else"
      throw GitError(.invalidPath, "read blob \(id.abbreviated)", "object \(id) is a \(kind)")
    }
  }
}
