internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Compares the rows that somebody else wrote to with what was applied.
struct DriftRows {
  let db: Database

  /// A row of the trigger journal.
  struct ForeignWrite {
    var id: Int64
    var key: ResourceKey
    var time: Timestamp
    var operation: String
  }

  /// An open drift as the table has it.
  struct Open {
    var applied: ResourceTransition.Side?
    var appliedSequence: Int64?
    var drift: Drift
  }

  func foreignWrites() throws -> [ForeignWrite] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT resource_id, kind, name, time, operation FROM foreign_write ORDER BY kind, name
        """)
    return try Array(
      Row.fetchCursor(statement).map { row in
        ForeignWrite(
          id: row[0], key: ResourceKey(kind: row[1], name: row[2]),
          time: Timestamp(nanoseconds: row[3]), operation: row[4])
      })
  }

  /// The open drifts by key, without what is there now.
  func open() throws -> [ResourceKey: Open] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT kind, name, applied, applied_sequence, noticed_at, changed_at, operation, owner,
          reason, expires_at
        FROM drift
        """)
    var result: [ResourceKey: Open] = [:]
    let rows = try Row.fetchCursor(statement)
    while let row = try rows.next() {
      let key = ResourceKey(kind: row[0], name: row[1])
      let text: String? = row[2]
      let applied = text.flatMap { Value(canonical: Array($0.utf8)) }
        .flatMap(ResourceTransition.Side.init)
      guard (text == nil) == (applied == nil) else {
        throw StoreError(.corrupt, "the drift of \(key) cannot be read")
      }
      var drift = Drift(
        key: key, applied: applied, actual: nil, noticedAt: Timestamp(nanoseconds: row[4]),
        changedAt: (row[5] as Int64?).map { Timestamp(nanoseconds: $0) }, operation: row[6])
      if let owner: String = row[7], let reason: String = row[8], let expiry: Int64 = row[9] {
        drift.edit = Drift.Edit(
          owner: owner, reason: reason, expiresAt: Timestamp(nanoseconds: expiry))
      }
      result[key] = Open(applied: applied, appliedSequence: row[3], drift: drift)
    }
    return result
  }

  /// What is there of `key` now, with the digest that its content really has; nil where there is
  /// nothing that could be in force.
  func actual(_ key: ResourceKey) throws -> ResourceTransition.Side? {
    guard let live = try LiveRows(db: db).rawResources(named: [key]).first,
      let content = try LiveRows(db: db).contents(of: [key])[key]
    else { return nil }
    var side = ResourceTransition.Side(live)
    side.digest = Digest(of: content)
    return side
  }

  /// The newest event about `key` in the journal that wrote its row.
  func lastEvent(of key: ResourceKey) throws -> (sequence: Int64, after: ResourceTransition.Side?)?
  {
    let statement = try db.cachedStatement(
      sql: """
        SELECT sequence, payload FROM journal
        WHERE subject = ? AND kind >= 'resource.' AND kind < 'resource/' AND kind < 'run.'
        ORDER BY sequence DESC LIMIT 1
        """)
    statement.setUncheckedArguments([key.description])
    // What a dropped event left, the checkpoint has.
    let kept = try db.cachedStatement(
      sql: "SELECT sequence, payload FROM checkpoint_origin WHERE subject = ?")
    kept.setUncheckedArguments([key.description])
    guard let row = try Row.fetchOne(statement) ?? Row.fetchOne(kept) else { return nil }
    let payload: Data = row[1]
    guard let transition = ResourceTransition(key: key, payload: Array(payload)) else {
      throw StoreError(.corrupt, "an event of \(key) in the journal cannot be read")
    }
    return (row[0], transition.after)
  }

  /// The open drifts as the rows are now, on record or not, with contents; by key.
  func drifts() throws -> [Drift] {
    let open = try open()
    let writes = try foreignWrites()
    if open.isEmpty, writes.isEmpty { return [] }
    var result: [Drift] = []
    var seen: Set<ResourceKey> = []
    for write in writes where seen.insert(write.key).inserted {
      let known = open[write.key]
      let applied = try known?.applied ?? lastEvent(of: write.key)?.after
      let actual = try actual(write.key)
      if known == nil ? applied == actual : known?.applied == actual { continue }
      var drift =
        known?.drift
        ?? Drift(
          key: write.key, applied: applied, actual: nil, noticedAt: nil, changedAt: nil,
          operation: write.operation)
      drift.actual = actual
      drift.changedAt = write.time
      drift.operation = write.operation
      // What somebody wrote over an edit is not the owner's any more.
      drift.edit = nil
      result.append(drift)
    }
    for (key, known) in open where !seen.contains(key) {
      var drift = known.drift
      drift.actual = try actual(key)
      result.append(drift)
    }
    return try result.sorted { $0.key < $1.key }.map(withContents)
  }

  private func withContents(_ drift: Drift) throws -> Drift {
    var drift = drift
    drift.actualContent = try LiveRows(db: db).contents(of: [drift.key])[drift.key]
    if let digest = drift.applied?.digest {
      let candidates = try Data.fetchAll(
        db,
        sql: """
          SELECT bytes FROM content WHERE digest = ?1
          UNION ALL SELECT bytes FROM foreign_content WHERE digest = ?1
          """,
        arguments: [digest.data])
      drift.appliedContent = candidates.map { Array($0) }.first { Digest(of: $0) == digest }
    }
    return drift
  }
}
