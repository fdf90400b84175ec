package import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
internal import Workflows

extension Store {
  package func drifts() throws(StoreError) -> [Drift] {
    try reading { db in try DriftRows(db: db).drifts() }
  }

  package func recordDrift(at time: Timestamp) throws(StoreError) -> [Drift] {
    // Nearly always there is nothing, and a look needs no lock.
    let isClean = try reading { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT NOT EXISTS (SELECT 1 FROM foreign_write)
            AND NOT EXISTS (SELECT 1 FROM foreign_content)
          """) ?? true
    }
    if !isClean {
      try writing { db in
        try OwnWrite.run(db) { try DriftRecording(db: db, time: time).run() }
        FaultPoint.reach(.driftBeforeCommit)
      }
      FaultPoint.reach(.driftRecorded)
    }
    return try drifts()
  }

  package func auditDrift(at time: Timestamp) throws(StoreError) -> Int {
    let suspects = try reading { db in try DriftAudit(db: db).suspects() }
    if suspects.isEmpty { return 0 }
    return try writing { db in
      for key in suspects.sorted() {
        try db.execute(
          sql: """
            INSERT INTO foreign_write (resource_id, kind, name, time, operation)
            VALUES (?, ?, ?, ?, 'full comparison')
            ON CONFLICT (resource_id) DO NOTHING
            """,
          arguments: [StateTree.identifier(of: key), key.kind, key.name, time.nanoseconds])
      }
      return suspects.count
    }
  }
}

/// The one transaction that puts on record what others wrote.
private struct DriftRecording {
  let db: Database
  let time: Timestamp
  private let rows: DriftRows

  /// What became of one key.
  private struct Finding {
    var key: ResourceKey
    var write: DriftRows.ForeignWrite
    var before: ResourceTransition.Side?
    var beforeSequence: Int64?
    var after: ResourceTransition.Side?
  }

  init(db: Database, time: Timestamp) {
    self.db = db
    self.time = time
    rows = DriftRows(db: db)
  }

  func run() throws {
    let writes = try rows.foreignWrites()
    let open = try rows.open()
    for write in writes { try dropStranger(write) }
    for write in writes { try settleContent(write.key) }
    try restoreHistory()
    for write in writes { try dropRemains(write.id) }
    var findings: [Finding] = []
    for write in writes where StateTree.identifier(of: write.key) == write.id {
      let last = try rows.lastEvent(of: write.key)
      findings.append(
        Finding(
          key: write.key, write: write, before: last?.after, beforeSequence: last?.sequence,
          after: try rows.actual(write.key)))
    }
    let root = try StateRows(db: db).rehash(writes.map(\.id))
    try db.execute(
      sql: "UPDATE repository SET state_root = ? WHERE id = 1", arguments: [root.data])
    let news = findings.filter { $0.before != $0.after }
    try journal(news, open, root)
    try count(news)
    try db.execute(sql: "DELETE FROM foreign_write")
  }

  /// Takes out a row whose identifier is not that of its key: no plan could ever name it.
  private func dropStranger(_ write: DriftRows.ForeignWrite) throws {
    let row = try Row.fetchOne(
      db, sql: "SELECT kind, name FROM resource WHERE id = ?", arguments: [write.id])
    guard let row else { return }
    let key = ResourceKey(kind: row[0], name: row[1])
    if StateTree.identifier(of: key) != write.id {
      try db.execute(sql: "DELETE FROM resource WHERE id = ?", arguments: [write.id])
    }
  }

  /// Takes out what a resource leaves that was deleted where foreign keys are off, as in the shell.
  private func dropRemains(_ id: Int64) throws {
    for table in ["reference", "claim", "provenance"] {
      try db.execute(
        sql: """
          DELETE FROM \(table) WHERE resource_id = ?1
            AND NOT EXISTS (SELECT 1 FROM resource WHERE id = ?1)
          """,
        arguments: [id])
    }
  }

  /// Makes digests and contents agree again, by what the content is.
  private func settleContent(_ key: ResourceKey) throws {
    let id = StateTree.identifier(of: key)
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT resource.content_id, content.digest, content.bytes, resource.digest
        FROM resource LEFT JOIN content ON content.id = resource.content_id
        WHERE resource.id = ?
        """,
      arguments: [id])
    guard let row else { return }
    guard let stored: Data = row[1], let bytes: Data = row[2] else {
      // Without a content there is nothing in force.
      try db.execute(sql: "DELETE FROM resource WHERE id = ?", arguments: [id])
      return
    }
    let contentID: Int64 = row[0]
    let digest = Digest(of: Array(bytes)).data
    if stored != digest {
      let twin = try Int64.fetchOne(
        db, sql: "SELECT id FROM content WHERE digest = ?", arguments: [digest])
      if let twin {
        try db.execute(
          sql: "UPDATE resource SET content_id = ? WHERE content_id = ?",
          arguments: [twin, contentID])
        try db.execute(sql: "DELETE FROM content WHERE id = ?", arguments: [contentID])
      } else {
        try db.execute(
          sql: "UPDATE content SET digest = ? WHERE id = ?", arguments: [digest, contentID])
      }
    }
    if row[3] as Data != digest {
      try db.execute(
        sql: "UPDATE resource SET digest = ? WHERE id = ?", arguments: [digest, id])
    }
  }

