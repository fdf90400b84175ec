internal import GRDB
internal import GRDBSQLite
internal import Resources

extension Statement {
  /// Runs the statement, which gives no rows, with a value for each of its placeholders.
  ///
  /// What is written for each run goes this way. It goes past what GRDB does for any statement, and
  /// what takes as long as the writing: putting values into boxes, clearing what was bound before,
  /// noting regions for observers. So it is not for statements that end a transaction.
  func execute<each Value: StatementBinding>(binding value: repeat each Value) throws {
    // How the last time ended was said then.
    sqlite3_reset(sqliteStatement)
    var index: Int32 = 0
    for value in repeat each value {
      index += 1
      let code = value.bind(to: sqliteStatement, at: index)
      guard code == SQLITE_OK else {
        throw DatabaseError(
          resultCode: ResultCode(rawValue: code), message: "value \(index) cannot be bound")
      }
    }
    // Where a value is missing, that of the last row would be there still.
    guard index == sqlite3_bind_parameter_count(sqliteStatement) else {
      throw DatabaseError(
        resultCode: .SQLITE_MISUSE, message: "\(index) values are not all that it wants", sql: sql)
    }
    let code = sqlite3_step(sqliteStatement)
    let message = code == SQLITE_DONE ? nil : sqlite3_errmsg(sqlite3_db_handle(sqliteStatement))
    let words = message.map { String(cString: $0) }
    sqlite3_reset(sqliteStatement)
    guard code == SQLITE_DONE else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: words, sql: sql)
    }
  }
}

/// Bytes on their way into a column.
struct BoundBytes: StatementBinding {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func bind(to sqliteStatement: SQLiteStatement, at index: CInt) -> CInt {
    bytes.withUnsafeBytes { $0.bind(to: sqliteStatement, at: index) }
  }
}

extension Digest: StatementBinding {
  func bind(to sqliteStatement: SQLiteStatement, at index: CInt) -> CInt {
    withBytes { $0.bind(to: sqliteStatement, at: index) }
  }
}

extension UnsafeRawBufferPointer {
  /// Binds a copy of the bytes; an empty blob where there are none.
  fileprivate func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
    guard let baseAddress else { return sqlite3_bind_zeroblob(statement, index, 0) }
    // The destructor that makes SQLite take a copy, which the header has as a cast of -1.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    return sqlite3_bind_blob(statement, index, baseAddress, CInt(count), copies)
  }
}
