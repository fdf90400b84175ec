import Engine
import Planning
import Resources
import Workflows

extension MemoryState {
  /// Makes `plan` true; what was changed before something throws is to be thrown away.
  mutating func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan {
    guard root == plan.baseRoot, revision == plan.baseRevision else {
      throw StoreError(.stale, "the live state changed since the plan was made")
    }
    let eventCount = plan.changes.count + plan.relocations.count + plan.orphaned.count
    revoke(plan, context)
    let sequence = append(.planApplied, plan.revision, context.actor, context.time)
    for change in plan.changes { try make(change, context) }
    for relocation in plan.relocations {
      try transform(relocation.key, .resourceRelocated, "relocated", context) {
        $0.location = relocation.location
        $0.references = relocation.references
        $0.claims = relocation.claims
      }
    }
    for key in plan.orphaned {
      try transform(key, .resourceOrphaned, "kept by writ/prune", context) { $0.isOrphaned = true }
    }
    guard tree().root == plan.predictedRoot else {
      throw StoreError(.rootMismatch, "the changes do not give the root that the plan predicts")
    }
    let counts = Change.Action.allCases.map { ($0, plan.count(of: $0)) }
    let applied = AppliedPlan(
      sequence: sequence, time: context.time, actor: context.actor,
      planDigest: context.planDigest ?? plan.digest, baseRevision: plan.baseRevision,
      revision: plan.revision, baseRoot: plan.baseRoot, root: plan.predictedRoot,
      counts: Dictionary(uniqueKeysWithValues: counts), isRollback: plan.isRollback,
      isExact: context.isExact, roots: plan.roots, lastSequence: sequence + Int64(eventCount))
    applies.insert(applied, at: 0)
    root = plan.predictedRoot
    revision = plan.revision
    isExact = context.isExact
    roots = plan.roots
    appliedAt = context.time
    if let content = context.quarantine {
      quarantine.removeAll { $0.root == content.root }
      quarantine.append(content)
      append(.contentQuarantined, content.root.description, context.actor, context.time)
    }
    for change in plan.changes where !decisions.isEmpty {
      decisions.removeAll { $0.key == change.key && $0.change == change.identity }
    }
    addEffects(context)
    return applied
  }

  private mutating func addEffects(_ context: ApplyContext) {
    for effect in context.effects
    where !effects.contains(where: { $0.effect.idempotencyKey == effect.idempotencyKey }) {
      effects.append(
        Effect(
          effect: OutboxEffect(
            id: Int64(effects.count) + 1, kind: effect.kind,
            idempotencyKey: effect.idempotencyKey, payload: effect.payload, attempts: 0),
          nextAttempt: context.time))
    }
  }

  private mutating func make(_ change: Change, _ context: ApplyContext) throws(StoreError) {
    let before = rows[change.key]
    guard before?.side.digest == change.before else {
      throw StoreError(.stale, "\(change.key) changed since the plan was made")
    }
    var after: ResourceTransition.Side?
    if let digest = change.after {
      after = ResourceTransition.Side(
        digest: digest, location: change.location, marks: change.marks, isOrphaned: false,
        references: change.references, claims: change.claims)
      if let content = change.content {
        guard Digest(of: content) == digest else {
          throw StoreError(.rootMismatch, "the content of \(change.key) has another digest")
        }
        contents[digest] = content
      }
    }
    let kind: JournalEvent.Kind =
      switch change.action {
      case .create: .resourceCreated
      case .update: .resourceUpdated
      case .delete: .resourceDeleted
      case .move: .resourceMoved
      }
    let sequence = append(
      kind, change.key.description, context.actor, context.time,
      ResourceTransition(
        key: change.key, before: before?.side, after: after, reason: change.reason.rawValue,
        origin: change.origin))
    rows[change.key] = after.map { Row(side: $0, sequence: sequence) }
  }

  private mutating func transform(
    _ key: ResourceKey, _ kind: JournalEvent.Kind, _ reason: String, _ context: ApplyContext,
    _ body: (inout ResourceTransition.Side) -> Void,
  ) throws(StoreError) {
    guard let before = rows[key]?.side else {
      throw StoreError(.stale, "\(key) changed since the plan was made")
    }
    var after = before
    body(&after)
    append(
      kind, key.description, context.actor, context.time,
      ResourceTransition(key: key, before: before, after: after, reason: reason, origin: nil))
    rows[key]?.side = after
  }
}

extension MemoryState {
  /// A deleted job starts nowhere any more; a rollback takes that back.
  private mutating func revoke(_ plan: Plan, _ context: ApplyContext) {
    for change in plan.changes where change.key.kind == "Job" {
      let subject = change.key.description
      if change.action == .delete, revoked.insert(change.key.name).inserted {
        append(.jobRevoked, subject, context.actor, context.time)
      }
      if change.action == .create, plan.isRollback, revoked.remove(change.key.name) != nil {
        append(.jobUnrevoked, subject, context.actor, context.time)
      }
    }
  }
}
