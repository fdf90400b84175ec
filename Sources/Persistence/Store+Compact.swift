package import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Workflows

extension Store {
  package func compactable(before time: Timestamp) throws(StoreError) -> CompactionRange? {
    try reading { db in
      let past = PastRows(db: db)
      guard let span = try past.span(), let limit = try Self.keptFrom(db) else { return nil }
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT sequence, time FROM journal WHERE sequence < ? AND time < ?
          ORDER BY sequence DESC LIMIT 1
          """,
        arguments: [limit, time.nanoseconds])
      guard let row else { return nil }
      var last = JournalPoint(sequence: row[0], time: Timestamp(nanoseconds: row[1]))
      // An apply and its events go together.
      if let apply = try past.apply(atOrBefore: last.sequence), last.sequence < apply.lastSequence {
        guard apply.sequence > span.first.sequence,
          let before = try past.point(apply.sequence - 1)
        else { return nil }
        last = before
      }
      return CompactionRange(first: span.first.sequence, last: last)
    }
  }

  /// The first event of what always stays: the state that a rollback goes back to, open drifts, and
  /// what followed.
  ///
  /// Nil where nothing was applied.
  private static func keptFrom(_ db: Database) throws -> Int64? {
    let applies = try Row.fetchCursor(
      db,
      sql: """
        SELECT \(JournalRows.columns) FROM journal WHERE kind = 'plan.applied'
        ORDER BY sequence DESC
        """)
    let quarantined = try Set(
      Data.fetchAll(db, sql: "SELECT state_root FROM quarantine").map { try Digest(column: $0) })
    // A watch that is under way may go back to the state that it names.
    let watched = try Int64.fetchOne(
      db, sql: "SELECT min(good_sequence) FROM health_watch WHERE ended IS NULL")
    // What was before a drift is where its repair finds out who made it so.
    let drifted = try Int64.fetchOne(db, sql: "SELECT min(sequence) FROM drift")
    let limit = min(watched ?? .max, drifted ?? .max)
    var current: AppliedPlan?
    while let row = try applies.next() {
      let apply = try AppliedPlan(JournalRows.event(row))
      guard let root = current?.root else {
        current = apply
        continue
      }
      if apply.root != root, !quarantined.contains(apply.root) {
        return min(apply.sequence, limit)
      }
    }
    // There is no earlier state to go back to, as far as the journal reaches.
    return current.map { min($0.sequence, limit) }
  }

  package func compact(
    _ range: CompactionRange, key: CheckpointKey, exportPath: String?, actor: String,
    at time: Timestamp,
  ) throws(StoreError) -> Checkpoint {
    let prepared = try reading { db in try Compaction(db: db, range: range).prepare() }
    var checkpoint = Checkpoint(
      sequence: range.last.sequence, time: range.last.time, hash: prepared.hash, madeAt: time,
      chain: Checkpoint.chain(after: prepared.previous?.chain ?? .zero, hash: prepared.hash),
      stateRoot: prepared.snapshot.root, snapshotDigest: Digest(of: prepared.bytes),
      exportPath: exportPath, publicKey: [], signature: [])
    guard let signed = key.signing(checkpoint) else {
      throw StoreError(.other, "the checkpoint cannot be signed")
    }
    checkpoint = signed
    FaultPoint.reach(.compactPrepared)
    try writing { db in
      try OwnWrite.run(db) {
        try Compaction(db: db, range: range).run(prepared, checkpoint, actor: actor, at: time)
      }
    }
    FaultPoint.reach(.compactCommitted)
    return checkpoint
  }
}

/// Puts a checkpoint in the place of the events before it.
private struct Compaction {
  struct Prepared {
    var previous: Checkpoint?
    var snapshot: StateSnapshot
    var bytes: [UInt8]
    /// The hash of the last event that goes.
    var hash: Digest
    /// The contents that events name which go, and neither the snapshot nor an event that stays.
    var contents: Set<Digest>
    /// The last event that was looked at for that.
    var head: Int64
  }

  let db: Database
  let range: CompactionRange

  /// The long part, which only reads: checks what goes, folds it, and looks for what it alone names.
  func prepare() throws -> Prepared {
    let previous = try CheckpointRows(db: db).last()
    var fold = try start(previous)
    var last = (sequence: previous?.sequence ?? 0, hash: previous?.hash ?? .zero)
    // The contents of the old snapshot go too, where nothing else names them.
    var named = Set(fold.entries.values.map(\.made.side.digest))
    var head: Int64 = 0
    var result: (snapshot: StateSnapshot, hash: Digest)?
    let rows = try Row.fetchCursor(
      db, sql: "SELECT \(JournalRows.columns) FROM journal ORDER BY sequence")
    while let row = try rows.next() {
      let event = try JournalRows.event(row)
      head = event.sequence
      if event.sequence > range.last.sequence {
        for digest in Self.digests(event) { named.remove(digest) }
        continue
      }
      let due = JournalEvent(
        sequence: last.sequence + 1, time: event.time, actor: event.actor, kind: event.kind,
        subject: event.subject, payload: event.payload, after: last.hash)
      guard due == event else { throw broken(event.sequence, "it does not continue the chain") }
      if let wrong = fold.add(
        JournalFold.Row(
          sequence: event.sequence, time: event.time, actor: event.actor, kind: event.kind.rawValue,
          subject: event.subject, payload: event.payload))
      {
        throw broken(wrong.sequence, wrong.reason)
      }
      named.formUnion(Self.digests(event))
      last = (event.sequence, event.hash)
      if event.sequence == range.last.sequence {
        if let wrong = fold.finish() { throw broken(wrong.sequence, wrong.reason) }
        result = (fold.snapshot(at: event.sequence), event.hash)
      }
    }
    guard let result else {
      throw StoreError(.stale, "event \(range.last.sequence) is not in the journal any more")
    }
    named.subtract(result.snapshot.entries.map(\.side.digest))
    return Prepared(
      previous: previous, snapshot: result.snapshot, bytes: result.snapshot.bytes,
      hash: result.hash, contents: named, head: head)
  }

  private func start(_ checkpoint: Checkpoint?) throws -> JournalFold {
    guard let checkpoint else { return JournalFold() }
    let bytes = try CheckpointRows(db: db).snapshotBytes(of: checkpoint.sequence)
    guard checkpoint.isSigned, Digest(of: bytes) == checkpoint.snapshotDigest else {
      throw broken(checkpoint.sequence, "the checkpoint there is not what was signed")
    }
    do throws(StateSnapshot.Problem) {
      return JournalFold(try StateSnapshot(bytes: bytes))
    } catch {
      throw broken(checkpoint.sequence, "the checkpoint's snapshot cannot be read, \(error)")
    }
  }

  private func broken(_ sequence: Int64, _ reason: String) -> StoreError {
    StoreError(
      .corrupt, "the journal is broken at event \(sequence): \(reason); nothing was dropped",
      hint: "see what is wrong with it: writ journal verify")
  }

  /// The contents that an event names.
  private static func digests(_ event: JournalEvent) -> [Digest] {
    guard event.kind.rawValue.hasPrefix("resource."), let key = ResourceKey(event.subject),
      let transition = ResourceTransition(key: key, payload: event.payload)
    else { return [] }
    return [transition.before?.digest, transition.after?.digest].compactMap(\.self)
  }

  /// The short part, under the write lock.
  func run(
    _ prepared: Prepared, _ checkpoint: Checkpoint, actor: String, at time: Timestamp,
  ) throws {
    let rows = CheckpointRows(db: db)
    let hash = try Data.fetchOne(
      db, sql: "SELECT hash FROM journal WHERE sequence = ?", arguments: [checkpoint.sequence])
    guard try rows.last() == prepared.previous, hash == checkpoint.hash.data else {
      throw StoreError(
        .stale, "somebody else compacted the journal in the meantime; nothing was dropped")
    }
    let count = range.last.sequence - (prepared.previous?.sequence ?? 0)
    try rows.insert(checkpoint, snapshot: prepared.snapshot, bytes: prepared.bytes)
    try db.execute(
      sql: "DELETE FROM journal WHERE sequence <= ?", arguments: [checkpoint.sequence])
    FaultPoint.reach(.compactEventsDropped)
    try dropContents(prepared)
    try ApprovalRows(db: db).dropOld(at: time)
    var journal = try JournalRows(db: db, actor: actor, time: time)
    try journal.append(
      .journalCompacted, subject: "#\(checkpoint.sequence)",
      payload: CanonicalJSON.bytes(
        of: ["checkpoint": checkpoint.value, "events": .integer(count)]))
    FaultPoint.reach(.compactBeforeCommit)
  }

  private func dropContents(_ prepared: Prepared) throws {
    var contents = prepared.contents
    // What came since then.
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT \(JournalRows.columns) FROM journal WHERE sequence > ? ORDER BY sequence",
      arguments: [prepared.head])
    while let row = try rows.next() {
      for digest in Self.digests(try JournalRows.event(row)) { contents.remove(digest) }
    }
    // What a drift has to be put back to.
    for drift in try DriftRows(db: db).open().values {
      if let digest = drift.applied?.digest { contents.remove(digest) }
    }
    if contents.isEmpty { return }
    // Applies do without this index; here it spares a walk over all resources for each content.
    try db.execute(sql: "CREATE INDEX resource_content ON resource (content_id)")
    let delete = try db.makeStatement(
      sql: """
        DELETE FROM content WHERE digest = ?
          AND NOT EXISTS (SELECT 1 FROM resource WHERE content_id = content.id)
        """)
    for digest in contents.sorted() {
      delete.setUncheckedArguments([digest.data])
      try delete.execute()
    }
    try db.execute(sql: "DROP INDEX resource_content")
  }
}
