internal import CGit2

/// Why a walk over the history ended.
package enum HistoryEnd: Sendable, Hashable {
  /// Every commit was visited.
  case complete
  /// As many commits were visited as the limit allows.
  case limit
  /// The visitor wanted no more.
  case stopped
  /// Every commit that a shallow clone has was visited; older ones exist elsewhere.
  case shallow
}

extension Repository {
  /// Visits the commits that `head` has and `base` has not, newest first, children before parents.
  ///
  /// `visit` answers whether to go on. A shallow clone is no error: its last commits are visited,
  /// and the answer is `shallow`.
  package func history(
    from head: ObjectID,
    hiding base: ObjectID? = nil,
    limit: Int,
    visit: (Commit) throws -> Bool
  ) throws -> HistoryEnd {
    if isShallow { return try shallowHistory(from: head, hiding: base, limit: limit, visit: visit) }
    let operation = "walk the history of \(head.abbreviated)"
    let walk = try revisionWalk(from: head, hiding: base, operation)
    var visited = 0
    var raw = git_oid()
    while true {
      git_error_clear()
      let status = unsafe git_revwalk_next(&raw, walk.pointer)
      if status == GIT_ITEROVER.rawValue { return .complete }
      if status < 0 { throw explain(Failure(status), reading: head, operation) }
      guard visited < limit else { return .limit }
      visited += 1
      guard try visit(commit(ObjectID(raw))) else { return .stopped }
    }
  }

  /// Whether `ancestor` is `commit` or one of the commits that it builds on.
  ///
  /// Throws `missingObject` when a commit is missing without which nobody can tell.
  package func isDescendant(
    _ commit: ObjectID,
    of ancestor: ObjectID
  ) throws(GitError) -> Bool {
    let operation = "compare commits \(commit.abbreviated) and \(ancestor.abbreviated)"
    for id in [commit, ancestor] where !contains(id) { throw missing(id, operation) }
    if commit == ancestor { return true }
    if isShallow { return try isShallowDescendant(commit, of: ancestor, operation) }
    var first = commit.raw
    var second = ancestor.raw
    git_error_clear()
    let status = unsafe git_graph_descendant_of(handle.pointer, &first, &second)
    if status < 0 { throw explain(Failure(status), reading: commit, operation) }
    return status == 1
  }

  private func revisionWalk(
    from head: ObjectID,
    hiding base: ObjectID?,
    _ operation: String
  ) throws(GitError) -> Handle<RevisionWalkKind> {
    let walk = try unsafe Handle<RevisionWalkKind> {
      unsafe git_revwalk_new(&$0, handle.pointer)
    } explain: {
      $0.error(.other, operation, "the walk cannot start")
    }
    let order = GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue
    unsafe git_revwalk_sorting(walk.pointer, order)
    var raw = head.raw
    if let failure = attempt({ unsafe git_revwalk_push(walk.pointer, &raw) }) {
      throw explain(failure, reading: head, operation)
    }
    guard let base else { return walk }
    var hidden = base.raw
    if let failure = attempt({ unsafe git_revwalk_hide(walk.pointer, &hidden) }) {
      throw explain(failure, reading: base, operation)
    }
    return walk
  }
}
