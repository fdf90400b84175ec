package import Engine
internal import Faults
internal import Foundation
internal import GRDB
package import Planning
internal import Resources
internal import Signatures
internal import Workflows

extension Store {
  package func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan {
    let applied = try withRoom(for: plan) { () throws(StoreError) in
      try writing { db in
        try OwnWrite.run(db) {
          try ApplyTransaction(db: db, plan: plan, context: context).run()
        }
      }
    }
    FaultPoint.reach(.applyCommitted)
    return applied
  }

  /// Gives a large transaction so much page cache that no page is written twice, and takes it back.
  private func withRoom<Result>(
    for plan: Plan, _ body: () throws(StoreError) -> Result,
  ) throws(StoreError) -> Result {
    if plan.changes.count < 1000 { return try body() }
    try setCache(kibibytes: 262_144)
    do throws(StoreError) {
      let result = try body()
      try setCache(kibibytes: 2000)
      return result
    } catch {
      try setCache(kibibytes: 2000)
      throw error
    }
  }

  private func setCache(kibibytes: Int) throws(StoreError) {
    do {
      try database.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA cache_size = -\(kibibytes); PRAGMA shrink_memory")
      }
    } catch {
      throw StoreError(error)
    }
  }
}

/// The one transaction that makes a plan true.
private struct ApplyTransaction {
  let db: Database
  let plan: Plan
  let context: ApplyContext
  /// What a break-glass edit changes, as it was.
  private let editedFrom: (side: ResourceTransition.Side, sequence: Int64)?
  /// The commits of the plan as JSON, because many changes come from few of them.
  private let origins: [String: Value]

  init(db: Database, plan: Plan, context: ApplyContext) throws {
    self.db = db
    self.plan = plan
    self.context = context
    var origins: [String: Value] = [:]
    for origin in plan.changes.lazy.compactMap(\.origin) where origins[origin.commit] == nil {
      origins[origin.commit] = origin.value
    }
    self.origins = origins
    editedFrom = try context.edit == nil ? nil : Self.edited(db, plan)
  }

  private static func edited(
    _ db: Database, _ plan: Plan,
  ) throws -> (side: ResourceTransition.Side, sequence: Int64) {
    guard plan.changes.count == 1, plan.changes[0].action == .update,
      let side = try ResourceRows(db: db).current(plan.changes[0].key),
      let sequence = try DriftRows(db: db).lastEvent(of: plan.changes[0].key)?.sequence
    else { throw StoreError(.other, "an edit changes exactly one live resource") }
    return (side, sequence)
  }

  func run() throws -> AppliedPlan {
    FaultPoint.reach(.applyBegun)
    let base = try LiveRows.summary(db)
    guard base.root == plan.baseRoot, base.revision == plan.baseRevision else {
      throw StoreError(
        .stale, "the live state changed since the plan was made",
        hint: "make a new plan: writ plan")
    }
    var journal = try JournalRows(db: db, actor: context.actor, time: context.time)
    let consequences = ApplyConsequences(
      db: db, plan: plan, actor: context.actor, time: journal.time)
    // Before the apply itself, whose events are one unbroken row.
    try consequences.revoke(&journal)
    let counts = Dictionary(
      uniqueKeysWithValues: Change.Action.allCases.map { ($0, plan.count(of: $0)) })
    let eventCount = plan.changes.count + plan.relocations.count + plan.orphaned.count
    var applied = AppliedPlan(
      sequence: 0, time: journal.time, actor: context.actor,
      planDigest: context.planDigest ?? plan.digest,
      baseRevision: plan.baseRevision, revision: plan.revision, baseRoot: plan.baseRoot,
      root: plan.predictedRoot, counts: counts, isRollback: plan.isRollback,
      isExact: context.isExact, isEdit: context.edit != nil, roots: plan.roots, lastSequence: 0)
    applied.sequence = try journal.append(
      .planApplied, subject: plan.revision,
      payload: CanonicalJSON.bytes(
        of: applied.payload(eventCount: eventCount, context)))
    applied.lastSequence = applied.sequence + Int64(eventCount)

    try write(&journal)
    try consequences.begin()
    FaultPoint.reach(.applyBeforeRehash)
    let root = try StateRows(db: db).rehash(plan.changes.map { StateTree.identifier(of: $0.key) })
    guard root == plan.predictedRoot else {
      throw StoreError(
        .rootMismatch,
        "the plan predicts the state root \(plan.predictedRoot.abbreviated), but its changes give \(root.abbreviated); nothing was applied",
        hint: "the plan is damaged or was tampered with; make a new one: writ plan")
    }
    FaultPoint.reach(.applyRehashed)
    try updateCounts()
    try updateRepository(at: journal.time)
    try settleDrift(applied)
    try ApprovalRows(db: db).settle(plan)
    try quarantine(&journal)
    try HealthRows(db: db).apply(context, plan, applied, &journal)
    try OutboxRows(db: db).insert(context.effects, at: context.time)
    FaultPoint.reach(.applyOutboxWritten)
    if plan.isRollback { FaultPoint.reach(.rollbackBeforeCommit) }
    FaultPoint.reach(.applyBeforeCommit)
    return applied
  }

