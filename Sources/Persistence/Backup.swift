internal import Engine
internal import GRDB
package import Resources
internal import Workflows

/// A copy of the database that was read back.
package struct Backup: Hashable, Sendable {
  package var path: String
  package var size: Int64
  package var time: Timestamp
  package var facts: StoreFacts

  /// The last part of its path.
  package var name: String { String(path.split(separator: "/").last ?? "") }

  package var value: Value {
    .sorted(
      (facts.value.members ?? []) + [
        .init("path", .string(path)), .init("size", .integer(size)),
        .init("time", .string(time.description)),
      ])
  }
}

extension JournalRows {
  mutating func append(_ backup: Backup, reason: String) throws {
    try append(
      .backupMade, subject: backup.name,
      payload: CanonicalJSON.bytes(
        of: .sorted((backup.value.members ?? []) + [.init("reason", .string(reason))])))
  }
}
