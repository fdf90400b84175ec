/// Why bytes are not a time zone.
package struct ZoneError: Error, Hashable, Sendable {
  /// What is wrong.
  package let reason: String
  /// Where in the bytes, counted from 0.
  package let offset: Int

  init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension ZoneError: CustomStringConvertible {
  package var description: String { "\(reason) (at byte \(offset))" }
}
