package import Planning
package import Resources
package import Signatures
package import Workflows

/// The durable state.
///
/// One transaction for each method; synchronous, so callers that must not block run it on a thread
/// of their own.
package protocol StateStore: DriftStore, ApprovalStore {
  /// Runs `body` on one consistent view.
  func read<Result>(
    _ body: (any LiveReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result

  /// Makes `plan` true, in one transaction with its journal events and effects, or changes nothing.
  ///
  /// Throws `stale` where the base root is not the plan's, and `rootMismatch` where the rows as
  /// written do not give the root that the plan predicts.
  func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan

  func status() throws(StoreError) -> RepositoryStatus
  func acknowledgements() throws(StoreError) -> [Acknowledgement]
  func acknowledge(
    _ guardName: GuardFinding.Name, plan: String, actor: String, reason: String, at: Timestamp,
  ) throws(StoreError)
  func setSuspended(
    _ suspension: Suspension?, actor: String, at time: Timestamp,
  ) throws(StoreError)

  func quarantine() throws(StoreError) -> [QuarantinedContent]
  func clearQuarantine(
    _ root: Digest, actor: String, at time: Timestamp,
  ) throws(StoreError)

  func conditions() throws(StoreError) -> [Condition]
  /// Writes the conditions that differ, and the events that came with them.
  func record(
    _ conditions: [Condition], events: [NewEvent], actor: String, at time: Timestamp,
  ) throws(StoreError)

  func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent]
  /// The first event that does not follow from the one before; nil when the whole chain holds.
  func firstBrokenEvent() throws(StoreError) -> JournalBreak?
  func appliedPlans(limit: Int) throws(StoreError) -> [AppliedPlan]
  /// What each resource that changed after `sequence` was at that point, with contents.
  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition]
  func content(of digest: Digest) throws(StoreError) -> [UInt8]?

  /// Live resources with all that is known of them, by key; nil means any.
  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord]

  func dueEffects(at time: Timestamp, limit: Int) throws(StoreError) -> [OutboxEffect]
  func settle(_ settlement: EffectSettlement, at time: Timestamp) throws(StoreError)
}

/// What an apply is told beside the plan.
package struct ApplyContext: Sendable {
  package var actor: String
  package var time: Timestamp
  /// Whether the state will be exactly the snapshot of the plan's revision.
  package var isExact: Bool
  /// Put into quarantine in the same transaction.
  package var quarantine: QuarantinedContent?
  package var effects: [NewEffect]
  /// The guards that were acknowledged, for the journal.
  package var acknowledged: [GuardFinding.Name]
  /// The digest of the plan, where the caller has it already.
  package var planDigest: Digest?
  /// Set for a break-glass edit: who answers for the one change of the plan, and until when.
  package var edit: Drift.Edit?
  /// Where resources come from that return to an earlier state, by what they were then.
  package var restoredOrigins: [ResourceKey: FieldOrigins]
  /// The watch that begins with it, or that it ends.
  package var health: HealthStep?
  /// Who signed the commits that the plan comes from, as far as that was verified; for the journal.
  package var signers: [String: Signer]

  package init(
    actor: String, time: Timestamp, isExact: Bool = true,
    quarantine: QuarantinedContent? = nil, effects: [NewEffect] = [],
    acknowledged: [GuardFinding.Name] = [], planDigest: Digest? = nil, edit: Drift.Edit? = nil,
    restoredOrigins: [ResourceKey: FieldOrigins] = [:],
    health: HealthStep? = nil,
    signers: [String: Signer] = [:],
  ) {
    self.health = health
    self.actor = actor
    self.restoredOrigins = restoredOrigins
    self.time = time
    self.isExact = isExact
    self.quarantine = quarantine
    self.effects = effects
    self.acknowledged = acknowledged
    self.planDigest = planDigest
    self.edit = edit
    self.signers = signers
  }
}

/// An apply that is in the journal.
package struct AppliedPlan: Hashable, Sendable {
  /// The sequence of its `plan.applied` event.
  package var sequence: Int64
  package var time: Timestamp
  package var actor: String
  package var planDigest: Digest
  package var baseRevision: String?
  package var revision: String
  package var baseRoot: Digest
  package var root: Digest
  /// How many resources it created, updated, deleted and moved.
  package var counts: [Change.Action: Int]
  package var isRollback: Bool
  package var isExact: Bool
  /// Whether it is a break-glass edit.
  package var isEdit: Bool
  package var roots: [String]
  /// The sequence of the last event that belongs to it.
  package var lastSequence: Int64

  package init(
    sequence: Int64, time: Timestamp, actor: String, planDigest: Digest, baseRevision: String?,
    revision: String, baseRoot: Digest, root: Digest, counts: [Change.Action: Int],
    isRollback: Bool, isExact: Bool, isEdit: Bool = false, roots: [String], lastSequence: Int64,
  ) {
    self.sequence = sequence
    self.time = time
    self.actor = actor
    self.planDigest = planDigest
    self.baseRevision = baseRevision
    self.revision = revision
    self.baseRoot = baseRoot
    self.root = root
    self.counts = counts
    self.isRollback = isRollback
    self.isExact = isExact
    self.isEdit = isEdit
    self.roots = roots
    self.lastSequence = lastSequence
  }
}

