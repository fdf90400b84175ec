import Engine
import Planning
import Rendering
import Resources
import Workflows

/// Applies as a table and as JSON.
enum HistoryView {
  static func value(_ applied: AppliedPlan, health: HealthRecord?) -> Value {
    [
      "health": HealthJSON.summary(health),
      "sequence": .integer(applied.sequence), "time": .string(applied.time.description),
      "actor": .string(applied.actor), "plan": .string(applied.planDigest.description),
      "baseRevision": applied.baseRevision.map { .string($0) } ?? .null,
      "revision": .string(applied.revision), "baseRoot": .string(applied.baseRoot.description),
      "stateRoot": .string(applied.root.description), "rollback": .bool(applied.isRollback),
      "edit": .bool(applied.isEdit),
      "counts": .sorted(applied.counts.map { .init($0.key.rawValue, .integer(Int64($0.value))) }),
    ]
  }

  /// The last column says how watches stand; it is there where an apply was watched.
  static func table(
    _ applies: [AppliedPlan], health: [Int64: HealthRecord], now: Timestamp, width: Int,
    style: Style,
  ) -> [String] {
    let last: [Table.Column] = health.isEmpty ? [] : [.init("HEALTH")]
    return Table(
      [
        .init("EVENT", alignment: .right), .init("REVISION", isWhole: true), .init("CHANGES"),
        .init("STATE ROOT"), .init("BY"), .init("WHEN"),
      ] + last,
      rows: applies.map { applied in
        let watch = health[applied.sequence]
        return [
          .init(String(applied.sequence)), .init(String(applied.revision.prefix(12))),
          .init(changes(applied)), .init(applied.root.abbreviated), .init(applied.actor),
          .init(RelativeTime.text(applied.time, now: now)),
        ] + (health.isEmpty ? [] : [.init(watch.map(HealthView.summary) ?? "")])
      }
    ).lines(width: width, style: style)
  }

  private static func changes(_ applied: AppliedPlan) -> String {
    let symbols: [(Change.Action, String)] = [
      (.create, "+"), (.update, "~"), (.delete, "-"), (.move, ">"),
    ]
    let parts = symbols.compactMap { action, symbol in
      applied.counts[action].flatMap { $0 == 0 ? nil : "\(symbol)\($0)" }
    }
    let text = parts.isEmpty ? "none" : parts.joined(separator: " ")
    return applied.isRollback ? "rollback \(text)" : applied.isEdit ? "edit \(text)" : text
  }
}

/// What is in quarantine, as a table and as JSON.
enum QuarantineView {
  static func value(_ content: QuarantinedContent) -> Value {
    [
      "stateRoot": .string(content.root.description), "revision": .string(content.revision),
      "actor": .string(content.actor), "reason": .string(content.reason),
      "time": .string(content.time.description),
    ]
  }

  static func table(
    _ contents: [QuarantinedContent], now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    Table(
      [
        .init("STATE ROOT", isWhole: true), .init("REVISION"), .init("BY"), .init("WHEN"),
        .init("REASON"),
      ],
      rows: contents.map { content in
        [
          .init(content.root.abbreviated), .init(String(content.revision.prefix(12))),
          .init(content.actor), .init(RelativeTime.text(content.time, now: now)),
          .init(content.reason),
        ]
      }
    ).lines(width: width, style: style)
  }
}

/// Journal events as lines and as JSON.
struct JournalOutput {
  let events: [JournalEvent]
  let format: OutputFormat

  func show() throws {
    switch format {
    case .json:
      Terminal.writeJSON(["formatVersion": 1, "items": .array(events.map(Self.value))])
    case .text:
      let table = Table(
        [
          .init("EVENT", alignment: .right), .init("TIME", isWhole: true),
          .init("WHAT", isWhole: true),
          .init("SUBJECT"), .init("BY"),
        ],
        rows: events.map { event in
          [
            .init(String(event.sequence)), .init(event.time.wholeSeconds),
            .init(event.kind.rawValue), .init(Self.subject(event)), .init(event.actor),
          ]
        })
      Terminal.write(lines: table.lines(width: Terminal.width, style: Terminal.outputStyle))
    }
  }

  /// Long digests and revisions are cut to what tells them apart.
  private static func subject(_ event: JournalEvent) -> String {
    let text = event.subject
    return text.utf8.count >= 40 && text.allSatisfy(\.isHexDigit) ? String(text.prefix(16)) : text
  }

  static func value(_ event: JournalEvent) -> Value {
    [
      "sequence": .integer(event.sequence), "time": .string(event.time.description),
      "actor": .string(event.actor), "kind": .string(event.kind.rawValue),
      "subject": .string(event.subject), "payload": Value(canonical: event.payload) ?? .null,
      "previousHash": .string(event.previousHash.description),
      "hash": .string(event.hash.description),
    ]
  }
}
