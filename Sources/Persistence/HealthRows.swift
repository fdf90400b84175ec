internal import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Watches inside one transaction.
struct HealthRows {
  let db: Database

  /// What an apply means for watches.
  ///
  /// An apply that changes nothing leaves the open watch as it is, and so does a break-glass edit: the
  /// state is still that of the apply that is watched.
  func apply(
    _ context: ApplyContext, _ plan: Plan, _ applied: AppliedPlan, _ journal: inout JournalRows,
  ) throws {
    if case .fail(let end) = context.health {
      try close(end, isRolledBack: true, &journal)
      FaultPoint.reach(.healthRollbackClosed)
      return
    }
    if plan.isEmpty || applied.isEdit { return }
    let open = try open()
    if let open { try supersede(open, applied) }
    guard !plan.isRollback else { return }
    var newer: HealthWatch?
    if case .begin(let watch) = context.health { newer = watch }
    let changed = Set(plan.changes.map(\.key.description))
    guard let watch = HealthWatch.following(open?.watch, newer, changed: changed) else { return }
    let good = if let open { open.good } else { try goodState(before: applied) }
    // Back at a state that was proven: there is nothing to prove, and nothing to go back to.
    if good?.root == applied.root { return }
    try begin(watch, at: context.time, good, applied, supersedes: open?.sequence, &journal)
  }

  private func begin(
    _ watch: HealthWatch, at time: Timestamp, _ good: HealthRecord.GoodState?,
    _ applied: AppliedPlan,
    supersedes: Int64?, _ journal: inout JournalRows,
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO health_watch (sequence, state_root, revision, plan_digest, good_sequence,
          good_revision, good_root, began, state, is_rolled_back, watch)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'watching', 0, ?)
        """,
      arguments: [
        applied.sequence, applied.root.data, applied.revision, applied.planDigest.data,
        good?.sequence, good?.revision, good?.root.data, time.nanoseconds,
        CanonicalJSON.text(of: watch.value),
      ])
    try journal.append(
      .healthWatched, subject: applied.revision,
      payload: CanonicalJSON.bytes(
        of: [
          "apply": .integer(applied.sequence),
          "checks": .array(watch.checks.map { .string($0.definition.name) }),
          "deadline": .string(watch.deadline.description),
          "good": good.map { .integer($0.sequence) } ?? .null,
          "omitted": .integer(Int64(watch.omittedCount)), "root": .string(applied.root.description),
          "supersedes": supersedes.map { .integer($0) } ?? .null,
        ]))
    FaultPoint.reach(.healthWatchOpened)
  }

  private func supersede(_ open: HealthRecord, _ applied: AppliedPlan) throws {
    try db.execute(
      sql:
        "UPDATE health_watch SET state = 'superseded', ended = ?, ended_by = ? WHERE sequence = ?",
      arguments: [applied.time.nanoseconds, applied.actor, open.sequence])
  }

  /// The newest state before `applied` that passed its watch or had none.
  private func goodState(before applied: AppliedPlan) throws -> HealthRecord.GoodState? {
    if let watch = try newest(ofRoot: applied.baseRoot, before: applied.sequence), watch.hasStayed {
      return watch.good
    }
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT \(JournalRows.columns) FROM journal
        WHERE kind = 'plan.applied' AND sequence < ? ORDER BY sequence DESC LIMIT 1
        """,
      arguments: [applied.sequence])
    return try row.map { row in
      let before = try AppliedPlan(JournalRows.event(row))
      return HealthRecord.GoodState(
        sequence: before.sequence, revision: before.revision, root: before.root)
    }
  }

  // MARK: The end

  func close(_ end: HealthEnd, isRolledBack: Bool, _ journal: inout JournalRows) throws {
    guard let open = try open(), open.sequence == end.sequence else {
      throw StoreError(
        .stale, "the watch over the apply \(end.sequence) is over already",
        hint: "see how it ended: writ health")
    }
    try db.execute(
      sql: """
        UPDATE health_watch
        SET state = ?, ended = ?, ended_by = ?, failed_check = ?, reason = ?, watch = ?,
          is_rolled_back = ?
        WHERE sequence = ?
        """,
      arguments: [
        end.verdict.rawValue, end.time.nanoseconds, end.actor, end.check, end.reason,
        CanonicalJSON.text(of: end.watch.value), isRolledBack, end.sequence,
      ])
    try journal.append(
      end.verdict == .passed ? .healthPassed : .healthFailed, subject: open.revision,
      payload: CanonicalJSON.bytes(
        of: [
          "apply": .integer(open.sequence), "check": end.check.map { .string($0) } ?? .null,
          "reason": end.reason.map { .string($0) } ?? .null, "revision": .string(open.revision),
          "rolledBack": .bool(isRolledBack), "root": .string(open.root.description),
        ]))
  }

  // MARK: Reading

  private static let columns = """
    sequence, health_watch.state_root, revision, plan_digest, good_sequence, good_revision,
    good_root, began, state, ended, ended_by, failed_check, reason, watch, is_rolled_back
    """

  func open() throws -> HealthRecord? { try first("WHERE state = 'watching'") }

  func latest() throws -> HealthRecord? { try first("ORDER BY sequence DESC LIMIT 1") }

  func newest(ofRoot root: Digest, before sequence: Int64 = .max) throws -> HealthRecord? {
    try first(
      "WHERE state_root = ? AND sequence < ? ORDER BY sequence DESC LIMIT 1", [root.data, sequence])
  }

  func ofLiveState() throws -> HealthRecord? {
    try first(
      """
      JOIN repository ON repository.state_root = health_watch.state_root
      ORDER BY sequence DESC LIMIT 1
      """)
  }

  func all(_ sequences: ClosedRange<Int64>) throws -> [HealthRecord] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT \(Self.columns) FROM health_watch WHERE sequence BETWEEN ? AND ? ORDER BY sequence
        """,
      arguments: [sequences.lowerBound, sequences.upperBound]
    ).map(Self.record)
  }

  /// - Parameter rest: a text of this file, never one from outside.
  private func first(
    _ rest: StaticString, _ arguments: StatementArguments = [],
  ) throws -> HealthRecord? {
    let statement = try db.cachedStatement(
      sql: "SELECT \(Self.columns) FROM health_watch \(rest)")
    return try Row.fetchOne(statement, arguments: arguments).map(Self.record)
  }

  private static func record(_ row: Row) throws -> HealthRecord {
    let text: String = row[13]
    let sequence: Int64 = row[0]
    guard let watch = Value(canonical: Array(text.utf8)).flatMap(HealthWatch.init),
      let state = HealthRecord.State(rawValue: row[8])
    else { throw StoreError(.corrupt, "the watch over the apply \(sequence) cannot be read") }
    var good: HealthRecord.GoodState?
    if let goodSequence: Int64 = row[4], let revision: String = row[5], let root: Data = row[6] {
      good = HealthRecord.GoodState(
        sequence: goodSequence, revision: revision, root: try Digest(column: root))
    }
    var record = HealthRecord(
      sequence: sequence, root: try Digest(column: row[1]), revision: row[2],
      planDigest: try Digest(column: row[3]), good: good, began: Timestamp(nanoseconds: row[7]),
      watch: watch, state: state)
    record.ended = (row[9] as Int64?).map { Timestamp(nanoseconds: $0) }
    record.actor = row[10]
    record.check = row[11]
    record.reason = row[12]
    record.isRolledBack = row[14]
    return record
  }
}
