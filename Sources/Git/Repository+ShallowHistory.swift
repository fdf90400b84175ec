extension Repository {
  /// Walks the history of a shallow clone, which libgit2 1.5 refuses to do.
  ///
  /// Such a clone has few commits, so all of them are read before the first is visited.
  func shallowHistory(
    from head: ObjectID,
    hiding base: ObjectID?,
    limit: Int,
    visit: (Commit) throws -> Bool
  ) throws -> HistoryEnd {
    let operation = "walk the history of \(head.abbreviated)"
    guard contains(head) else { throw missing(head, operation) }
    let hidden = try base.map { base throws(GitError) in try presentAncestors(of: base).commits }
    let (commits, isCut) = try presentAncestors(of: head, except: hidden ?? [:])
    var children: [ObjectID: Int] = [:]
    for commit in commits.values {
      for parent in commit.parents where commits[parent] != nil {
        children[parent, default: 0] += 1
      }
    }
    var ready = commits.values.filter { children[$0.id] == nil }.sorted(by: isOlder)
    var visited = 0
    while let commit = ready.popLast() {
      guard visited < limit else { return .limit }
      visited += 1
      guard try visit(commit) else { return .stopped }
      for parent in commit.parents {
        guard let waiting = children[parent] else { continue }
        children[parent] = waiting - 1
        guard waiting == 1, let next = commits[parent] else { continue }
        let place = ready.firstIndex { isOlder(next, $0) } ?? ready.endIndex
        ready.insert(next, at: place)
      }
    }
    return isCut ? .shallow : .complete
  }

  /// Answers whether `ancestor` can be reached through the commits that are here.
  func isShallowDescendant(
    _ commit: ObjectID,
    of ancestor: ObjectID,
    _ operation: String
  ) throws(GitError) -> Bool {
    let (commits, isCut) = try presentAncestors(of: commit)
    if commits[ancestor] != nil { return true }
    // Nobody can tell: the way may lead through commits that were cut off. Unless the ancestor
    // itself builds on the commit, for then the reverse is impossible.
    guard isCut, try presentAncestors(of: ancestor).commits[commit] == nil else { return false }
    let boundary = commits.values.flatMap(\.parents).filter { commits[$0] == nil }.min()
    throw missing(boundary ?? ancestor, operation)
  }

  /// Reads every commit that is here and that `head` builds on, and tells whether some are not.
  private func presentAncestors(
    of head: ObjectID,
    except hidden: [ObjectID: Commit] = [:]
  ) throws(GitError) -> (commits: [ObjectID: Commit], isCut: Bool) {
    var commits: [ObjectID: Commit] = [:]
    var isCut = false
    var waiting = [head]
    while let id = waiting.popLast() {
      guard commits[id] == nil, hidden[id] == nil else { continue }
      guard contains(id) else {
        isCut = true
        continue
      }
      let found = try commit(id)
      commits[id] = found
      waiting += found.parents
    }
    return (commits, isCut)
  }
}

private func isOlder(_ left: Commit, _ right: Commit) -> Bool {
  (left.committer.time, left.id) < (right.committer.time, right.id)
}
