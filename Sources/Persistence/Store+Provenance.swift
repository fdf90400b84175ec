package import Engine
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Workflows

extension Store: ProvenanceReader {
  package func provenance(of key: ResourceKey) throws(StoreError) -> Provenance? {
    try reading { db in
      let rows = try ProvenanceRows(db: db)
      guard let origins = try rows.current(key) else { return nil }
      var result = Provenance(origins: origins, commits: [:], moments: [:])
      for mark in origins.marks {
        if let row = try Row.fetchOne(
          db,
          sql: """
            SELECT time, actor, subject, payload FROM journal WHERE sequence = ?1
            UNION ALL
            SELECT time, actor, subject, payload FROM checkpoint_origin WHERE sequence = ?1
            """,
          arguments: [mark.sequence])
        {
          result.moments[mark.sequence] = Provenance.Moment(
            time: Timestamp(nanoseconds: row[0]), actor: row[1])
          // A database of before commits were kept has the commit in its event.
          let payload: Data = row[3]
          if let origin = ResourceTransition(key: key, payload: Array(payload))?.origin,
            origin.commit == mark.commit
          {
            result.commits[origin.commit] = LiveCommit(record: origin.record, signer: nil)
          }
        }
        if let id = mark.commit, let commit = try Self.commit(db, id) {
          result.commits[id] = commit
        }
      }
      return result
    }
  }

  package func commit(_ id: String) throws(StoreError) -> LiveCommit? {
    try reading { db in try Self.commit(db, id) }
  }

  static func commit(_ db: Database, _ id: String) throws -> LiveCommit? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT author_name, author_email, authored_at, committer_name, committer_email,
          committed_at, subject, signer
        FROM commit_record WHERE id = ?
        """)
    statement.setUncheckedArguments([id])
    guard let row = try Row.fetchOne(statement) else { return nil }
    let signer: String? = row[7]
    return LiveCommit(
      record: CommitRecord(
        commit: id,
        author: CommitRecord.Person(
          name: row[0], email: row[1], time: Timestamp(nanoseconds: row[2])),
        committer: CommitRecord.Person(
          name: row[3], email: row[4], time: Timestamp(nanoseconds: row[5])),
        subject: row[6]),
      signer: signer.flatMap { Value(canonical: Array($0.utf8)) })
  }

  package func event(_ sequence: Int64) throws(StoreError) -> JournalEvent? {
    try reading { db in
      try Row.fetchOne(
        db, sql: "SELECT \(JournalRows.columns) FROM journal WHERE sequence = ?",
        arguments: [sequence]
      ).map(JournalRows.event)
    }
  }

  package func apply(of sequence: Int64) throws(StoreError) -> AppliedPlan? {
    try reading { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT \(JournalRows.columns) FROM journal WHERE kind = 'plan.applied' AND sequence <= ?
          ORDER BY sequence DESC LIMIT 1
          """,
        arguments: [sequence])
      let applied = try row.map { try AppliedPlan(JournalRows.event($0)) }
      return applied.flatMap { $0.lastSequence >= sequence ? $0 : nil }
    }
  }
}

extension Origin {
  /// The commit, as far as an event tells.
  var record: CommitRecord {
    let person = CommitRecord.Person(name: author, email: email, time: time)
    return CommitRecord(commit: commit, author: person, committer: person, subject: "")
  }
}
