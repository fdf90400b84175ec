package import Engine
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
internal import Signatures
package import Workflows

extension Store {
  package func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent] {
    try reading { db in
      let rows: [Row]
      if let subject = query.subject {
        rows = try SubjectRows(db: db, subject: subject).newest(
          after: query.after, limit: query.limit)
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
    try verifyJournal().broken
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
    try reading { db in try JournalRows.transitions(db, after: sequence) }
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
      "roots": .array(roots.map { .string($0) }), "signers": Signer.value(of: context.signers),
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