  /// Puts back the contents that were overwritten or deleted, because the past is made of them.
  private func restoreHistory() throws {
    let rows = try Row.fetchAll(db, sql: "SELECT digest, bytes FROM foreign_content")
    for row in rows {
      let digest: Data = row[0]
      let bytes: Data = row[1]
      guard Digest(of: Array(bytes)).data == digest else { continue }
      try db.execute(
        sql: """
          INSERT INTO content (id, digest, bytes) VALUES ((SELECT max(id) + 1 FROM content), ?, ?)
          ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes
          """,
        arguments: [digest, bytes])
    }
    try db.execute(sql: "DELETE FROM foreign_content")
  }

  private func journal(
    _ findings: [Finding], _ open: [ResourceKey: DriftRows.Open], _ root: Digest,
  ) throws {
    var journal = try JournalRows(db: db, actor: "unknown", time: time)
    let provenance = try ProvenanceRows(db: db, actor: "unknown")
    for (index, finding) in findings.enumerated() {
      let known = open[finding.key]
      let applied = known.map(\.applied) ?? finding.before
      let isOver = finding.after == applied
      let origins = try provenance.sides(
        ofDrift: finding.key, before: finding.before, after: finding.after,
        sequence: journal.nextSequence,
        restored: isOver ? known.map(\.appliedSequence) ?? finding.beforeSequence : nil)
      let transition = ResourceTransition(
        key: finding.key, before: finding.before, after: finding.after,
        reason: isOver ? "reverted" : "drifted", origin: nil, origins: origins.after,
        previousOrigins: origins.before)
      var members = Value(canonical: transition.payload)?.members ?? []
      members.append(.init("operation", .string(finding.write.operation)))
      members.append(.init("writtenAt", .string(finding.write.time.description)))
      // Between the events of one transaction there is no state that ever was.
      if index == findings.count - 1 { members.append(.init("root", .string(root.description))) }
      let sequence = try journal.append(
        .resourceDrifted, subject: finding.key.description,
        payload: CanonicalJSON.bytes(of: .sorted(members)))
      try provenance.settle(finding.key, origins)
      let id = StateTree.identifier(of: finding.key)
      let appliedSequence = known.map(\.appliedSequence) ?? finding.beforeSequence
      try db.execute(
        sql: "UPDATE resource SET sequence = ? WHERE id = ?",
        arguments: [isOver ? appliedSequence ?? sequence : sequence, id])
      try db.execute(sql: "DELETE FROM drift WHERE resource_id = ?", arguments: [id])
      if isOver { continue }
      try db.execute(
        sql: """
          INSERT INTO drift (resource_id, kind, name, applied, applied_sequence, sequence,
            noticed_at, changed_at, operation)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, finding.key.kind, finding.key.name,
          applied.map { CanonicalJSON.text(of: $0.value) }, appliedSequence, sequence,
          time.nanoseconds, finding.write.time.nanoseconds, finding.write.operation,
        ])
    }
  }

  private func count(_ findings: [Finding]) throws {
    var difference: [String: Int] = [:]
    for finding in findings where (finding.before == nil) != (finding.after == nil) {
      difference[finding.key.kind, default: 0] += finding.after == nil ? -1 : 1
    }
    try KindCountRows(db: db).add(difference)
  }
}

/// Compares everything that is live with the state tree.
private struct DriftAudit {
  let db: Database

  /// The keys of resources that are not what the state tree says, and of those in parts of the
  /// tree that do not fit.
  func suspects() throws -> Set<ResourceKey> {
    var result: Set<ResourceKey> = []
    var entries: [StateTree.Entry] = []
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT resource.id, kind, name, resource.digest, content.digest, content.bytes
        FROM resource LEFT JOIN content ON content.id = resource.content_id ORDER BY resource.id
        """)
    while let row = try rows.next() {
      let key = ResourceKey(kind: row[1], name: row[2])
      let digest: Data = row[3]
      let bytes: Data? = row[5]
      let isWhole =
        StateTree.identifier(of: key) == row[0] && row[4] as Data? == digest
        && bytes.map { Digest(of: Array($0)).data } == digest
      if !isWhole { result.insert(key) }
      if let digest = try? Digest(column: digest) {
        entries.append(StateTree.Entry(key: key, digest: digest))
      }
    }
    let actual = StateTree(entries: entries)
    let buckets = try strangeBuckets(actual)
    if buckets.isEmpty { return result }
    func isStrange(_ key: ResourceKey) -> Bool {
      buckets.contains(StateTree.bucket(of: StateTree.identifier(of: key)))
    }
    result.formUnion(entries.map(\.key).filter(isStrange))
    return result.union(try journalled().filter(isStrange))
  }

  /// The buckets whose digest is not the one that is stored above them.
  private func strangeBuckets(_ actual: StateTree) throws -> Set<Int> {
    var result: Set<Int> = []
    for index in 0...255 {
      let stored = try Data.fetchOne(
        db, sql: "SELECT children FROM state_branch WHERE branch = ?", arguments: [index])
      let expected = stored.map { StateTree.Branch(bytes: Array($0)) } ?? StateTree.Branch()
      let found = actual.branches[UInt8(index)] ?? StateTree.Branch()
      for child in 0...255 where expected?[UInt8(child)] != found[UInt8(child)] {
        result.insert(index << 8 | child)
      }
    }
    return result
  }

  /// Every key that the journal knows, for resources whose row is gone.
  private func journalled() throws -> [ResourceKey] {
    try String.fetchAll(
      db,
      sql: """
        SELECT subject FROM journal WHERE kind >= 'resource.' AND kind < 'resource/'
        UNION SELECT subject FROM checkpoint_origin
        """
    ).compactMap { ResourceKey($0) }
  }
}
