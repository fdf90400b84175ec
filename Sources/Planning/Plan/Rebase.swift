package import Resources

extension Plan {
  /// A change of a stale plan whose object is no longer what the plan was made for.
  package struct Conflict: Error, Hashable, Sendable {
    package var key: ResourceKey
    /// What the plan expected to find; nil for nothing.
    package var expected: Digest?
    /// What is live; nil for nothing.
    package var found: Digest?
  }

  /// The changes of this plan that are still to be made on another base.
  ///
  /// Each change is judged by its object alone: fresh where the object is what the plan expected,
  /// done where it is already what the plan wants, a conflict otherwise. An unrelated merge so does
  /// not void a plan.
  ///
  /// - Parameters:
  ///   - live: the digests of the live resources that the plan names.
  ///   - tree: the state tree around the keys that the plan names.
  package func rebased(
    onto base: LiveSummary, live: [ResourceKey: Digest], tree: StateTree,
  ) -> (plan: Plan, conflicts: [Conflict]) {
    var plan = self
    var conflicts: [Conflict] = []
    plan.changes.removeAll { change in
      let found = live[change.key]
      if found == change.before, change.action != .move || found != nil { return false }
      if found == change.after { return true }
      conflicts.append(Conflict(key: change.key, expected: change.before, found: found))
      return true
    }
    plan.relocations.removeAll { live[$0.key] == nil }
    plan.orphaned.removeAll { live[$0] == nil }
    plan.baseRevision = base.revision
    plan.baseRoot = base.root
    var tree = tree
    tree.update(
      plan.changes.filter { $0.action != .move }.map { (key: $0.key, digest: $0.after) })
    plan.predictedRoot = tree.root
    plan.unchangedCount = base.total - plan.changes.count { $0.action != .create }
    return (plan, conflicts.sorted { $0.key < $1.key })
  }

  /// Every key that this plan says something about.
  package var keys: [ResourceKey] {
    changes.map(\.key) + relocations.map(\.key) + orphaned
  }
}