/// A live resource with its content and where it comes from.
package struct LiveRecord: Sendable {
  package var resource: LiveResource
  package var content: Value
  package var origin: Origin?
  /// The journal event that made it what it is, and when that was.
  package var sequence: Int64
  package var appliedAt: Timestamp

  package init(
    resource: LiveResource, content: Value, origin: Origin?, sequence: Int64, appliedAt: Timestamp,
  ) {
    self.resource = resource
    self.content = content
    self.origin = origin
    self.sequence = sequence
    self.appliedAt = appliedAt
  }
}

/// The one row that says what this data directory follows.
package struct RepositoryStatus: Hashable, Sendable {
  package var live: LiveSummary
  package var isExact: Bool
  package var roots: [String]
  package var appliedAt: Timestamp?
  package var suspension: Suspension?

  package init(
    live: LiveSummary, isExact: Bool, roots: [String], appliedAt: Timestamp?,
    suspension: Suspension?,
  ) {
    self.live = live
    self.isExact = isExact
    self.roots = roots
    self.appliedAt = appliedAt
    self.suspension = suspension
  }
}

package struct Suspension: Hashable, Sendable {
  package var since: Timestamp
  package var actor: String
  package var reason: String

  package init(since: Timestamp, actor: String, reason: String) {
    self.since = since
    self.actor = actor
    self.reason = reason
  }
}

/// Somebody saw what a guard says of one plan, and wants it all the same.
package struct Acknowledgement: Hashable, Sendable {
  package var guardName: GuardFinding.Name
  /// The first 16 to 64 digits of the plan's digest.
  package var plan: String

  package init(guardName: GuardFinding.Name, plan: String) {
    self.guardName = guardName
    self.plan = plan
  }
}

/// A state that the loop does not make live again by itself.
package struct QuarantinedContent: Hashable, Sendable {
  package var root: Digest
  package var revision: String
  package var actor: String
  package var reason: String
  package var time: Timestamp

  package init(root: Digest, revision: String, actor: String, reason: String, time: Timestamp) {
    self.root = root
    self.revision = revision
    self.actor = actor
    self.reason = reason
    self.time = time
  }
}

/// What is known about the loop, as Kubernetes has it.
package struct Condition: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    case isTrue = "True", isFalse = "False", unknown = "Unknown"
  }
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case ready = "Ready"
    case reconciling = "Reconciling"
    case stalled = "Stalled"
    case sourceVerified = "SourceVerified"
    case drifted = "Drifted"
  }

  package var kind: Kind
  package var status: Status
  /// One word in CamelCase, for scripts.
  package var reason: String
  package var message: String
  package var observedRevision: String?
  /// When `status` last changed.
  package var transitionTime: Timestamp

  package init(
    _ kind: Kind, _ status: Status, reason: String, message: String, observedRevision: String?,
    transitionTime: Timestamp,
  ) {
    self.kind = kind
    self.status = status
    self.reason = reason
    self.message = message
    self.observedRevision = observedRevision
    self.transitionTime = transitionTime
  }
}

/// A journal event that is about to be written.
package struct NewEvent: Hashable, Sendable {
  package var kind: JournalEvent.Kind
  package var subject: String
  package var payload: Value

  package init(_ kind: JournalEvent.Kind, subject: String, payload: Value) {
    self.kind = kind
    self.subject = subject
    self.payload = payload
  }
}

package struct JournalQuery: Hashable, Sendable {
  package var subject: String?
  package var after: Int64
  /// The newest of them, in ascending order.
  package var limit: Int

  package init(subject: String? = nil, after: Int64 = 0, limit: Int) {
    self.subject = subject
    self.after = after
    self.limit = limit
  }
}

package struct JournalBreak: Hashable, Sendable {
  package var sequence: Int64
  package var reason: String

  package init(sequence: Int64, reason: String) {
    self.sequence = sequence
    self.reason = reason
  }
}

/// An effect to deliver once the transaction that it is part of has committed.
package struct NewEffect: Hashable, Sendable {
  package var kind: String
  /// The receiver drops what it has seen under this key.
  package var idempotencyKey: String
  package var payload: [UInt8]

  package init(kind: String, idempotencyKey: String, payload: [UInt8]) {
    self.kind = kind
    self.idempotencyKey = idempotencyKey
    self.payload = payload
  }
}

package struct OutboxEffect: Hashable, Sendable {
  package var id: Int64
  package var kind: String
  package var idempotencyKey: String
  package var payload: [UInt8]
  package var attempts: Int

  package init(id: Int64, kind: String, idempotencyKey: String, payload: [UInt8], attempts: Int) {
    self.id = id
    self.kind = kind
    self.idempotencyKey = idempotencyKey
    self.payload = payload
    self.attempts = attempts
  }
}

/// What became of one attempt to deliver an effect.
package struct EffectSettlement: Hashable, Sendable {
  package enum Result: Hashable, Sendable {
    case delivered
    case retry(at: Timestamp, error: String)
    case abandoned(error: String)
  }

  package var effect: OutboxEffect
  package var result: Result

  package init(effect: OutboxEffect, result: Result) {
    self.effect = effect
    self.result = result
  }
}
