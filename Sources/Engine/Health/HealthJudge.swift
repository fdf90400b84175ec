import Faults
package import Planning
import Resources
import Workflows

/// Ends watches: lets a state stay, or goes back to the one before it.
///
/// Synchronous; whoever calls it holds the lock under which passes are made.
package struct HealthJudge: Sendable {
  /// Who ends a watch when nobody else does.
  package static let actor = "health"

  package enum Outcome: Sendable {
    case passed
    case rolledBack(AppliedPlan, Plan)
    /// It failed, and the state stays live, because there is no way back.
    case stayed(why: String)
    /// The watch was over already, or another took its place.
    case notOpen
  }

  package let store: any WatchedStore
  package let pass: ReconcilePass

  /// - Parameter pass: on the same store; its planner plans the way back.
  package init(store: any WatchedStore, pass: ReconcilePass) {
    self.store = store
    self.pass = pass
  }

  /// Carries out `end`.
  ///
  /// A failure that comes of the moment (the disk is full, the database busy) is thrown and leaves
  /// the watch open, so that it is tried again. Going back and closing the watch are one transaction:
  /// after a crash either both happened or neither.
  package func carryOut(_ end: HealthEnd) throws -> Outcome {
    guard let record = try store.openWatch(), record.sequence == end.sequence else {
      return .notOpen
    }
    switch end.verdict {
    case .passed:
      try store.conclude(end, effects: [])
      try settle(end)
      return .passed
    case .failed: return try goBack(record, end)
    }
  }

  private func goBack(_ record: HealthRecord, _ end: HealthEnd) throws -> Outcome {
    guard let good = record.good else {
      return try stay(record, end, "there is no earlier state to go back to")
    }
    let rollback = Rollback(store: store, planner: pass.planner)
    let proposal: Rollback.Proposal
    do {
      proposal = try rollback.propose(.apply(good.sequence), at: end.time)
    } catch let failure as Rollback.Failure {
      switch failure {
      case .noSuchState(let words): return try stay(record, end, words)
      case .alreadyThere: return try stay(record, end, "the live state is the earlier one already")
      }
    } catch let error as StoreError where !error.mayPass {
      return try stay(record, end, "it cannot be gone back from: \(error.message)")
    }
    let applied = try store.apply(proposal.plan, context(rollback, proposal, end, record))
    FaultPoint.reach(.healthRolledBack)
    try settleRollback(record, end)
    return .rolledBack(applied, proposal.plan)
  }

  /// Guards and change windows do not hold an automatic rollback up.
  ///
  /// What it brings back was live before, and what it takes away is bad. The journal names those
  /// that would have.
  private func context(
    _ rollback: Rollback, _ proposal: Rollback.Proposal, _ end: HealthEnd, _ record: HealthRecord,
  ) -> ApplyContext {
    let reason = "failed its health gate: \(HealthWords.reason(record.ended(by: end)))"
    let names = Set(proposal.plan.guards.map(\.name)).sorted { $0.rawValue < $1.rawValue }
    let gate = PlanGate.Judgement(
      verdict: .ready, acknowledged: names, digest: proposal.plan.digest)
    var context = rollback.context(
      for: proposal, actor: end.actor, reason: reason, at: end.time, effects: pass.effects,
      gate: gate)
    context.health = .fail(end)
    // What is bad is what was watched, whatever was edited by hand since.
    context.quarantine?.root = record.root
    context.quarantine?.revision = record.revision
    return context
  }

  private func stay(_ record: HealthRecord, _ end: HealthEnd, _ why: String) throws -> Outcome {
    let words = HealthWords.reason(record.ended(by: end))
    try store.conclude(end, effects: pass.effects.announcing(failureOf: record, reason: words))
    try settle(end)
    return .stayed(why: why)
  }

  // MARK: Conditions

  /// Writes what became of the live state, where nothing that matters more stands there.
  private func settle(_ end: HealthEnd) throws {
    let ready = try store.conditions().first { $0.kind == .ready }
    guard let revision = try store.status().live.revision,
      ready == nil || ready?.reason == "HealthCheckPending" || ready?.reason == "Applied"
    else { return }
    try pass.settle(
      ReconcilePass.Report(revision: revision, outcome: .unchanged, warnings: []), end.actor,
      end.time)
  }

  /// Says at once what the next pass will say of the head: that it is what was gone back from.
  private func settleRollback(_ record: HealthRecord, _ end: HealthEnd) throws {
    try pass.settle(
      ReconcilePass.Report(revision: record.revision, outcome: .unchanged, warnings: []),
      end.actor, end.time,
      finding: .rolledBack(
        record.ended(by: end), command: "writ quarantine clear \(record.root.abbreviated)"))
  }
}

extension HealthRecord {
  fileprivate func ended(by end: HealthEnd) -> HealthRecord {
    var record = self
    record.state = end.verdict == .failed ? .failed : .passed
    record.check = end.check
    record.reason = end.reason
    record.actor = end.actor
    record.ended = end.time
    record.watch = end.watch
    return record
  }
}

extension EffectSettings {
  /// What tells the world that a state is bad and stays all the same.
  func announcing(failureOf record: HealthRecord, reason: String) -> [NewEffect] {
    guard notifiesOfApplies else { return [] }
    let payload: Value = [
      "event": "health.failed", "formatVersion": 1, "plan": .string(record.planDigest.description),
      "revision": .string(record.revision), "stateRoot": .string(record.root.description),
      "rollback": false, "reason": .string(reason),
    ]
    return [
      NewEffect(
        kind: "notify", idempotencyKey: "health/\(record.sequence)/\(record.planDigest)/notify",
        payload: CanonicalJSON.bytes(of: payload))
    ]
  }
}
