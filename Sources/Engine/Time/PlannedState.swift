import Planning
import Resources
import Workflows

/// What a saved plan would make of the state that it was made for.
struct PlannedState {
  let finder: MomentFinder

  func state(_ bytes: [UInt8], path: String, _ name: String) throws(StoreError) -> MomentState {
    let plan: Plan
    do throws(PlanFile.Problem) {
      plan = try PlanFile(reading: bytes).plan
    } catch {
      throw StoreError(
        .other, "\(path) cannot be used as a plan: \(error.words)",
        hint: "make one: writ plan --out FILE")
    }
    let base = try base(plan, path)
    let entries = base.differences
    let past = finder.past
    let isWhole = base.isWhole
    var differences = try plan.differences { key throws(StoreError) in
      if let entry = entries[key] { return entry?.side }
      if isWhole { return nil }
      return try past.live.resources(named: [key]).first.map { ResourceTransition.Side($0) }
    }
    differences.merge(base.differences) { planned, _ in planned }
    return MomentState(
      kind: .planned, name: name,
      words:
        "what the plan \(plan.digest.abbreviated) makes of \(plan.baseRevision.map { "revision \($0.prefix(12))" } ?? "nothing")",
      revision: plan.revision, root: plan.predictedRoot, point: nil, isWhole: base.isWhole,
      differences: differences)
  }

  /// The state that `plan` was made for.
  private func base(_ plan: Plan, _ path: String) throws(StoreError) -> MomentState {
    let summary = try finder.past.live.summary()
    func whole(_ isWhole: Bool) -> MomentState {
      MomentState(
        kind: .live, name: "base", words: "", revision: plan.baseRevision, root: plan.baseRoot,
        point: nil, isWhole: isWhole, differences: [:])
    }
    if summary.root == plan.baseRoot { return whole(false) }
    if plan.baseRoot == StateTree.emptyRoot { return whole(true) }
    guard let apply = try finder.past.apply(leaving: plan.baseRoot) else {
      throw StoreError(
        .stale,
        "the plan \(path) was made for the state root \(plan.baseRoot.abbreviated), which is not in the journal",
        hint: "make a new one: writ plan --out FILE")
    }
    return try finder.state(after: apply, "base")
  }
}

extension PlanFile.Problem {
  /// What is wrong, for a person.
  package var words: String {
    switch self {
    case .notAPlan(let words): words
    case .newerFormat(let version): "a newer version of Writ saved it (format \(version))"
    case .digestDiffers: "its digest is not that of its content"
    case .contentDiffers(let key): "the content of \(key) is missing or not what the plan says"
    }
  }
}
