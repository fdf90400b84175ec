import Engine
import Persistence
import Rendering
import Resources

/// A backup as text and as JSON.
struct BackupView {
  let backup: Backup
  /// The names of older ones that made room for it.
  let deleted: [String]

  var value: Value {
    .sorted(
      Self.members(backup.facts) + [
        .init("deleted", .array(deleted.map { .string($0) })), .init("formatVersion", 1),
        .init("path", .string(backup.path)), .init("size", .integer(backup.size)),
        .init("time", .string(backup.time.description)),
      ])
  }

  var lines: [String] {
    var lines = [
      "backup \(TextLayout.escaped(backup.path))",
      "\(ByteSize(backup.size).approximate) · \(Self.words(backup.facts))",
    ]
    for name in deleted { lines.append("deleted the older backup \(TextLayout.escaped(name))") }
    return lines
  }

  /// What tells one state from another, in one line.
  static func words(_ facts: StoreFacts) -> String {
    let revision = facts.revision.map { TextLayout.escaped(String($0.prefix(12))) } ?? "nothing"
    return
      "revision \(revision) · event \(facts.sequence) · journal head \(facts.head.abbreviated) · "
      + "state root \(facts.root.abbreviated) · schema \(facts.schemaNumber)"
  }

  static func members(_ facts: StoreFacts) -> [Value.Member] {
    [
      .init("journalHead", .string(facts.head.description)),
      .init("revision", facts.revision.map { .string($0) } ?? .null),
      .init("schema", .string(facts.schema)), .init("sequence", .integer(facts.sequence)),
      .init("stateRoot", .string(facts.root.description)),
    ]
  }

  // MARK: Lists

  static func value(_ entry: BackupDirectory.Entry) -> Value {
    [
      "name": .string(entry.name), "path": .string(entry.path),
      "schema": .string(entry.schemaNumber), "size": .integer(entry.size),
      "time": .string(entry.time.description),
    ]
  }

  static func table(
    _ entries: [BackupDirectory.Entry], now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    Table(
      [
        .init("NAME", isWhole: true), .init("SIZE", alignment: .right), .init("SCHEMA"),
        .init("WHEN"),
      ],
      rows: entries.map { entry in
        [
          .init(entry.name), .init(ByteSize(entry.size).approximate), .init(entry.schemaNumber),
          .init(RelativeTime.text(entry.time, now: now)),
        ]
      }
    ).lines(width: width, style: style)
  }
}
