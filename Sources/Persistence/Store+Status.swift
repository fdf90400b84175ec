package import Engine
internal import Faults
internal import Foundation
internal import GRDB
package import Planning
package import Resources
internal import Workflows

extension Store {
  package func status() throws(StoreError) -> RepositoryStatus {
    try reading { db in
      let live = try LiveRows.summary(db)
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT is_exact, roots, applied_at, suspended_at, suspended_by, suspended_reason
          FROM repository WHERE id = 1
          """)
      guard let row else { throw StoreError(.corrupt, "the repository row is missing") }
      let roots = Value(canonical: Array((row[1] as String).utf8))?.array ?? []
      let suspendedAt: Int64? = row[3]
      return RepositoryStatus(
        live: live, isExact: row[0], roots: roots.compactMap(\.string),
        appliedAt: (row[2] as Int64?).map { Timestamp(nanoseconds: $0) },
        suspension: suspendedAt.map {
          Suspension(
            since: Timestamp(nanoseconds: $0), actor: row[4] ?? "", reason: row[5] ?? "")
        })
    }
  }

  package func acknowledgements() throws(StoreError) -> [Acknowledgement] {
    try reading { db in
      try Row.fetchAll(
        db, sql: "SELECT guard, plan_digest FROM acknowledgement ORDER BY plan_digest, guard"
      ).compactMap { row in
        GuardFinding.Name(rawValue: row[0]).map { Acknowledgement(guardName: $0, plan: row[1]) }
      }
    }
  }

  package func acknowledge(
    _ guardName: GuardFinding.Name, plan: String, actor: String, reason: String,
    at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      var journal = try JournalRows(db: db, actor: actor, time: time)
      let sequence = try journal.append(
        .guardAcknowledged, subject: plan,
        payload: CanonicalJSON.bytes(
          of: ["guard": .string(guardName.rawValue), "reason": .string(reason)]))
      try db.execute(
        sql: """
          INSERT INTO acknowledgement (guard, plan_digest, sequence) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """,
        arguments: [guardName.rawValue, plan, sequence])
      FaultPoint.reach(.acknowledgeBeforeCommit)
    }
    FaultPoint.reach(.acknowledgeCommitted)
  }

  package func setSuspended(
    _ suspension: Suspension?, actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      var journal = try JournalRows(db: db, actor: actor, time: time)
      try journal.append(
        suspension == nil ? .reconcileResumed : .reconcileSuspended, subject: "reconcile",
        payload: CanonicalJSON.bytes(of: ["reason": .string(suspension?.reason ?? "")]))
      try db.execute(
        sql: """
          UPDATE repository SET suspended_at = ?, suspended_by = ?, suspended_reason = ?
          WHERE id = 1
          """,
        arguments: [suspension?.since.nanoseconds, suspension?.actor, suspension?.reason])
      FaultPoint.reach(suspension == nil ? .resumeBeforeCommit : .suspendBeforeCommit)
    }
    FaultPoint.reach(suspension == nil ? .resumeCommitted : .suspendCommitted)
  }

  package func quarantine() throws(StoreError) -> [QuarantinedContent] {
    try reading { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT state_root, revision, actor, reason, time FROM quarantine
          ORDER BY time, state_root
          """
      ).map { row in
        QuarantinedContent(
          root: try Digest(column: row[0]), revision: row[1], actor: row[2], reason: row[3],
          time: Timestamp(nanoseconds: row[4]))
      }
    }
  }

  package func clearQuarantine(
    _ root: Digest, actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      try db.execute(sql: "DELETE FROM quarantine WHERE state_root = ?", arguments: [root.data])
      guard db.changesCount == 1 else {
        throw StoreError(
          .notFound, "nothing with the state root \(root.abbreviated) is in quarantine",
          hint: "writ quarantine list")
      }
      var journal = try JournalRows(db: db, actor: actor, time: time)
      try journal.append(
        .quarantineCleared, subject: root.description,
        payload: CanonicalJSON.bytes(of: .object([])))
      FaultPoint.reach(.quarantineClearBeforeCommit)
    }
    FaultPoint.reach(.quarantineClearCommitted)
  }

  package func conditions() throws(StoreError) -> [Engine.Condition] {
    try reading { db in try Self.conditions(db) }
  }

  private static func conditions(_ db: Database) throws -> [Engine.Condition] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT type, status, reason, message, observed_revision, transition_time
        FROM condition ORDER BY type
        """
    ).compactMap { row in
      guard let kind = Engine.Condition.Kind(rawValue: row[0]),
        let status = Engine.Condition.Status(rawValue: row[1])
      else { return nil }
      return Engine.Condition(
        kind, status, reason: row[2], message: row[3], observedRevision: row[4],
        transitionTime: Timestamp(nanoseconds: row[5]))
    }
  }

  package func record(
    _ conditions: [Engine.Condition], events: [NewEvent], actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      let old = try Self.conditions(db)
      for condition in conditions {
        var condition = condition
        if let before = old.first(where: { $0.kind == condition.kind }),
          before.status == condition.status
        {
          condition.transitionTime = before.transitionTime
          if before == condition { continue }
        }
        try db.execute(
          sql: """
            INSERT INTO condition (type, status, reason, message, observed_revision,
              transition_time)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (type) DO UPDATE SET status = excluded.status, reason = excluded.reason,
              message = excluded.message, observed_revision = excluded.observed_revision,
              transition_time = excluded.transition_time
            """,
          arguments: [
            condition.kind.rawValue, condition.status.rawValue, condition.reason,
            condition.message, condition.observedRevision, condition.transitionTime.nanoseconds,
          ])
      }
      if !events.isEmpty {
        var journal = try JournalRows(db: db, actor: actor, time: time)
        for event in events {
          try journal.append(
            event.kind, subject: event.subject, payload: CanonicalJSON.bytes(of: event.payload))
        }
      }
      FaultPoint.reach(.applyConditionsBeforeCommit)
    }
  }
}
