import Engine
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// What happened to one resource, event by event, with the fields that changed.
struct ResourceHistory {
  private struct Entry {
    var event: JournalEvent
    /// The revision that was applied with it.
    var revision: String?
    var origin: Origin?
    var place: SourceLocation?
    var fields: [FieldChange]
    /// What changed beside the content: `file`, `marks`.
    var aside: String
  }

  /// Newest first.
  private let entries: [Entry]
  private let key: ResourceKey
  private let checkpoint: Checkpoint?

  init(_ store: Store, _ key: ResourceKey, limit: Int) throws(StoreError) {
    self.key = key
    let events = try store.events(JournalQuery(subject: key.description, limit: limit))
    (entries, checkpoint) = try store.readPast { past throws(StoreError) in
      var entries: [Entry] = []
      for event in events.reversed() {
        entries.append(try Self.entry(event, key, past))
      }
      return (entries, try past.span()?.checkpoint)
    }
  }

  private static func entry(
    _ event: JournalEvent, _ key: ResourceKey, _ past: any PastReader,
  ) throws(StoreError) -> Entry {
    let transition = ResourceTransition(key: key, payload: event.payload)
    let apply = try past.apply(atOrBefore: event.sequence)
    let isPart = apply.map { event.sequence <= $0.lastSequence } ?? false
    var entry = Entry(
      event: event, revision: isPart ? apply?.revision : nil, origin: transition?.origin,
      place: transition?.after?.location ?? transition?.before?.location, fields: [], aside: "")
    guard let before = transition?.before, let after = transition?.after else { return entry }
    if before.digest == after.digest {
      entry.aside = JournalFold.difference(before, after)
      return entry
    }
    let contents = try past.contents(of: [before.digest, after.digest])
    func value(_ digest: Digest) -> Value? { contents[digest].flatMap { Value(canonical: $0) } }
    guard let old = value(before.digest), let new = value(after.digest) else {
      throw StoreError(
        .corrupt, "a content of \(key) at event \(event.sequence) is missing",
        hint: "see what is wrong with the journal: writ journal verify")
    }
    entry.fields = FieldChange.between(old, new)
    return entry
  }

  /// That earlier events are gone, where they may be.
  var dropped: String? {
    checkpoint.map { "what happened to \(key) earlier \($0.dropped)" }
  }

  var value: Value {
    [
      "formatVersion": 1,
      "items": .array(
        entries.reversed().map { entry in
          .sorted(
            (JournalOutput.value(entry.event).members ?? []) + [
              .init("revision", entry.revision.map { .string($0) } ?? .null),
              .init("fields", .array(entry.fields.map(\.value))),
            ])
        }),
      "droppedThrough": checkpoint.map { .integer($0.sequence) } ?? .null,
    ]
  }

  /// A line for each event, followed by what it changed.
  func lines(now: Timestamp, width: Int, style: Style) -> [String] {
    if entries.isEmpty { return ["nothing is known about \(TextLayout.escaped(key.description))"] }
    var lines: [String] = []
    for (index, entry) in entries.enumerated() {
      if index > 0 { lines.append("") }
      lines += head(entry, now, width, style)
      let diff = FieldDiffText(entry.fields, file: nil, width: width - 2).lines(style)
      lines += diff.map { "  \($0)" }
    }
    return lines
  }

  private func head(
    _ entry: Entry, _ now: Timestamp, _ width: Int, _ style: Style,
  ) -> [String] {
    let event = entry.event
    var facts = [
      "#\(event.sequence) \(event.kind.rawValue)",
      "\(event.time.wholeSeconds) (\(RelativeTime.text(event.time, now: now)))",
      "by \(event.actor)",
    ]
    if event.kind.rawValue.hasPrefix("change."), let said = Value(canonical: event.payload) {
      facts.append("as \(said["person"]?.string ?? "somebody")")
      if let reason = said["reason"]?.string, !reason.isEmpty { facts.append(reason) }
    }
    if let revision = entry.revision { facts.append("revision \(revision.prefix(12))") }
    if let origin = entry.origin {
      facts.append("commit \(origin.commit.prefix(7)) of \(origin.author)")
    }
    if let place = entry.place { facts.append("\(place.file):\(place.range.start.line)") }
    if !entry.aside.isEmpty { facts.append("changed: \(entry.aside)") }
    let text = TextLayout.escaped(facts.joined(separator: " · "))
    return TextLayout.wrapped(text, to: width - 2, first: width).enumerated().map {
      $0.offset == 0 ? style.painted($0.element, .heading) : "  \($0.element)"
    }
  }
}
