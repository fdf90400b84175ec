import Engine
import Planning
import Resources
import Synchronization
import Workflows

/// The durable state as a value, so that a search can go on from any moment of it.
///
/// `MemoryStoreTests` holds it against the real store.
struct MemoryState: Hashable {
  struct Row: Hashable {
    var side: ResourceTransition.Side
    var sequence: Int64
  }

  struct Event: Hashable {
    var kind: JournalEvent.Kind
    var subject: String
    var time: Timestamp
    var actor: String
    var transition: ResourceTransition?
  }

  struct Effect: Hashable {
    var effect: OutboxEffect
    var isPending = true
    var nextAttempt: Timestamp
  }

  var rows: [ResourceKey: Row] = [:]
  var contents: [Digest: [UInt8]] = [:]
  var revision: String?
  var isExact = true
  var roots: [String] = []
  var root = StateTree.emptyRoot
  var appliedAt: Timestamp?
  var suspension: Suspension?
  var acknowledgements: Set<Acknowledgement> = []
  var quarantine: [QuarantinedContent] = []
  var decisions: [ApprovalDecision] = []
  var conditions: [Engine.Condition.Kind: Engine.Condition] = [:]
  /// The event of sequence 1 is the first.
  var events: [Event] = []
  var applies: [AppliedPlan] = []
  var effects: [Effect] = []
  /// Jobs that are revoked because they were deleted.
  var revoked: Set<String> = []

  var summary: LiveSummary {
    var counts: [String: Int] = [:]
    for key in rows.keys { counts[key.kind, default: 0] += 1 }
    return LiveSummary(revision: revision, root: root, counts: counts)
  }

  func tree() -> StateTree {
    StateTree(entries: rows.map { StateTree.Entry(key: $0.key, digest: $0.value.side.digest) })
  }

  @discardableResult
  mutating func append(
    _ kind: JournalEvent.Kind, _ subject: String, _ actor: String, _ time: Timestamp,
    _ transition: ResourceTransition? = nil,
  ) -> Int64 {
    events.append(
      Event(kind: kind, subject: subject, time: time, actor: actor, transition: transition))
    return Int64(events.count)
  }
}

/// A store in memory that keeps the promises of the real one.
final class MemoryStore: StateStore {
  /// What each commit left, the first state before them.
  private let commits: Mutex<(first: MemoryState, later: [MemoryState])>

  init(_ state: MemoryState = MemoryState()) { commits = Mutex((state, [])) }

  var state: MemoryState { commits.withLock { $0.later.last ?? $0.first } }
  /// What a process leaves that dies after each of its commits; the last is what it leaves alive.
  var moments: [MemoryState] { commits.withLock { $0.later } }

  private func commit<Result: Sendable>(
    _ body: (inout MemoryState) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    var next = state
    let result = try body(&next)
    commits.withLock { [next] in $0.later.append(next) }
    return result
  }

  func read<Result>(
    _ body: (any LiveReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try body(MemoryLiveView(state: state))
  }

  func status() throws(StoreError) -> RepositoryStatus {
    let state = state
    return RepositoryStatus(
      live: state.summary, isExact: state.isExact, roots: state.roots, appliedAt: state.appliedAt,
      suspension: state.suspension)
  }

  // MARK: What an operator says

  func acknowledgements() throws(StoreError) -> [Acknowledgement] {
    state.acknowledgements.sorted {
      ($0.plan, $0.guardName.rawValue) < ($1.plan, $1.guardName.rawValue)
    }
  }

  func acknowledge(
    _ guardName: GuardFinding.Name, plan: String, actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) {
    try commit { state throws(StoreError) in
      state.append(.guardAcknowledged, plan, actor, time)
      state.acknowledgements.insert(Acknowledgement(guardName: guardName, plan: plan))
    }
  }

  func setSuspended(
    _ suspension: Suspension?, actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try commit { state throws(StoreError) in
      state.append(
        suspension == nil ? .reconcileResumed : .reconcileSuspended, "reconcile", actor, time)
      state.suspension = suspension
    }
  }

  func quarantine() throws(StoreError) -> [QuarantinedContent] { state.quarantine }

  func clearQuarantine(_ root: Digest, actor: String, at time: Timestamp) throws(StoreError) {
    try commit { state throws(StoreError) in
      guard let index = state.quarantine.firstIndex(where: { $0.root == root }) else {
        throw StoreError(.notFound, "nothing with that root is in quarantine")
      }
      state.quarantine.remove(at: index)
      state.append(.quarantineCleared, root.description, actor, time)
    }
  }

  // MARK: Approvals

  func decisions(on changes: [Digest]?) throws(StoreError) -> [ApprovalDecision] {
    state.decisions.filter { changes?.contains($0.change) ?? true }
      .sorted { ($0.key, $0.change, $0.person.name) < ($1.key, $1.change, $1.person.name) }
  }

  func decide(_ decisions: [ApprovalDecision], at time: Timestamp) throws(StoreError) {
    if decisions.isEmpty { return }
    try commit { state throws(StoreError) in
      state.decisions.removeAll { ApprovalLimits.isOver($0, at: time) }
      for decision in decisions {
        state.decisions.removeAll { $0.isAbout(decision) }
        state.decisions.append(decision)
        let event = decision.event
        state.append(event.kind, event.subject, decision.actor, time)
      }
      guard state.decisions.count <= ApprovalLimits.decisions else {
        throw StoreError(.full, "there are too many decisions")
      }
    }
  }

  func withdraw(
    _ decisions: [ApprovalDecision], actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) -> [ApprovalDecision] {
    if decisions.isEmpty { return [] }
    return try commit { state throws(StoreError) in
      let gone = decisions.filter { decision in
        state.decisions.contains { $0.isAbout(decision) }
      }
      for decision in gone {
        state.decisions.removeAll { $0.isAbout(decision) }
        let event = decision.withdrawn(reason: reason)
        state.append(event.kind, event.subject, actor, time)
      }
      return gone
    }
  }

  // MARK: Conditions

  func conditions() throws(StoreError) -> [Engine.Condition] {
    state.conditions.values.sorted { $0.kind.rawValue < $1.kind.rawValue }
  }

  func record(
    _ conditions: [Engine.Condition], events: [NewEvent], actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try commit { state throws(StoreError) in
      for condition in conditions {
        var condition = condition
        if let before = state.conditions[condition.kind], before.status == condition.status {
          condition.transitionTime = before.transitionTime
        }
        state.conditions[condition.kind] = condition
      }
      for event in events { state.append(event.kind, event.subject, actor, time) }
    }
  }

  // MARK: History

  func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent] {
    let state = state
    return state.events.enumerated().filter { index, event in
      Int64(index) + 1 > query.after && (query.subject == nil || query.subject == event.subject)
    }.suffix(query.limit).map { index, event in
      JournalEvent(
        sequence: Int64(index) + 1, time: event.time, actor: event.actor, kind: event.kind,
        subject: event.subject, payload: [], after: .zero)
    }
  }

