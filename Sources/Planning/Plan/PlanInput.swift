package import Resources

/// Everything that a plan depends on.
///
/// It is a slice: `live` and `desired` hold the *touched* resources (those of files that differ
/// between the base and the head), the other members what the touched ones lead to. Where every
/// file is touched the slice is the whole, and the plan is the same byte for byte.
package struct PlanInput: Sendable {
  /// How the head relates to the live revision.
  package enum Ancestry: Hashable, Sendable {
    /// The head is the live revision or descends from it, or nothing is live yet.
    case descends
    /// The live revision is not an ancestor of the head.
    case rewritten
    /// The history to tell is missing, as in a shallow clone.
    case unknown
  }

  package var base: LiveSummary
  package var revision: String
  package var roots: [String]
  package var ancestry: Ancestry
  /// Manifest roots that were asked for and do not exist at the head.
  package var missingRoots: [String]

  /// What is wrong with single manifests; the plan is then invalid, whatever else it would be.
  package var diagnostics: [Diagnostic]
  /// The resources of manifests with errors, which so exist without being known.
  package var brokenKeys: Set<ResourceKey>
  package var desired: [Resource]
  /// Live resources of touched files, and those of the keys that touched files define.
  package var live: [ResourceKey: LiveResource]
  /// The files that differ between the base and the head.
  package var touchedFiles: Set<String>
  /// The touched files that exist at the head.
  package var presentFiles: Set<String>
  /// Untouched live resources that name a touched key.
  package var referrers: [Referrer]
  /// Keys of untouched live resources that touched ones name.
  package var existing: Set<ResourceKey>
  /// Untouched live holders of the claims that touched resources make.
  package var claimHolders: [ClaimHolder]
  /// Untouched live resources that a cycle could run through.
  package var untouched: [ResourceKey: LiveResource]
  /// The names that exist at the head, for each kind of which a name is missing.
  package var knownNames: [String: [String]]
  /// The buckets of the touched keys, and the branches above.
  package var tree: StateTree
  /// The last commit that touched each file; for what has no trace.
  package var origins: [String: Origin]
  /// The live resources that are not what was applied.
  package var drifts: [ResourceKey: DriftNote]
  /// Which commits made the created and updated resources what they are.
  package var traces: [ResourceKey: ResourceTrace]
  /// What is known of the commits that `origins` and `traces` name, by id.
  package var commits: [String: CommitRecord]
  /// Set when this is a rollback rather than a step forward.
  package var isRollback: Bool
  /// What the policies that are live judge by; without any, nothing is judged.
  package var policies: PolicyContext
  /// What policies say of created and updated resources, as far as somebody began to judge them.
  package var early: EarlyReview?
  /// Resources whose changes wait for approval, and are left out with all that needs them.
  package var held: Set<ResourceKey>

  package init(base: LiveSummary, revision: String) {
    self.base = base
    self.revision = revision
    roots = []
    ancestry = .descends
    missingRoots = []
    diagnostics = []
    brokenKeys = []
    desired = []
    live = [:]
    touchedFiles = []
    presentFiles = []
    referrers = []
    existing = []
    claimHolders = []
    untouched = [:]
    knownNames = [:]
    tree = .empty
    origins = [:]
    drifts = [:]
    traces = [:]
    commits = [:]
    isRollback = false
    policies = PolicyContext()
    early = nil
    held = []
  }
}

/// A live resource that is not what was applied, as the planner has to know it.
package struct DriftNote: Hashable, Sendable {
  /// What was applied; nil where the resource was not live.
  package var applied: Digest?
  /// The canonical bytes of what was applied, where they are still known.
  package var appliedContent: [UInt8]?
  /// Whether it stays as it is, as long as git does not change the resource.
  package var isHeld: Bool

  package init(applied: Digest?, appliedContent: [UInt8]? = nil, isHeld: Bool) {
    self.applied = applied
    self.appliedContent = appliedContent
    self.isHeld = isHeld
  }
}

extension PlanInput {
  /// Whether somebody changed the live resource, and git, which says `desired`, did not.
  func isDrift(_ key: ResourceKey, desired: Digest?) -> Bool {
    guard let note = drifts[key] else { return false }
    return note.applied == desired
  }

  /// Whether git, which says `desired`, changed the resource to what somebody made of it already.
  ///
  /// To the live state that is no change. To policies and approvals it is one, or an edit beside
  /// git would be the way around them.
  func isAdoption(_ key: ResourceKey, live: Digest, desired: Digest) -> Bool {
    drifts[key] != nil && live == desired && !isDrift(key, desired: desired)
  }

  /// What a change is compared with: what is live, or was applied where git adopts what is live.
  func contentBefore(_ change: Change) -> [UInt8]? {
    let applied = change.reason == .adopted ? drifts[change.key]?.appliedContent : nil
    return applied ?? live[change.key]?.content
  }

  /// Whether the live resource stays as somebody else made it.
  func isHeld(_ key: ResourceKey, desired: Digest?) -> Bool {
    isDrift(key, desired: desired) && drifts[key]?.isHeld == true
  }
}
