internal import GRDB

/// How many resources of each kind are live.
struct KindCountRows {
  let db: Database

  /// Adds the differences; a kind without resources has no row.
  func add(_ differences: [String: Int]) throws {
    for (kind, difference) in differences.sorted(by: { $0.key < $1.key }) where difference != 0 {
      let old =
        try Int.fetchOne(db, sql: "SELECT count FROM kind_count WHERE kind = ?", arguments: [kind])
        ?? 0
      if old + difference <= 0 {
        try db.execute(sql: "DELETE FROM kind_count WHERE kind = ?", arguments: [kind])
      } else {
        try db.execute(
          sql: """
            INSERT INTO kind_count (kind, count) VALUES (?, ?)
            ON CONFLICT (kind) DO UPDATE SET count = excluded.count
            """,
          arguments: [kind, old + difference])
      }
    }
  }
}