  // MARK: Resources

  private func write(_ journal: inout JournalRows) throws {
    let rows = try ResourceRows(db: db)
    let provenance = try ProvenanceRows(
      db: db, actor: context.actor, restored: context.restoredOrigins)
    try provenance.record(plan.commits, signers: context.signers.mapValues(\.value))
    for change in plan.changes {
      let sources = try provenance.sides(of: change, sequence: journal.nextSequence)
      // For a create the primary key says whether something is there already.
      let before = change.action == .create ? nil : try rows.current(change.key)
      guard before?.digest == change.before else {
        throw StoreError(.stale, "\(change.key) changed since the plan was made")
      }
      guard change.after != nil else {
        try journalTransition(
          &journal, .resourceDeleted, change, before: before, after: nil, sources)
        try rows.delete(change.key)
        FaultPoint.reach(.applyChangeWritten)
        continue
      }
      guard let digest = change.after, (change.action == .move) == (change.content == nil) else {
        throw StoreError(.other, "the plan has no content for \(change.key)")
      }
      guard change.action != .move || change.before == digest else {
        throw StoreError(.rootMismatch, "the plan moves \(change.key) and changes it, too")
      }
      var content: [UInt8]?
      if let bytes = change.content {
        guard Digest(of: bytes) == digest else {
          throw StoreError(
            .rootMismatch, "the content of \(change.key) is not what the plan's digest says")
        }
        content = bytes
      }
      let after = ResourceTransition.Side(
        digest: digest, location: change.location, marks: change.marks, isOrphaned: false,
        references: change.references, claims: change.claims)
      let kind: JournalEvent.Kind =
        change.action == .create
        ? .resourceCreated : change.action == .move ? .resourceMoved : .resourceUpdated
      let sequence = try journalTransition(
        &journal, kind, change, before: before, after: after, sources)
      try rows.put(
        change.key, after, content: content, isNew: before == nil, sequence: sequence)
      try rows.relate(
        change.key, references: change.references, claims: change.claims, isNew: before == nil)
      try provenance.write(change.key, sources)
      FaultPoint.reach(.applyChangeWritten)
    }
    try relocate(rows, &journal)
  }

  @discardableResult
  private func journalTransition(
    _ journal: inout JournalRows, _ kind: JournalEvent.Kind, _ change: Change,
    before: ResourceTransition.Side?, after: ResourceTransition.Side?,
    _ sources: ProvenanceRows.Sides,
  ) throws -> Int64 {
    let transition = ResourceTransition(
      key: change.key, before: before, after: after, reason: change.reason.rawValue,
      origin: change.origin, origins: sources.after, previousOrigins: sources.before)
    return try journal.append(
      kind, subject: change.key.description,
      payload: transition.payload(origin: change.origin.flatMap { origins[$0.commit] }))
  }

