package import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Reads the journal and the live state inside one transaction.
struct PastRows: PastReader {
  let db: Database

  var live: any LiveReader { LiveRows(db: db) }

  private func typed<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do { return try body() } catch { throw StoreError(error) }
  }

  // MARK: Places in the journal

  func span() throws(StoreError) -> JournalSpan? {
    try typed {
      func point(_ order: String) throws -> JournalPoint? {
        try Row.fetchOne(
          db, sql: "SELECT sequence, time FROM journal ORDER BY sequence \(order) LIMIT 1"
        ).map(Self.point)
      }
      guard let first = try point("ASC"), let last = try point("DESC") else { return nil }
      return JournalSpan(first: first, last: last, checkpoint: try CheckpointRows(db: db).last())
    }
  }

  private static func point(_ row: Row) -> JournalPoint {
    JournalPoint(sequence: row[0], time: Timestamp(nanoseconds: row[1]))
  }

  func lastPoint(at time: Timestamp) throws(StoreError) -> JournalPoint? {
    try typed {
      let row = try Row.fetchOne(
        db,
        sql: "SELECT sequence, time FROM journal WHERE time <= ? ORDER BY sequence DESC LIMIT 1",
        arguments: [time.nanoseconds])
      if let row { return Self.point(row) }
      guard let checkpoint = try CheckpointRows(db: db).last(), checkpoint.time <= time else {
        return nil
      }
      return JournalPoint(sequence: checkpoint.sequence, time: checkpoint.time)
    }
  }

  func point(_ sequence: Int64) throws(StoreError) -> JournalPoint? {
    try typed {
      let row = try Row.fetchOne(
        db, sql: "SELECT sequence, time FROM journal WHERE sequence = ?", arguments: [sequence])
      if let row { return Self.point(row) }
      guard let checkpoint = try CheckpointRows(db: db).last(), checkpoint.sequence == sequence
      else { return nil }
      return JournalPoint(sequence: sequence, time: checkpoint.time)
    }
  }

  // MARK: Applies

  func apply(atOrBefore sequence: Int64) throws(StoreError) -> AppliedPlan? {
    try applies("sequence <= ?", [sequence], limit: 1).first
  }

  func firstApply(after sequence: Int64) throws(StoreError) -> AppliedPlan? {
    try typed {
      try Row.fetchOne(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal
          WHERE kind = 'plan.applied' AND sequence > ? ORDER BY sequence LIMIT 1
          """,
        arguments: [sequence]
      ).map { try AppliedPlan(JournalRows.event($0)) }
    }
  }

  func applies(ofRevision prefix: String) throws(StoreError) -> [AppliedPlan] {
    // No hexadecimal digit comes after "f", so "g" ends the range.
    try applies("subject >= ? AND subject < ?", [prefix, prefix + "g"], limit: Self.reach)
  }

  func applies(ofPlan prefix: String) throws(StoreError) -> [AppliedPlan] {
    try applies(
      "instr(payload, ?) > 0", [Data("\"plan\":\"\(prefix)".utf8)], limit: Self.reach)
  }

  func apply(leaving root: Digest) throws(StoreError) -> AppliedPlan? {
    try applies("instr(payload, ?) > 0", [Data("\"root\":\"\(root)\"".utf8)], limit: 1).first
  }

  /// How many applies are looked at.
  private static let reach = 100_000

  private func applies(
    _ condition: String, _ arguments: StatementArguments, limit: Int,
  ) throws(StoreError) -> [AppliedPlan] {
    try typed {
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal WHERE kind = 'plan.applied' AND \(condition)
          ORDER BY sequence DESC LIMIT ?
          """,
        arguments: arguments + [limit]
      ).map { try AppliedPlan(JournalRows.event($0)) }
    }
  }

  // MARK: Sides

  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition] {
    try typed {
      var transitions = try JournalRows.transitions(db, after: sequence)
      // What somebody else wrote, and nobody put on record yet, comes after all events.
      let known = Set(transitions.map(\.key))
      let rows = DriftRows(db: db)
      for write in try rows.foreignWrites() where !known.contains(write.key) {
        transitions.append(
          ResourceTransition(
            key: write.key, before: try rows.lastEvent(of: write.key)?.after,
            after: try rows.actual(write.key), reason: "drifted", origin: nil))
      }
      return transitions.sorted { $0.key < $1.key }
    }
  }

  func recordedRoot(at sequence: Int64) throws(StoreError) -> Digest? {
    let apply = try apply(atOrBefore: sequence)
    return try typed {
      // What was recorded after the last apply: changes that no apply made.
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT payload FROM journal
          WHERE sequence > ? AND sequence <= ? AND kind LIKE 'resource.%' ORDER BY sequence DESC
          """,
        arguments: [apply?.lastSequence ?? 0, sequence])
      while let row = try rows.next() {
        let value = Value(canonical: Array(row[0] as Data))
        if let root = value?["root"]?.string.flatMap({ Digest(hex: $0) }) { return root }
      }
      if let apply { return apply.root }
      let checkpoint = try CheckpointRows(db: db).last()
      return checkpoint.flatMap { $0.sequence <= sequence ? $0.stateRoot : nil }
    }
  }

  func makers(
    of keys: [ResourceKey], at sequence: Int64,
  ) throws(StoreError) -> [ResourceKey: ResourceMaker] {
    try typed {
      let journal = try db.cachedStatement(
        sql: """
          SELECT sequence, time, payload, kind FROM journal
          WHERE subject = ? AND sequence <= ? AND kind LIKE 'resource.%' AND kind < 'run.'
            AND kind NOT IN ('resource.relocated', 'resource.orphaned')
          ORDER BY sequence DESC
          """)
      let kept = try db.cachedStatement(
        sql: """
          SELECT sequence, time, payload FROM checkpoint_origin WHERE subject = ? AND sequence <= ?
          """)
      var result: [ResourceKey: ResourceMaker] = [:]
      for key in keys {
        journal.setUncheckedArguments([key.description, sequence])
        kept.setUncheckedArguments([key.description, sequence])
        guard let row = try Self.maker(journal) ?? Row.fetchOne(kept) else { continue }
        let transition = ResourceTransition(key: key, payload: Array(row[2] as Data))
        let origins = transition?.origins ?? transition?.previousOrigins
        result[key] = ResourceMaker(
          sequence: row[0], time: Timestamp(nanoseconds: row[1]),
          origin: try transition?.origin ?? origins.flatMap(RecordRows(db: db).newestOrigin))
      }
      return result
    }
  }

  /// The newest of the events; where it ended a drift, the one that was in force before.
  private static func maker(_ statement: Statement) throws -> Row? {
    var isReverted = false
    let rows = try Row.fetchCursor(statement)
    while let row = try rows.next() {
      let isDrift = row[3] == JournalEvent.Kind.resourceDrifted.rawValue
      if isDrift, isReverted { continue }
      if isDrift, Value(canonical: Array(row[2] as Data))?["reason"] == "reverted" {
        isReverted = true
        continue
      }
      return row.copy()
    }
    return nil
  }

  func stepEnd(of sequence: Int64) throws(StoreError) -> Int64 {
    if let apply = try apply(atOrBefore: sequence), sequence <= apply.lastSequence {
      return apply.lastSequence
    }
    return try typed {
      // Changes by others that were put on record at once end with the event that has the root.
      let rows = try Row.fetchCursor(
        db,
        sql: "SELECT sequence, kind, payload FROM journal WHERE sequence >= ? ORDER BY sequence",
        arguments: [sequence])
      while let row = try rows.next() {
        guard row[1] == JournalEvent.Kind.resourceDrifted.rawValue else { break }
        if Value(canonical: Array(row[2] as Data))?["root"] != nil { return row[0] }
      }
      return sequence
    }
  }

  // MARK: Contents

  func contents(of digests: [Digest]) throws(StoreError) -> [Digest: [UInt8]] {
    try typed {
      let statement = try db.cachedStatement(sql: "SELECT bytes FROM content WHERE digest = ?")
      let foreign = try db.cachedStatement(
        sql: "SELECT bytes FROM foreign_content WHERE digest = ?")
      var result: [Digest: [UInt8]] = [:]
      for digest in digests where result[digest] == nil {
        statement.setUncheckedArguments([digest.data])
        foreign.setUncheckedArguments([digest.data])
        let found = try Data.fetchOne(statement).map { Array($0) }
        if let found, Digest(of: found) == digest {
          result[digest] = found
        } else if let bytes = try Data.fetchOne(foreign).map({ Array($0) }),
          Digest(of: bytes) == digest
        {
          result[digest] = bytes
        }
      }
      return result
    }
  }

  func orphans() throws(StoreError) -> [ResourceKey] {
    try typed {
      try Row.fetchAll(
        db, sql: "SELECT kind, name FROM resource WHERE is_orphaned = 1 ORDER BY kind, name"
      ).map { ResourceKey(kind: $0[0], name: $0[1]) }
    }
  }

  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord] {
    try typed { try RecordRows(db: db).records(kind: kind, name: name) }
  }
}

extension Store: PastStore {
  package func readPast<Result>(
    _ body: (any PastReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try reading { db throws(StoreError) in try body(PastRows(db: db)) }
  }
}
