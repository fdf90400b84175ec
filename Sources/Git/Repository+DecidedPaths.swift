internal import CGit2

extension Repository {
  /// Answers the paths that a commit decided itself, in Git's order: those that differ from what
  /// its parents alone would have given.
  ///
  /// For a merge of two parents that is what a plain merge would not have left so: a path that is
  /// neither parent's, and also one where the merge kept the older side. Two edits of one file that
  /// Git merges line by line are a plain merge when the result is the same bytes. Renames are not
  /// followed, and of a merge with more parents everything counts that differs from the first: in
  /// doubt a path is in the answer.
  package func decidedPaths(
    commit: Commit,
    limits: WalkLimits = WalkLimits()
  ) throws -> [String] {
    let tree = commit.tree
    guard let first = commit.parents.first else {
      return try changes(from: nil, to: tree, limits: limits).map(\.path)
    }
    let ours = try self.commit(first).tree
    let fromOurs = try changes(from: ours, to: tree, limits: limits)
    guard commit.parents.count == 2 else { return fromOurs.map(\.path) }
    let theirs = try self.commit(commit.parents[1]).tree
    var sides: [String: MergeSides] = [:]
    for change in fromOurs {
      sides[change.path] = MergeSides(
        ours: change.before, theirs: change.after, result: change.after)
    }
    for change in try changes(from: theirs, to: tree, limits: limits) {
      let known = sides[change.path]
      sides[change.path] = MergeSides(
        ours: known.map(\.ours) ?? change.after, theirs: change.before, result: change.after)
    }
    if sides.isEmpty { return [] }
    let bases = try mergeBases(first, commit.parents[1])
    var decided: [String] = []
    for (path, sides) in sides {
      if try !isPlain(sides, at: path, bases) { decided.append(path) }
    }
    return decided.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether every base gives the result; histories without a common commit have an empty one.
  private func isPlain(
    _ sides: MergeSides, at path: String, _ bases: [ObjectID]
  ) throws(GitError) -> Bool {
    if bases.isEmpty { return try isPlain(sides, base: nil) }
    for base in bases {
      guard try isPlain(sides, base: entry(of: base, at: path)) else { return false }
    }
    return true
  }

  private func isPlain(_ sides: MergeSides, base: TreeEntry?) throws(GitError) -> Bool {
    if sides.ours == sides.theirs { return sides.result == sides.ours }
    if sides.ours == base { return sides.result == sides.theirs }
    if sides.theirs == base { return sides.result == sides.ours }
    guard let ours = sides.ours, let theirs = sides.theirs, let base, let result = sides.result,
      ours.mode == .blob, theirs.mode == .blob, base.mode == .blob, result.mode == .blob
    else { return false }
    return try mergeFile(base: base.id, ours: ours.id, theirs: theirs.id) == result.id
  }

  private func mergeBases(_ one: ObjectID, _ two: ObjectID) throws(GitError) -> [ObjectID] {
    let operation = "find the merge base of \(one.abbreviated) and \(two.abbreviated)"
    var found = unsafe git_oidarray()
    defer { unsafe git_oidarray_dispose(&found) }
    var first = one.raw
    var second = two.raw
    git_error_clear()
    let status = unsafe git_merge_bases(&found, handle.pointer, &first, &second)
    if status == GIT_ENOTFOUND.rawValue { return [] }
    if status < 0 { throw explain(Failure(status), reading: one, operation) }
    return unsafe (0..<found.count).map { unsafe ObjectID(found.ids[$0]) }
  }

  /// Merges three versions of a file line by line, and names the result; nil where they conflict.
  private func mergeFile(
    base: ObjectID, ours: ObjectID, theirs: ObjectID
  ) throws(GitError) -> ObjectID? {
    var texts: [[UInt8]] = []
    for id in [base, ours, theirs] {
      guard try blobSize(id) <= mergedFileLimit else { return nil }
      texts.append(try readBlob(id, maximumBytes: mergedFileLimit))
    }
    return unsafe texts[0].withUnsafeBytes { base in
      unsafe texts[1].withUnsafeBytes { ours in
        unsafe texts[2].withUnsafeBytes { theirs in
          unsafe mergedName(base, ours, theirs)
        }
      }
    }
  }

  private func mergedName(
    _ base: UnsafeRawBufferPointer, _ ours: UnsafeRawBufferPointer,
    _ theirs: UnsafeRawBufferPointer
  ) -> ObjectID? {
    var inputs = unsafe [base, ours, theirs].map { bytes in
      var input = unsafe git_merge_file_input()
      unsafe git_merge_file_input_init(&input, UInt32(GIT_MERGE_FILE_INPUT_VERSION))
      unsafe input.ptr = bytes.bindMemory(to: CChar.self).baseAddress
      unsafe input.size = bytes.count
      return unsafe input
    }
    var result = unsafe git_merge_file_result()
    defer { unsafe git_merge_file_result_free(&result) }
    let status = unsafe inputs.withUnsafeMutableBufferPointer { inputs -> Int32 in
      guard let start = inputs.baseAddress else { return -1 }
      return unsafe git_merge_file(&result, start, start + 1, start + 2, nil)
    }
    guard status == 0, unsafe result.automergeable == 1 else { return nil }
    var raw = git_oid()
    let hashed = unsafe git_odb_hash(&raw, result.ptr, result.len, GIT_OBJECT_BLOB)
    return hashed == 0 ? ObjectID(raw) : nil
  }
}

/// Larger files are not merged again; a merge that changed one has decided it.
private let mergedFileLimit = 4 << 20

/// One path in both parents of a merge, and in the merge.
private struct MergeSides {
  var ours: TreeEntry?
  var theirs: TreeEntry?
  var result: TreeEntry?
}
