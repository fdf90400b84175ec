package import Resources

/// The ordered changes that make a snapshot live, as an immutable value.
///
/// A plan is bytes: the same input gives the same `canonicalBytes` and so the same `digest` on any
/// machine.
package struct Plan: Hashable, Sendable {
  package static let formatVersion: Int64 = 1

  package var baseRevision: String?
  package var revision: String
  /// The manifest roots that the revision is read with.
  package var roots: [String]
  package var baseRoot: Digest
  /// The state root that applying this plan must give.
  package var predictedRoot: Digest
  /// Creates, moves and updates in reference order, then deletes in reverse.
  package var changes: [Change]
  package var relocations: [Relocation]
  /// Resources whose manifest is gone and that stay in force, as their `writ/prune` asks.
  package var orphaned: [ResourceKey]
  package var guards: [GuardFinding]
  /// What the policies in force say of the changes, the gravest first.
  package var policies: [PolicyFinding] = []
  /// The changes that wait until people agree to them, by key.
  package var approvals: [ApprovalRequirement] = []
  /// Resources whose changes are left out, because they wait for approval.
  package var held: [ResourceKey] = []
  /// How many live resources the plan leaves as they are.
  package var unchangedCount: Int
  package var isRollback: Bool
  /// What is known of the commits that changes name, by id.
  package var commits: [CommitRecord] = []

  /// Whether applying this plan would change no resource.
  package var isEmpty: Bool { changes.isEmpty }

  package func count(of action: Change.Action) -> Int {
    changes.reduce(0) { $0 + ($1.action == action ? 1 : 0) }
  }
}

/// A guard that a plan trips.
package struct GuardFinding: Hashable, Sendable, Comparable {
  /// The word that `writ ack` takes.
  package enum Name: String, Hashable, Sendable, CaseIterable {
    case massDelete = "mass-delete"
    case massUpdate = "mass-update"
    case emptyTree = "empty-tree"
    case missingRoot = "missing-root"
    case historyRewritten = "history-rewritten"
    case protected = "protected"
    case changeWindow = "change-window"
  }

  package var name: Name
  /// What it is about: a kind, a key, a root, a revision.
  package var subject: String
  package var message: String

  package init(_ name: Name, subject: String, _ message: String) {
    self.name = name
    self.subject = subject
    self.message = message
  }

  package static func < (a: GuardFinding, b: GuardFinding) -> Bool {
    if a.name != b.name { return a.name.rawValue < b.name.rawValue }
    return a.subject < b.subject
  }
}
