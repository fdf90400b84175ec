internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Reads the live state inside one transaction.
///
/// What somebody else wrote, and nobody put on record yet, is read as it will be then.
struct LiveRows: LiveReader {
  let db: Database

  private func typed<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do { return try body() } catch { throw StoreError(error) }
  }

  func summary() throws(StoreError) -> LiveSummary {
    try typed {
      var summary = try Self.summary(db)
      let writes = try DriftRows(db: db).foreignWrites()
      if writes.isEmpty { return summary }
      summary.root = try tree(around: writes.map(\.key)).root
      for write in writes {
        let was = try DriftRows(db: db).lastEvent(of: write.key)?.after != nil
        let isThere = try DriftRows(db: db).actual(write.key) != nil
        if was != isThere { summary.counts[write.key.kind, default: 0] += isThere ? 1 : -1 }
      }
      summary.counts = summary.counts.filter { $0.value > 0 }
      return summary
    }
  }

  func drifts() throws(StoreError) -> [Drift] {
    try typed { try DriftRows(db: db).drifts() }
  }

  static func summary(_ db: Database) throws -> LiveSummary {
    let repository = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT live_revision, state_root FROM repository WHERE id = 1"))
    guard let repository else { throw StoreError(.corrupt, "the repository row is missing") }
    var counts: [String: Int] = [:]
    let rows = try Row.fetchCursor(db.cachedStatement(sql: "SELECT kind, count FROM kind_count"))
    while let row = try rows.next() { counts[row[0]] = row[1] }
    return LiveSummary(
      revision: repository[0], root: try Digest(column: repository[1]), counts: counts)
  }

  func isExact() throws(StoreError) -> Bool {
    try typed {
      try Bool.fetchOne(db.cachedStatement(sql: "SELECT is_exact FROM repository WHERE id = 1"))
        ?? false
    }
  }

  private static let columns = """
    resource.id, kind, name, resource.digest, file, resource.start_line, resource.start_column,
    resource.end_line, resource.end_column, is_protected, is_kept, is_orphaned
    """

  func resources(inFiles files: [String]) throws(StoreError) -> [LiveResource] {
    try typed {
      let statement = try db.cachedStatement(
        sql: "SELECT \(Self.columns) FROM resource WHERE file = ? ORDER BY id")
      return try settled(
        files.flatMap { file in
          try resources(statement, [file])
        })
    }
  }

  func resources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource] {
    try typed { try settled(rawResources(named: keys)) }
  }

  /// The resources with the digests that their contents really have, where somebody else wrote.
  private func settled(_ resources: [LiveResource]) throws -> [LiveResource] {
    let writes = try DriftRows(db: db).foreignWrites()
    if writes.isEmpty { return resources }
    let keys = Set(writes.map(\.key))
    return try resources.compactMap { resource in
      guard keys.contains(resource.key) else { return resource }
      guard let side = try DriftRows(db: db).actual(resource.key) else { return nil }
      var resource = resource
      resource.digest = side.digest
      return resource
    }
  }

  /// The rows as they are.
  func rawResources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource] {
    try typed {
      let statement = try db.cachedStatement(
        sql: "SELECT \(Self.columns) FROM resource WHERE id = ?")
      return try keys.flatMap { key in
        let rows = try resources(statement, [StateTree.identifier(of: key)])
        // Two keys whose identifiers collide are two keys all the same.
        return rows.filter { $0.key == key }
      }
    }
  }

  private func resources(
    _ statement: Statement, _ arguments: StatementArguments,
  ) throws -> [LiveResource] {
    statement.setUncheckedArguments(arguments)
    var found: [(Int64, LiveResource)] = []
    let rows = try Row.fetchCursor(statement)
    while let row = try rows.next() { found.append((row[0], try Self.resource(row))) }
    return try found.map { id, resource in
      var resource = resource
      resource.references = try references(of: id)
      resource.claims = try claims(of: id)
      return resource
    }
  }

  static func resource(_ row: Row) throws -> LiveResource {
    LiveResource(
      key: ResourceKey(kind: row[1], name: row[2]), digest: try Digest(column: row[3]),
      location: SourceLocation(file: row[4], range: range(row, from: 5)),
      marks: Marks(isProtected: row[9], isKept: row[10]), isOrphaned: row[11])
  }

  private static func range(_ row: Row, from index: Int) -> SourceRange {
    SourceRange(
      start: SourcePosition(line: row[index], column: row[index + 1]),
      end: SourcePosition(line: row[index + 2], column: row[index + 3]))
  }

  func references(of id: Int64) throws -> [Reference] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT target_kind, target_name, pointer, start_line, start_column, end_line, end_column
        FROM reference WHERE resource_id = ? ORDER BY position
        """)
    statement.setUncheckedArguments([id])
    return try Array(Row.fetchCursor(statement).map(Self.reference))
  }

  private static func reference(_ row: Row) -> Reference {
    Reference(
      target: ResourceKey(kind: row[0], name: row[1]), pointer: JSONPointer(parsing: row[2]),
      range: range(row, from: 3))
  }

  func claims(of id: Int64) throws -> [Claim] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT name, start_line, start_column, end_line, end_column
        FROM claim WHERE resource_id = ? ORDER BY name
        """)
    statement.setUncheckedArguments([id])
    return try Array(
      Row.fetchCursor(statement).map { Claim(name: $0[0], range: Self.range($0, from: 1)) })
  }

  func allResources() throws(StoreError) -> [LiveResource] {
    try typed {
      var references: [Int64: [Reference]] = [:]
      let referenceRows = try Row.fetchCursor(
        db,
        sql: """
          SELECT target_kind, target_name, pointer, start_line, start_column, end_line, end_column,
            resource_id
          FROM reference ORDER BY resource_id, position
          """)
      while let row = try referenceRows.next() {
        references[row[7], default: []].append(Self.reference(row))
      }
      var claims: [Int64: [Claim]] = [:]
      let claimRows = try Row.fetchCursor(
        db,
        sql: """
          SELECT name, start_line, start_column, end_line, end_column, resource_id
          FROM claim ORDER BY resource_id, name
          """)
      while let row = try claimRows.next() {
        claims[row[5], default: []].append(Claim(name: row[0], range: Self.range(row, from: 1)))
      }
      var result: [LiveResource] = []
      let rows = try Row.fetchCursor(db, sql: "SELECT \(Self.columns) FROM resource ORDER BY id")
      while let row = try rows.next() {
        var resource = try Self.resource(row)
        let id: Int64 = row[0]
        resource.references = references[id] ?? []
        resource.claims = claims[id] ?? []
        result.append(resource)
      }
      return try settled(result)
    }
  }

  func contents(of keys: [ResourceKey]) throws(StoreError) -> [ResourceKey: [UInt8]] {
    try typed {
      let statement = try db.cachedStatement(
        sql: """
          SELECT kind, name, bytes FROM resource JOIN content ON content.id = content_id
          WHERE resource.id = ?
          """)
      var result: [ResourceKey: [UInt8]] = [:]
      for key in keys {
        statement.setUncheckedArguments([StateTree.identifier(of: key)])
        guard let row = try Row.fetchOne(statement), row[0] == key.kind, row[1] == key.name else {
          continue
        }
        let bytes: Data = row[2]
        result[key] = Array(bytes)
      }
      return result
    }
  }

  func referrers(to keys: [ResourceKey]) throws(StoreError) -> [Referrer] {
    try typed {
      let statement = try db.cachedStatement(
        sql: """
          SELECT kind, name, file, pointer, target_kind, target_name, reference.start_line,
            reference.start_column, reference.end_line, reference.end_column
          FROM reference JOIN resource ON resource.id = resource_id
          WHERE target_id = ? ORDER BY resource_id, position
          """)
      return try keys.flatMap { key in
        statement.setUncheckedArguments([StateTree.identifier(of: key)])
        return try Array(
          Row.fetchCursor(statement).map { row in
            Referrer(
              key: ResourceKey(kind: row[0], name: row[1]),
              target: ResourceKey(kind: row[4], name: row[5]),
              pointer: JSONPointer(parsing: row[3]),
              location: SourceLocation(file: row[2], range: Self.range(row, from: 6)))
          })
      }
    }
  }

  func claimHolders(of claims: [String]) throws(StoreError) -> [ClaimHolder] {
    try typed {
      let statement = try db.cachedStatement(
        sql: """
          SELECT kind, resource.name, file, claim.name, claim.start_line, claim.start_column,
            claim.end_line, claim.end_column
          FROM claim JOIN resource ON resource.id = resource_id
          WHERE claim.name = ? ORDER BY resource_id
          """)
      return try claims.flatMap { claim in
        statement.setUncheckedArguments([claim])
        return try Array(
          Row.fetchCursor(statement).map { row in
            ClaimHolder(
              key: ResourceKey(kind: row[0], name: row[1]), claim: row[3],
              location: SourceLocation(file: row[2], range: Self.range(row, from: 4)))
          })
      }
    }
  }

  func names(ofKind kind: String) throws(StoreError) -> [String] {
    try typed {
      try String.fetchAll(
        db, sql: "SELECT name FROM resource WHERE kind = ? ORDER BY name", arguments: [kind])
    }
  }

  func tree(around keys: [ResourceKey]) throws(StoreError) -> StateTree {
    try typed {
      let writes = try DriftRows(db: db).foreignWrites().map(\.key)
      func bucket(_ key: ResourceKey) -> Int {
        StateTree.bucket(of: StateTree.identifier(of: key))
      }
      var tree = try StateRows(db: db).tree(buckets: Set((keys + writes).map(bucket)))
      if writes.isEmpty { return tree }
      tree.update(try writes.map { ($0, try DriftRows(db: db).actual($0)?.digest) })
      return tree
    }
  }
}
