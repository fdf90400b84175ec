/// Why a text is not a cron expression.
package struct CronError: Error, Hashable, Sendable {
  /// The field that is wrong; nil where the whole expression is.
  package let field: CronField?
  /// Where in the text, counted from 0 in Unicode scalars.
  package let offset: Int
  /// What is wrong.
  package let reason: String
  /// What would be right.
  package let hint: String?

  init(_ field: CronField?, at offset: Int, _ reason: String, hint: String? = nil) {
    self.field = field
    self.offset = offset
    self.reason = reason
    self.hint = hint
  }
}

extension CronError: CustomStringConvertible {
  package var description: String {
    "\(field.map { "\($0.name): " } ?? "")\(reason) (at character \(offset + 1))"
  }
}