  func firstBrokenEvent() throws(StoreError) -> JournalBreak? {
    let state = state
    guard let last = state.applies.first, state.tree().root != last.root else { return nil }
    return JournalBreak(sequence: last.sequence, reason: "the rows give another root")
  }

  func appliedPlans(limit: Int) throws(StoreError) -> [AppliedPlan] {
    Array(state.applies.prefix(limit))
  }

  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition] {
    var first: [ResourceKey: ResourceTransition] = [:]
    for event in state.events.dropFirst(Int(sequence)) {
      guard let transition = event.transition, first[transition.key] == nil else { continue }
      first[transition.key] = transition
    }
    return first.values.sorted { $0.key < $1.key }
  }

  func content(of digest: Digest) throws(StoreError) -> [UInt8]? { state.contents[digest] }

  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord] {
    let state = state
    return state.rows.sorted { $0.key < $1.key }.compactMap { key, row in
      guard kind ?? key.kind == key.kind, name ?? key.name == key.name,
        let value = state.contents[row.side.digest].flatMap(Value.init(canonical:))
      else { return nil }
      let event = state.events[Int(row.sequence) - 1]
      return LiveRecord(
        resource: LiveResource(key, row.side), content: value, origin: event.transition?.origin,
        sequence: row.sequence, appliedAt: event.time)
    }
  }

  // MARK: Drift: nobody else writes to memory

  func drifts() throws(StoreError) -> [Drift] { [] }
  func recordDrift(at time: Timestamp) throws(StoreError) -> [Drift] { [] }
  func auditDrift(at time: Timestamp) throws(StoreError) -> Int { 0 }

  // MARK: Effects

  func dueEffects(at time: Timestamp, limit: Int) throws(StoreError) -> [OutboxEffect] {
    Array(
      state.effects.filter { $0.isPending && $0.nextAttempt <= time }.map(\.effect).prefix(limit))
  }

  func settle(_ settlement: EffectSettlement, at time: Timestamp) throws(StoreError) {
    try commit { state throws(StoreError) in
      let index = Int(settlement.effect.id) - 1
      guard state.effects[index].isPending else { return }
      state.effects[index].effect.attempts += 1
      state.effects[index].isPending = false
      switch settlement.result {
      case .delivered:
        state.append(.effectDelivered, settlement.effect.idempotencyKey, "outbox", time)
      case .abandoned:
        state.append(.effectAbandoned, settlement.effect.idempotencyKey, "outbox", time)
      case .retry(let next, _):
        state.effects[index].isPending = true
        state.effects[index].nextAttempt = next
      }
    }
  }

  func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan {
    try commit { state throws(StoreError) in try state.apply(plan, context) }
  }
}

extension ApprovalDecision {
  /// Whether this is the same person's word about the same change.
  func isAbout(_ other: ApprovalDecision) -> Bool {
    change == other.change && key == other.key && person == other.person
  }
}

extension LiveResource {
  init(_ key: ResourceKey, _ side: ResourceTransition.Side) {
    self.init(
      key: key, digest: side.digest, location: side.location, marks: side.marks,
      isOrphaned: side.isOrphaned, references: side.references, claims: side.claims)
  }
}
