package import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
internal import Workflows

/// Effects that are part of the transaction that writes them.
struct OutboxRows {
  let db: Database

  func insert(_ effects: [NewEffect], at time: Timestamp) throws {
    for effect in effects {
      try db.execute(
        sql: """
          INSERT INTO outbox (idempotency_key, kind, payload, state, attempts, next_attempt)
          VALUES (?, ?, ?, 'pending', 0, ?) ON CONFLICT DO NOTHING
          """,
        arguments: [
          effect.idempotencyKey, effect.kind, Data(effect.payload), time.nanoseconds,
        ])
    }
  }
}

extension Store {
  package func dueEffects(
    at time: Timestamp, limit: Int,
  ) throws(StoreError) -> [OutboxEffect] {
    try reading { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, kind, idempotency_key, payload, attempts FROM outbox
          WHERE state = 'pending' AND next_attempt <= ? ORDER BY id LIMIT ?
          """,
        arguments: [time.nanoseconds, limit]
      ).map { row in
        OutboxEffect(
          id: row[0], kind: row[1], idempotencyKey: row[2], payload: Array(row[3] as Data),
          attempts: row[4])
      }
    }
  }

  package func settle(
    _ settlement: EffectSettlement, at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      let effect = settlement.effect
      func set(_ state: String, next: Timestamp, error: String?) throws {
        try db.execute(
          sql: """
            UPDATE outbox SET state = ?, attempts = attempts + 1, next_attempt = ?, last_error = ?
            WHERE id = ? AND state = 'pending'
            """,
          arguments: [state, next.nanoseconds, error, effect.id])
      }
      func journal(_ kind: JournalEvent.Kind, _ error: String?) throws {
        var journal = try JournalRows(db: db, actor: "outbox", time: time)
        try journal.append(
          kind, subject: effect.idempotencyKey,
          payload: CanonicalJSON.bytes(
            of: [
              "attempts": .integer(Int64(effect.attempts + 1)),
              "error": error.map { .string($0) } ?? .null, "kind": .string(effect.kind),
            ]))
      }
      switch settlement.result {
      case .delivered:
        try set("delivered", next: time, error: nil)
        try journal(.effectDelivered, nil)
      case .retry(let next, let error): try set("pending", next: next, error: error)
      case .abandoned(let error):
        try set("abandoned", next: time, error: error)
        try journal(.effectAbandoned, error)
      }
      FaultPoint.reach(.outboxBeforeCommit)
    }
  }
}
