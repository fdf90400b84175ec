internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources

/// The rows of the state tree: branches in a table of their own, buckets out of the resources.
struct StateRows {
  let db: Database

  /// The tree with its trunk, the branches above `buckets`, and `buckets` themselves.
  func tree(buckets: Set<Int>) throws -> StateTree {
    var tree = StateTree.empty
    if let trunk = try branch(-1) { tree.trunk = trunk }
    for index in Set(buckets.map { $0 >> 8 }).sorted() {
      if let branch = try branch(index) { tree.branches[UInt8(index)] = branch }
    }
    try tree.load(entries(of: buckets))
    return tree
  }

  private func branch(_ index: Int) throws -> StateTree.Branch? {
    let statement = try db.cachedStatement(
      sql: "SELECT children FROM state_branch WHERE branch = ?")
    statement.setUncheckedArguments([index])
    guard let bytes = try Data.fetchOne(statement) else { return nil }
    guard let branch = StateTree.Branch(bytes: Array(bytes)) else {
      throw StoreError(.corrupt, "branch \(index) of the state tree is damaged")
    }
    return branch
  }

  /// What the resource rows themselves say of `buckets`.
  private func entries(of buckets: Set<Int>) throws -> [Int: [StateTree.Entry]] {
    var result: [Int: [StateTree.Entry]] = [:]
    let statement = try db.cachedStatement(
      sql: "SELECT id, kind, name, digest FROM resource WHERE id BETWEEN ? AND ?")
    func collect(_ range: ClosedRange<Int64>) throws {
      statement.setUncheckedArguments([range.lowerBound, range.upperBound])
      let rows = try Row.fetchCursor(statement)
      while let row = try rows.next() {
        let bucket = StateTree.bucket(of: row[0])
        guard buckets.contains(bucket) else { continue }
        result[bucket, default: []].append(
          StateTree.Entry(
            key: ResourceKey(kind: row[1], name: row[2]), digest: try Digest(column: row[3])))
      }
    }
    for bucket in buckets { result[bucket] = [] }
    if buckets.count > 1024 {
      // One pass over the table is cheaper than as many searches.
      try collect(0...Int64.max)
    } else {
      for bucket in buckets.sorted() { try collect(StateTree.identifiers(in: bucket)) }
    }
    return result
  }

  /// Computes the hashes above the buckets of `identifiers` anew, from the rows, and stores them.
  ///
  /// - Returns: the root of the state as the rows have it.
  func rehash(_ identifiers: [Int64]) throws -> Digest {
    let buckets = Set(identifiers.map(StateTree.bucket))
    var tree = try tree(buckets: buckets)
    tree.rehashLoadedBuckets()
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO state_branch (branch, children) VALUES (?, ?)
        ON CONFLICT (branch) DO UPDATE SET children = excluded.children
        """)
    for index in Set(buckets.map { UInt8($0 >> 8) }).sorted() {
      statement.setUncheckedArguments([
        Int64(index), Data((tree.branches[index] ?? StateTree.Branch()).bytes),
      ])
      try statement.execute()
    }
    statement.setUncheckedArguments([-1, Data(tree.trunk.bytes)])
    try statement.execute()
    return tree.root
  }

  /// The root computed from all rows, without what is stored of the tree.
  func rootFromScratch() throws -> Digest {
    var entries: [StateTree.Entry] = []
    let rows = try Row.fetchCursor(db, sql: "SELECT kind, name, digest FROM resource ORDER BY id")
    while let row = try rows.next() {
      entries.append(
        StateTree.Entry(
          key: ResourceKey(kind: row[0], name: row[1]), digest: try Digest(column: row[2])))
    }
    return StateTree(entries: entries).root
  }
}
