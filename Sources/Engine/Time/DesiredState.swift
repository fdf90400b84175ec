import Planning
import Resources
import Workflows

/// What the manifests of a revision ask for, by the one planner.
struct DesiredState {
  let finder: MomentFinder

  /// Throws `StoreError` and `SourceError`; a revision with mistakes has no state.
  func state(
    _ source: any RevisionReader, _ name: String, words: String,
  ) throws -> MomentState {
    let assembly = PlanAssembly(planner: finder.planner, drift: DriftPolicy(), at: finder.now)
    let live = finder.past.live
    // A plan leaves alone what drifted and is held, but the manifests do not say so.
    if try live.drifts().isEmpty {
      let result = try assembly.plan(live: live, source: source, liveRoots: finder.liveRoots())
      if case .plan(let plan) = result.outcome {
        var state = try state(plan, isWhole: false, name, words: words)
        state.orphanCount = try orphanCount(state)
        return state
      }
    }
    // A step from the live state may also be forbidden where the revision by itself is fine.
    let first = try assembly.plan(live: MemoryLive.empty, source: source, liveRoots: source.roots)
    switch first.outcome {
    case .plan(let plan): return try state(plan, isWhole: true, name, words: words)
    case .invalid(let diagnostics):
      let first = diagnostics.first { $0.severity == .error }
      let count = diagnostics.count { $0.severity == .error }
      throw SourceError(
        .other,
        "revision \(source.revision.prefix(12)) has \(count == 1 ? "a mistake" : "\(count) mistakes"), so nobody can say what it asks for: \(first.map { "\($0.location): \($0.message)" } ?? "")",
        hint: "see all: writ plan --ref \(source.revision.prefix(12))")
    }
  }

  private func state(
    _ plan: Plan, isWhole: Bool, _ name: String, words: String,
  ) throws(StoreError) -> MomentState {
    MomentState(
      kind: .desired, name: name, words: words, revision: plan.revision, root: plan.predictedRoot,
      point: nil, isWhole: isWhole,
      differences: try plan.differences { key throws(StoreError) in
        try finder.past.live.resources(named: [key]).first.map { ResourceTransition.Side($0) }
      })
  }

  private func orphanCount(_ state: MomentState) throws(StoreError) -> Int {
    let after = state.differences.values.count { $0?.side.isOrphaned == true }
    let before = try finder.past.orphans()
    return after + before.count { state.differences[$0] == nil }
  }
}

extension Plan {
  /// What the plan makes of each resource that it touches; nil where that goes.
  ///
  /// - Parameter side: the row of a resource that the plan is for.
  func differences(
    from side: (ResourceKey) throws(StoreError) -> ResourceTransition.Side?,
  ) throws(StoreError) -> [ResourceKey: MomentState.Entry?] {
    var result: [ResourceKey: MomentState.Entry?] = [:]
    for change in changes {
      let entry = change.after.map { digest in
        MomentState.Entry(
          side: ResourceTransition.Side(
            digest: digest, location: change.location, marks: change.marks, isOrphaned: false,
            references: change.references, claims: change.claims),
          content: change.content, origin: change.origin)
      }
      result.updateValue(entry, forKey: change.key)
    }
    for relocation in relocations {
      guard var moved = try side(relocation.key) else { continue }
      moved.location = relocation.location
      moved.references = relocation.references
      moved.claims = relocation.claims
      result.updateValue(MomentState.Entry(side: moved), forKey: relocation.key)
    }
    for key in orphaned {
      guard var kept = try side(key) else { continue }
      kept.isOrphaned = true
      result.updateValue(MomentState.Entry(side: kept), forKey: key)
    }
    return result
  }
}
