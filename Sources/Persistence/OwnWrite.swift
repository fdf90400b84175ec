internal import GRDB

/// Tells the triggers that write down what others do that a write is Writ's own.
///
/// Every transaction that writes managed rows runs inside this.
enum OwnWrite {
  static func run<Result>(_ db: Database, _ body: () throws -> Result) throws -> Result {
    try set(db, true)
    let result = try body()
    try set(db, false)
    return result
  }

  private static func set(_ db: Database, _ isActive: Bool) throws {
    try db.cachedStatement(sql: "UPDATE own_write SET is_active = ? WHERE id = 1")
      .execute(arguments: [isActive])
  }
}
