package import Engine
internal import Foundation
internal import GRDB
package import Planning
package import Resources
internal import Workflows

extension Store {
  package func decisions(on changes: [Digest]?) throws(StoreError) -> [ApprovalDecision] {
    if changes?.isEmpty == true { return [] }
    return try reading { db in try ApprovalRows(db: db).all(on: changes) }
  }

  package func decide(
    _ decisions: [ApprovalDecision], at time: Timestamp,
  ) throws(StoreError) {
    if decisions.isEmpty { return }
    try writing { db in
      let rows = ApprovalRows(db: db)
      try rows.dropOld(at: time)
      for decision in decisions { try rows.put(decision) }
      guard try rows.count() <= ApprovalLimits.decisions else {
        throw StoreError(
          .full, "there are \(ApprovalLimits.decisions) decisions about changes already",
          hint: "take back what is of no use any more: writ approvals, writ approve --withdraw")
      }
      // Each is journaled as said by who ran the command.
      for decision in decisions {
        var journal = try JournalRows(db: db, actor: decision.actor, time: time)
        let event = decision.event
        try journal.append(
          event.kind, subject: event.subject, payload: CanonicalJSON.bytes(of: event.payload))
      }
    }
  }

  package func withdraw(
    _ decisions: [ApprovalDecision], actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) -> [ApprovalDecision] {
    if decisions.isEmpty { return [] }
    return try writing { db in
      let rows = ApprovalRows(db: db)
      let gone = try decisions.filter { try rows.delete($0) }
      var journal = try JournalRows(db: db, actor: actor, time: time)
      for decision in gone {
        let event = decision.withdrawn(reason: reason)
        try journal.append(
          event.kind, subject: event.subject, payload: CanonicalJSON.bytes(of: event.payload))
      }
      return gone
    }
  }
}

/// Decisions inside one transaction.
struct ApprovalRows {
  let db: Database

  private static let columns = """
    change_digest, resource_key, person, answer, actor, reason, time, expires
    """

  func all(on changes: [Digest]?) throws -> [ApprovalDecision] {
    guard let changes else {
      return try Row.fetchAll(
        db,
        sql: "SELECT \(Self.columns) FROM approval ORDER BY resource_key, change_digest, person"
      ).map(Self.decision)
    }
    let statement = try db.cachedStatement(
      sql: "SELECT \(Self.columns) FROM approval WHERE change_digest = ? ORDER BY person")
    return try Set(changes).flatMap { digest in
      try Row.fetchAll(statement, arguments: [digest.data]).map(Self.decision)
    }.sorted { ($0.key, $0.change, $0.person.name) < ($1.key, $1.change, $1.person.name) }
  }

  func count() throws -> Int { try Int.fetchOne(db, sql: "SELECT count(*) FROM approval") ?? 0 }

  func put(_ decision: ApprovalDecision) throws {
    try db.execute(
      sql: """
        INSERT INTO approval (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (change_digest, resource_key, person) DO UPDATE
        SET answer = excluded.answer, actor = excluded.actor, reason = excluded.reason,
          time = excluded.time, expires = excluded.expires
        """,
      arguments: [
        decision.change.data, decision.key.description, decision.person.name,
        decision.answer.rawValue, decision.actor, decision.reason, decision.time.nanoseconds,
        decision.expires.nanoseconds,
      ])
  }

  func delete(_ decision: ApprovalDecision) throws -> Bool {
    try db.execute(
      sql: "DELETE FROM approval WHERE change_digest = ? AND resource_key = ? AND person = ?",
      arguments: [decision.change.data, decision.key.description, decision.person.name])
    return db.changesCount == 1
  }

  /// Removes what counts no more since long ago.
  func dropOld(at time: Timestamp) throws {
    try db.execute(
      sql: """
        DELETE FROM approval
        WHERE (answer = 'approve' AND expires < ?) OR (answer = 'reject' AND time < ?)
        """,
      arguments: [
        time.before(ApprovalLimits.approvalKeep).nanoseconds,
        time.before(ApprovalLimits.rejectionKeep).nanoseconds,
      ])
  }

  /// Removes what was said of the changes that `plan` makes: it counts once.
  func settle(_ plan: Plan) throws {
    let waiting = try Set(String.fetchAll(db, sql: "SELECT DISTINCT resource_key FROM approval"))
    if waiting.isEmpty { return }
    let delete = try db.cachedStatement(
      sql: "DELETE FROM approval WHERE resource_key = ? AND change_digest = ?")
    for change in plan.changes {
      let key = change.key.description
      if waiting.contains(key) { try delete.execute(arguments: [key, change.identity.data]) }
    }
  }

  private static func decision(_ row: Row) throws -> ApprovalDecision {
    guard let key = ResourceKey(row[1] as String), let person = Person(row[2]),
      let answer = ApprovalDecision.Answer(rawValue: row[3])
    else { throw StoreError(.corrupt, "a decision about a change cannot be read") }
    return ApprovalDecision(
      change: try Digest(column: row[0]), key: key, person: person, answer: answer,
      reason: row[5], time: Timestamp(nanoseconds: row[6]),
      expires: Timestamp(nanoseconds: row[7]), actor: row[4])
  }
}