  private func relocate(_ rows: ResourceRows, _ journal: inout JournalRows) throws {
    func transform(
      _ key: ResourceKey, _ kind: JournalEvent.Kind, reason: String,
      _ body: (inout ResourceTransition.Side) -> Void,
    ) throws {
      guard let before = try rows.current(key) else {
        throw StoreError(.stale, "\(key) changed since the plan was made")
      }
      var after = before
      body(&after)
      let transition = ResourceTransition(
        key: key, before: before, after: after, reason: reason, origin: nil)
      try journal.append(kind, subject: key.description, payload: transition.payload)
      try rows.put(key, after, content: nil, isNew: false, sequence: nil)
    }
    for relocation in plan.relocations {
      try transform(relocation.key, .resourceRelocated, reason: "relocated") {
        $0.location = relocation.location
        $0.references = relocation.references
        $0.claims = relocation.claims
      }
      try rows.relate(
        relocation.key, references: relocation.references, claims: relocation.claims, isNew: false)
    }
    for key in plan.orphaned {
      try transform(key, .resourceOrphaned, reason: "kept by writ/prune") { $0.isOrphaned = true }
    }
  }

  // MARK: The rest of the state

  private func updateCounts() throws {
    var difference: [String: Int] = [:]
    for change in plan.changes {
      if change.action == .create { difference[change.key.kind, default: 0] += 1 }
      if change.action == .delete { difference[change.key.kind, default: 0] -= 1 }
    }
    try KindCountRows(db: db).add(difference)
  }

  /// What the plan wrote is no drift any more, unless it is a break-glass edit.
  private func settleDrift(_ applied: AppliedPlan) throws {
    let statement = try db.cachedStatement(sql: "DELETE FROM drift WHERE resource_id = ?")
    let isDrifting = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM drift)") ?? false
    let open = context.edit == nil ? [:] : try DriftRows(db: db).open()
    if isDrifting {
      for change in plan.changes where change.action != .move {
        try statement.execute(arguments: [StateTree.identifier(of: change.key)])
      }
      // What only moves is over where its content is the one that was applied.
      let moved = plan.changes.filter { $0.action == .move }.map(\.key)
      let known = moved.isEmpty && plan.relocations.isEmpty ? [:] : try DriftRows(db: db).open()
      for key in moved + plan.relocations.map(\.key) {
        guard let applied = known[key]?.applied else { continue }
        if try DriftRows(db: db).actual(key)?.digest == applied.digest {
          try statement.execute(arguments: [StateTree.identifier(of: key)])
        }
      }
    }
    guard let edit = context.edit, let change = plan.changes.first else { return }
    let known = open[change.key]
    try db.execute(
      sql: """
        INSERT INTO drift (resource_id, kind, name, applied, applied_sequence, sequence,
          noticed_at, changed_at, operation, owner, reason, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'writ edit', ?, ?, ?)
        """,
      arguments: [
        StateTree.identifier(of: change.key), change.key.kind, change.key.name,
        (known.map(\.applied) ?? editedFrom?.side).map { CanonicalJSON.text(of: $0.value) },
        known.map(\.appliedSequence) ?? editedFrom?.sequence, applied.lastSequence,
        context.time.nanoseconds, context.time.nanoseconds, edit.owner, edit.reason,
        edit.expiresAt.nanoseconds,
      ])
  }

  private func updateRepository(at time: Timestamp) throws {
    try db.execute(
      sql: """
        UPDATE repository
        SET live_revision = ?, is_exact = ?, state_root = ?, roots = ?, applied_at = ?
        WHERE id = 1
        """,
      arguments: [
        plan.revision, context.isExact, plan.predictedRoot.data,
        CanonicalJSON.text(of: .array(plan.roots.map { .string($0) })), time.nanoseconds,
      ])
  }

  private func quarantine(_ journal: inout JournalRows) throws {
    guard let content = context.quarantine else { return }
    try db.execute(
      sql: """
        INSERT INTO quarantine (state_root, revision, actor, reason, time) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (state_root) DO UPDATE
        SET revision = excluded.revision, actor = excluded.actor, reason = excluded.reason,
          time = excluded.time
        """,
      arguments: [
        content.root.data, content.revision, content.actor, content.reason,
        content.time.nanoseconds,
      ])
    try journal.append(
      .contentQuarantined, subject: content.root.description,
      payload: CanonicalJSON.bytes(
        of: ["reason": .string(content.reason), "revision": .string(content.revision)]))
  }
}
