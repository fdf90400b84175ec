internal import GRDB

extension Statement {
  /// Runs the statement, which gives no rows, with a value for each of its placeholders.
  ///
  /// What is written for each run goes this way: putting values into boxes and boxes into an array,
  /// as for `StatementArguments`, takes longer than binding them.
  func execute<each Value: StatementBinding>(binding value: repeat each Value) throws {
    // Forgets the values of the last time, and lets GRDB expect none.
    setUncheckedArguments(StatementArguments())
    var index: Int32 = 0
    for value in repeat each value {
      index += 1
      let code = value.bind(to: sqliteStatement, at: index)
      guard code == ResultCode.SQLITE_OK.rawValue else {
        throw DatabaseError(
          resultCode: ResultCode(rawValue: code), message: "value \(index) cannot be bound")
      }
    }
    try execute()
  }
}
