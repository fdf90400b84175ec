package import Engine
internal import Faults
internal import Foundation
internal import GRDB
internal import Planning
package import Resources
package import Signatures

extension Store: VerdictCache {
  /// How many verdicts are kept; beyond that the oldest go.
  static let verdictLimit = 200_000

  package func verdicts(
    of commits: [String], keyring: Digest,
  ) throws(StoreError) -> [String: CommitVerdict] {
    try reading { db in
      let statement = try db.cachedStatement(
        sql: "SELECT verdict FROM verdict WHERE commit_id = ? AND keyring = ?")
      var result: [String: CommitVerdict] = [:]
      for commit in commits {
        let text = try String.fetchOne(statement, arguments: [commit, keyring.data])
        // One that cannot be read is as good as none.
        guard let text, let value = Value(canonical: Array(text.utf8)) else { continue }
        result[commit] = CommitVerdict(value)
      }
      return result
    }
  }

  package func remember(
    _ verdicts: [String: CommitVerdict], keyring: Digest, at time: Timestamp,
  ) throws(StoreError) {
    try remember(verdicts, keyring: keyring, at: time, limit: Self.verdictLimit)
  }

  package func remember(
    _ verdicts: [String: CommitVerdict], keyring: Digest, at time: Timestamp, limit: Int,
  ) throws(StoreError) {
    try writing { db in
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO verdict (commit_id, keyring, verdict, checked_at) VALUES (?, ?, ?, ?)
          ON CONFLICT (commit_id, keyring) DO UPDATE
          SET verdict = excluded.verdict, checked_at = excluded.checked_at
          """)
      for (commit, verdict) in verdicts.sorted(by: { $0.key < $1.key }) {
        try insert.execute(arguments: [
          commit, keyring.data, CanonicalJSON.text(of: verdict.value), time.nanoseconds,
        ])
      }
      FaultPoint.reach(.verifyBeforeCommit)
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM verdict") ?? 0
      if count <= limit { return }
      try db.execute(
        sql: """
          DELETE FROM verdict WHERE (commit_id, keyring) IN (
            SELECT commit_id, keyring FROM verdict
            ORDER BY checked_at, commit_id, keyring LIMIT ?)
          """,
        arguments: [count - limit])
    }
  }
}
