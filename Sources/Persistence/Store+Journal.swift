package import Engine
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Workflows

extension Store {
  package func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent] {
    try reading { db in
      let rows: [Row]
      if let subject = query.subject {
        rows = try Row.fetchAll(
          db,
          sql: """
            SELECT \(JournalRows.columns) FROM journal WHERE subject = ? AND sequence > ?
            ORDER BY sequence DESC LIMIT ?
            """,
          arguments: [subject, query.after, query.limit])
      } else {
        rows = try Row.fetchAll(
          db,
          sql: """
            SELECT \(JournalRows.columns) FROM journal WHERE sequence > ?
            ORDER BY sequence DESC LIMIT ?
            """,
          arguments: [query.after, query.limit])
      }
      return try rows.reversed().map(JournalRows.event)
    }
  }

  package func firstBrokenEvent() throws(StoreError) -> JournalBreak? {
    try reading { db in
      var previous: (sequence: Int64, hash: Digest) = (0, .zero)
      let rows = try Row.fetchCursor(
        db, sql: "SELECT \(JournalRows.columns) FROM journal ORDER BY sequence")
      while let row = try rows.next() {
        let sequence: Int64 = row[0]
        let payload: Data = row[5]
        guard sequence == previous.sequence + 1 else {
          return JournalBreak(
            sequence: sequence,
            reason: "it follows event \(previous.sequence): events are missing between the two")
        }
        guard let before = Digest(bytes: Array(row[6] as Data)), before == previous.hash else {
          return JournalBreak(
            sequence: sequence, reason: "it does not carry the hash of the event before it")
        }
        let hash = JournalEvent.hash(
          sequence: sequence, time: Timestamp(nanoseconds: row[1]), actor: row[2], kind: row[3],
          subject: row[4], payload: Array(payload), previousHash: before)
        guard let stored = Digest(bytes: Array(row[7] as Data)), stored == hash else {
          return JournalBreak(sequence: sequence, reason: "its content does not give its hash")
        }
        previous = (sequence, hash)
      }
      return try Self.breakAtHead(db)
    }
  }

  /// Compares the live rows with what the journal's last apply says they are.
  private static func breakAtHead(_ db: Database) throws -> JournalBreak? {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT \(JournalRows.columns) FROM journal WHERE kind = 'plan.applied'
        ORDER BY sequence DESC LIMIT 1
        """)
    guard let row else { return nil }
    let applied = try AppliedPlan(JournalRows.event(row))
    let root = try StateRows(db: db).rootFromScratch()
    guard root == applied.root else {
      return JournalBreak(
        sequence: applied.sequence,
        reason:
          "the live rows give the state root \(root.abbreviated), but this apply left \(applied.root.abbreviated)"
      )
    }
    return try damagedContent(db).map { JournalBreak(sequence: applied.sequence, reason: $0) }
  }

  /// What is wrong with the contents that the digests stand for, those of the past included.
  private static func damagedContent(_ db: Database) throws -> String? {
    let contents = try Row.fetchCursor(db, sql: "SELECT digest, bytes FROM content ORDER BY id")
    while let row = try contents.next() {
      let digest = try Digest(column: row[0])
      if Digest(of: Array(row[1] as Data)) != digest {
        return "the content \(digest.abbreviated) is not what its digest says"
      }
    }
    let strange = try Row.fetchOne(
      db,
      sql: """
        SELECT kind, name FROM resource JOIN content ON content.id = content_id
        WHERE resource.digest <> content.digest ORDER BY kind, name LIMIT 1
        """)
    return strange.map { "\($0[0] as String)/\($0[1] as String) has the content of something else" }
  }

  package func appliedPlans(limit: Int) throws(StoreError) -> [AppliedPlan] {
    try reading { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal WHERE kind = 'plan.applied'
          ORDER BY sequence DESC LIMIT ?
          """,
        arguments: [limit])
      return try rows.map { try AppliedPlan(JournalRows.event($0)) }
    }
  }

  package func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition] {
    try reading { db in
      var first: [ResourceKey: ResourceTransition] = [:]
      var origins = OriginFold(db: db, after: sequence)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT subject, payload, kind FROM journal
          WHERE sequence > ? AND kind LIKE 'resource.%' ORDER BY sequence
          """,
        arguments: [sequence])
      while let row = try rows.next() {
        let payload: Data = row[1]
        guard let key = ResourceKey(row[0] as String), !origins.isKnown(key) else { continue }
        guard let transition = ResourceTransition(key: key, payload: Array(payload)) else {
          throw StoreError(.corrupt, "an event of \(key) in the journal cannot be read")
        }
        try origins.add(transition, row[2])
        if first[key] == nil { first[key] = transition }
        first[key]?.previousOrigins = origins.origins[key]
      }
      return first.values.sorted { $0.key < $1.key }
    }
  }

  package func content(of digest: Digest) throws(StoreError) -> [UInt8]? {
    try reading { db in
      try Data.fetchOne(
        db, sql: "SELECT bytes FROM content WHERE digest = ?", arguments: [digest.data]
      ).map { Array($0) }
    }
  }
}

extension AppliedPlan {
  func payload(eventCount: Int, _ context: ApplyContext) -> Value {
    var members = self.members(eventCount: eventCount, context)
    if let edit = context.edit {
      members.append(
        .init(
          "edit",
          [
            "expiresAt": .string(edit.expiresAt.description), "owner": .string(edit.owner),
            "reason": .string(edit.reason),
          ]))
    }
    return .sorted(members)
  }

  private func members(eventCount: Int, _ context: ApplyContext) -> [Value.Member] {
    let value: Value = [
      "acknowledged": .array(context.acknowledged.map(\.rawValue).sorted().map { .string($0) }),
      "baseRevision": baseRevision.map { .string($0) } ?? .null,
      "baseRoot": .string(baseRoot.description),
      "counts": .sorted(counts.map { .init($0.key.rawValue, .integer(Int64($0.value))) }),
      "events": .integer(Int64(eventCount)), "exact": .bool(isExact),
      "plan": .string(planDigest.description), "revision": .string(revision),
      "rollback": .bool(isRollback), "root": .string(root.description),
      "roots": .array(roots.map { .string($0) }),
    ]
    return value.members ?? []
  }

  init(_ event: JournalEvent) throws {
    guard let value = Value(canonical: event.payload),
      let plan = value["plan"]?.string.flatMap({ Digest(hex: $0) }),
      let baseRoot = value["baseRoot"]?.string.flatMap({ Digest(hex: $0) }),
      let root = value["root"]?.string.flatMap({ Digest(hex: $0) }),
      let revision = value["revision"]?.string, let events = value["events"]?.integer
    else {
      throw StoreError(.corrupt, "event \(event.sequence) of the journal cannot be read")
    }
    var counts: [Change.Action: Int] = [:]
    for action in Change.Action.allCases {
      counts[action] = Int(value["counts"]?[action.rawValue]?.integer ?? 0)
    }
    self.init(
      sequence: event.sequence, time: event.time, actor: event.actor, planDigest: plan,
      baseRevision: value["baseRevision"]?.string, revision: revision, baseRoot: baseRoot,
      root: root, counts: counts, isRollback: value["rollback"] == true,
      isExact: value["exact"] != false, isEdit: value["edit"] != nil,
      roots: (value["roots"]?.array ?? []).compactMap(\.string),
      lastSequence: event.sequence + events)
  }
}
