internal import CGit2

extension Repository {
  /// Reports every path that differs between two trees, in Git's order.
  ///
  /// The cost is the sum of the entries in the folders that differ: equal folders are never read.
  /// `prefix` is where both trees lie in the repository and comes before every path. Nil stands
  /// for an empty tree, so `from: nil` lists a whole tree. What `visit` throws ends the walk.
  package func walk(
    from old: ObjectID?,
    to new: ObjectID?,
    prefix: String = "",
    limits: WalkLimits = WalkLimits(),
    visit: (TreeChange) throws -> Void
  ) throws {
    guard old != new else { return }
    let names = try pathNames(prefix, "compare trees")
    var walker = TreeWalker(path: Array(names.joined(separator: "/").utf8), limits: limits)
    try walker.compare(old, new, depth: 0, in: self, visit)
  }

  /// Collects every path that differs between two trees, in Git's order; see `walk`.
  package func changes(
    from old: ObjectID?,
    to new: ObjectID?,
    prefix: String = "",
    limits: WalkLimits = WalkLimits()
  ) throws -> [TreeChange] {
    var result: [TreeChange] = []
    try walk(from: old, to: new, prefix: prefix, limits: limits) { result.append($0) }
    return result
  }
}

/// The state of one walk: where it is and how much it has reported.
private struct TreeWalker {
  /// The path of the folder that is being compared.
  var path: [UInt8]
  let limits: WalkLimits
  var reported = 0

  mutating func compare(
    _ old: ObjectID?,
    _ new: ObjectID?,
    depth: Int,
    in repository: borrowing Repository,
    _ visit: (TreeChange) throws -> Void
  ) throws {
    guard depth <= limits.depth else {
      throw failure(.tooLarge, "folders are nested deeper than \(limits.depth)")
    }
    var before = try TreeCursor(old, in: repository, operation)
    var after = try TreeCursor(new, in: repository, operation)
    while unsafe before.entry != nil || after.entry != nil {
      let step = unsafe Step(before.entry, after.entry)
      let left = unsafe step == .added ? nil : before.entry
      let right = unsafe step == .removed ? nil : after.entry
      if unsafe left != nil, !before.advance() { throw unordered(old) }
      if unsafe right != nil, !after.advance() { throw unordered(new) }
      if let left = unsafe left, let right = unsafe right, unsafe isSame(left, right) { continue }
      try unsafe report(left, right, depth: depth, in: repository, visit)
    }
  }

  private mutating func report(
    _ left: OpaquePointer?,
    _ right: OpaquePointer?,
    depth: Int,
    in repository: borrowing Repository,
    _ visit: (TreeChange) throws -> Void
  ) throws {
    guard let named = unsafe right ?? left else { return }
    let length = path.count
    try unsafe enter(named)
    defer { path.removeLast(path.count - length) }
    let before = try unsafe left.map(read)
    let after = try unsafe right.map(read)
    if (after ?? before)?.mode == .tree {
      try compare(before?.id, after?.id, depth: depth + 1, in: repository, visit)
      return
    }
    reported += 1
    guard reported <= limits.changes else {
      throw failure(.tooLarge, "more than \(limits.changes) paths differ")
    }
    guard let text = String(validating: path, as: UTF8.self) else {
      let advice = "the name \(escaped(path)) is not UTF-8; rename it in the repository"
      throw GitError(.invalidPath, operation, advice)
    }
    try visit(TreeChange(path: text, before: before, after: after))
  }

  /// Puts the name of an entry behind the path.
  private mutating func enter(_ entry: OpaquePointer) throws(GitError) {
    guard let name = unsafe git_tree_entry_name(entry) else { return }
    if !path.isEmpty { path.append(UInt8(ascii: "/")) }
    let start = path.count
    var next = unsafe name
    var hasSlash = false
    while unsafe next.pointee != 0 {
      let byte = unsafe UInt8(bitPattern: next.pointee)
      hasSlash = hasSlash || byte == UInt8(ascii: "/")
      path.append(byte)
      unsafe next += 1
    }
    let added = path[start...]
    let isDots = added.count <= 2 && added.allSatisfy { $0 == UInt8(ascii: ".") }
    guard !hasSlash, !isDots else {
      throw GitError(.invalidPath, operation, "no honest Git makes the name \(escaped(path))")
    }
    guard path.count <= limits.pathBytes else {
      throw failure(.tooLarge, "a path is longer than \(limits.pathBytes) bytes")
    }
  }

  private func read(_ entry: OpaquePointer) throws(GitError) -> TreeEntry {
    guard let mode = unsafe EntryMode(of: entry), let id = unsafe ObjectID(git_tree_entry_id(entry))
    else {
      throw failure(.corruptObject, "the entry has a mode that Git does not know")
    }
    return TreeEntry(mode: mode, id: id)
  }

  private func isSame(_ left: OpaquePointer, _ right: OpaquePointer) -> Bool {
    unsafe git_oid_equal(git_tree_entry_id(left), git_tree_entry_id(right)) == 1
      && git_tree_entry_filemode(left) == git_tree_entry_filemode(right)
  }

  private var operation: String { "compare trees at /\(escaped(path.prefix(512)))" }

  private func failure(_ code: GitError.Code, _ message: String) -> GitError {
    GitError(code, operation, message)
  }

  private func unordered(_ tree: ObjectID?) -> GitError {
    let name = tree.map(\.description) ?? "of a folder"
    let advice = "the entries of tree \(name) are not in order; run `git fsck`"
    return failure(.corruptObject, advice)
  }
}

/// Which side has the next entry.
private enum Step {
  case removed
  case both
  case added

  init(_ before: OpaquePointer?, _ after: OpaquePointer?) {
    guard let before = unsafe before else {
      self = .added
      return
    }
    guard let after = unsafe after else {
      self = .removed
      return
    }
    let order = unsafe git_tree_entry_cmp(before, after)
    self = order == 0 ? .both : order < 0 ? .removed : .added
  }
}
