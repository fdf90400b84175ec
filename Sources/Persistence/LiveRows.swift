internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources

/// Reads the live state inside one transaction.
struct LiveRows: LiveReader {
  let db: Database

  private func typed<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do { return try body() } catch { throw StoreError(error) }
  }

  func summary() throws(StoreError) -> LiveSummary {
    try typed { try Self.summary(db) }
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
      return try files.flatMap { file in
        try resources(statement, [file])
      }
    }
  }

  func resources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource] {
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
      return result
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
      try StateRows(db: db).tree(
        buckets: Set(keys.map { StateTree.bucket(of: StateTree.identifier(of: $0)) }))
    }
  }
}
