package import Engine
internal import Faults
internal import Foundation
internal import GRDB
package import Resources
package import Workflows

extension Store: HealthStore {
  package func openWatch() throws(StoreError) -> HealthRecord? {
    try reading { db in try HealthRows(db: db).open() }
  }

  package func latestWatch() throws(StoreError) -> HealthRecord? {
    try reading { db in try HealthRows(db: db).latest() }
  }

  package func watchOfLiveState() throws(StoreError) -> HealthRecord? {
    try reading { db in try HealthRows(db: db).ofLiveState() }
  }

  package func watch(ofRoot root: Digest) throws(StoreError) -> HealthRecord? {
    try reading { db in try HealthRows(db: db).newest(ofRoot: root) }
  }

  package func watches(
    of sequences: ClosedRange<Int64>,
  ) throws(StoreError) -> [HealthRecord] {
    try reading { db in try HealthRows(db: db).all(sequences) }
  }

  package func advance(
    _ sequence: Int64, from old: HealthWatch, to watch: HealthWatch,
  ) throws(StoreError) -> Bool {
    try writing { db in
      try db.execute(
        sql: """
          UPDATE health_watch SET watch = ?
          WHERE sequence = ? AND state = 'watching' AND watch = ?
          """,
        arguments: [
          CanonicalJSON.text(of: watch.value), sequence, CanonicalJSON.text(of: old.value),
        ])
      FaultPoint.reach(.healthAdvanceBeforeCommit)
      return db.changesCount == 1
    }
  }

  package func conclude(_ end: HealthEnd, effects: [NewEffect]) throws(StoreError) {
    try writing { db in
      var journal = try JournalRows(db: db, actor: end.actor, time: end.time)
      try HealthRows(db: db).close(end, isRolledBack: false, &journal)
      try OutboxRows(db: db).insert(effects, at: end.time)
      FaultPoint.reach(.healthEndBeforeCommit)
    }
    FaultPoint.reach(.healthEnded)
  }

  package func abandonedEffects(keyPrefix prefix: String) throws(StoreError) -> Int {
    try reading { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM outbox
          WHERE state = 'abandoned' AND substr(idempotency_key, 1, ?) = ?
          """,
        arguments: [prefix.unicodeScalars.count, prefix]) ?? 0
    }
  }
}
