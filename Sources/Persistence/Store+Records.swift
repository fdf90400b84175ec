package import Engine
import Foundation
import GRDB
import Planning
import Resources
import Workflows

extension Store {
  package func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord] {
    try reading { db in try RecordRows(db: db).records(kind: kind, name: name) }
  }
}

/// Live resources with what is known of them, inside one transaction.
struct RecordRows {
  let db: Database

  /// By key; nil means any.
  ///
  /// Where the event that made a resource was dropped, the checkpoint has what it said.
  func records(kind: String?, name: String?) throws -> [LiveRecord] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT resource.id, resource.kind, name, resource.digest, file, start_line, start_column,
          end_line, end_column, is_protected, is_kept, is_orphaned, bytes, resource.sequence,
          coalesce(journal.time, checkpoint_origin.time, 0),
          coalesce(journal.payload, checkpoint_origin.payload, x'')
        FROM resource
        JOIN content ON content.id = content_id
        LEFT JOIN journal ON journal.sequence = resource.sequence
        LEFT JOIN checkpoint_origin ON checkpoint_origin.sequence = resource.sequence
        WHERE (?1 IS NULL OR resource.kind = ?1) AND (?2 IS NULL OR name = ?2)
        ORDER BY resource.kind, name
        """,
      arguments: [kind, name])
    var result: [LiveRecord] = []
    while let row = try rows.next() {
      let resource = try LiveRows.resource(row)
      let bytes: Data = row[12]
      let payload: Data = row[15]
      guard let content = Value(canonical: Array(bytes)) else {
        throw StoreError(.corrupt, "the content of \(resource.key) cannot be read")
      }
      let transition = ResourceTransition(key: resource.key, payload: Array(payload))
      result.append(
        LiveRecord(
          resource: resource, content: content,
          origin: try transition?.origin ?? newestOrigin(of: row[0]), sequence: row[13],
          appliedAt: Timestamp(nanoseconds: row[14])))
    }
    return result
  }

  /// The commit of the field that went live last, for a resource that a rollback brought back.
  private func newestOrigin(of id: Int64) throws -> Origin? {
    let bytes = try Data.fetchOne(
      db, sql: "SELECT origins FROM provenance WHERE resource_id = ?", arguments: [id])
    guard let bytes, let origins = Value(canonical: Array(bytes)).flatMap(FieldOrigins.init) else {
      return nil
    }
    return try newestOrigin(origins)
  }

  /// The newest commit of the fields that went live last.
  func newestOrigin(_ origins: FieldOrigins) throws -> Origin? {
    let last = origins.marks.filter { $0.commit != nil }.map(\.sequence).max()
    let commits = try origins.marks.filter { $0.sequence == last }.compactMap(\.commit)
      .compactMap { try Store.commit(db, $0)?.record }
    let newest = commits.max {
      ($0.committer.time, $0.author.time, $0.commit)
        < ($1.committer.time, $1.author.time, $1.commit)
    }
    return newest?.origin
  }
}
