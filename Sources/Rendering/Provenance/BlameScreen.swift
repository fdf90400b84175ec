package import Resources

/// Where each field of a live resource comes from, ready to be shown.
package struct BlameScreen: Hashable, Sendable {
  /// What set a field.
  package enum Source: Hashable, Sendable {
    case commit(Commit)
    /// Somebody who wrote to the live state beside git.
    case edit(actor: String)
    /// No line of the manifest; the kind's default holds.
    case byDefault(Commit?)
  }

  /// A commit, as far as it is known.
  package struct Commit: Hashable, Sendable {
    package var id: String
    package var author: String?
    package var committedAt: Timestamp?
    package var subject: String?
    /// Who signed it: `{principal, key, kind}`; nil where signatures were not checked.
    package var signer: Value?

    package init(
      id: String, author: String? = nil, committedAt: Timestamp? = nil, subject: String? = nil,
      signer: Value? = nil,
    ) {
      self.id = id
      self.author = author
      self.committedAt = committedAt
      self.subject = subject
      self.signer = signer
    }
  }

  /// What a field was before.
  package struct Previous: Hashable, Sendable {
    /// Nil where the field was not there.
    package var value: Value?
    package var commit: String?

    package init(value: Value?, commit: String?) {
      self.value = value
      self.commit = commit
    }
  }

  /// One field.
  package struct Entry: Hashable, Sendable {
    package var pointer: JSONPointer
    package var value: Value
    package var source: Source
    /// When it went live; nil where the journal does not reach so far.
    package var liveAt: Timestamp?
    /// Where it stands in the manifest; nil for a default.
    package var line: Int?
    package var previous: Previous?

    package init(
      pointer: JSONPointer, value: Value, source: Source, liveAt: Timestamp?, line: Int?,
      previous: Previous? = nil,
    ) {
      self.pointer = pointer
      self.value = value
      self.source = source
      self.liveAt = liveAt
      self.line = line
      self.previous = previous
    }
  }

  package var key: ResourceKey
  package var file: String
  package var revision: String?
  /// In the order of the manifest; defaults come last.
  package var entries: [Entry]
  /// What the reader should know about the answer.
  package var notes: [String]
  /// Whether what was before is shown.
  package var isVerbose = false

  package init(
    key: ResourceKey, file: String, revision: String?, entries: [Entry], notes: [String] = [],
    isVerbose: Bool = false,
  ) {
    self.key = key
    self.file = file
    self.revision = revision
    self.entries = entries
    self.notes = notes
    self.isVerbose = isVerbose
  }
}

// MARK: JSON

extension BlameScreen {
  package var value: Value {
    [
      "formatVersion": 1, "key": .string(key.description), "file": .string(file),
      "revision": revision.map { .string($0) } ?? .null,
      "notes": .array(notes.map { .string($0) }), "fields": .array(entries.map(\.json)),
    ]
  }
}

extension BlameScreen.Entry {
  fileprivate var json: Value {
    var members: [Value.Member] = [
      .init("pointer", .string(pointer.description)), .init("field", .string(pointer.dotted)),
      .init("value", value), .init("line", line.map { .integer(Int64($0)) } ?? .null),
      .init("liveAt", liveAt.map { .string($0.description) } ?? .null),
    ]
    var commit: BlameScreen.Commit?
    switch source {
    case .commit(let known): commit = known
    case .byDefault(let known):
      commit = known
      members.append(.init("default", true))
    case .edit(let actor): members.append(.init("actor", .string(actor)))
    }
    if let commit {
      members.append(.init("commit", .string(commit.id)))
      if let author = commit.author { members.append(.init("author", .string(author))) }
      if let time = commit.committedAt {
        members.append(.init("committedAt", .string(time.description)))
      }
      if let subject = commit.subject { members.append(.init("subject", .string(subject))) }
      members.append(.init("signer", commit.signer ?? .null))
    }
    if let previous {
      members.append(
        .init(
          "previous",
          .sorted([
            .init("value", previous.value ?? .null),
            .init("commit", previous.commit.map { .string($0) } ?? .null),
          ])))
    }
    return .sorted(members)
  }
}

// MARK: Text

extension BlameScreen {
  /// One line for each field, like `git blame`: who, when, when live, which line, what.
  package func lines(width: Int, style: Style) -> [String] {
    let live = revision.map { " in revision \($0.prefix(12))" } ?? ""
    var head = Line(key.description, .heading)
    head.append(Line("  \(file)\(live)", .dim))
    var rows: [[Table.Cell]] = []
    for entry in entries {
      rows.append(entry.cells)
      if isVerbose, let previous = entry.previous {
        let value = previous.value.map(Self.text) ?? "not there"
        let commit = previous.commit.map { " (\($0.prefix(7)))" } ?? ""
        rows.append(["", "", "", "", "", .init("  was \(value)\(commit)", .dim)])
      }
    }
    let table = Table(
      [
        .init("COMMIT", isWhole: true), .init("AUTHOR", minimumWidth: 8),
        .init("COMMITTED", isWhole: true), .init("LIVE", isWhole: true),
        .init("LINE", alignment: .right, isWhole: true), .init("FIELD", minimumWidth: 30),
      ], rows: rows)
    let notes = notes.flatMap { TextLayout.wrapped(TextLayout.escaped($0), to: width) }
    return [head.truncated(to: width).text(style)] + table.lines(width: width, style: style)
      + notes.map { style.painted($0, .dim) }
  }

  fileprivate static func text(_ value: Value) -> String {
    if case .string(let text) = value { return text }
    return CanonicalJSON.text(of: value)
  }
}

extension BlameScreen.Entry {
  fileprivate var cells: [Table.Cell] {
    let field = "\(pointer.dotted) = \(BlameScreen.text(value))"
    let place = line.map(String.init) ?? "-"
    switch source {
    case .byDefault:
      return [
        .init("default", .dim), .init("-", .dim), .init("-", .dim), .init("-", .dim),
        .init(place, .dim), .init(field, .dim),
      ]
    case .edit(let actor):
      return [
        .init("edit", .blocked), .init(actor), .init("-", .dim),
        .init(liveAt.map { String($0.description.prefix(10)) } ?? "-"), .init(place),
        .init(field),
      ]
    case .commit(let commit):
      return [
        .init(String(commit.id.prefix(7)), .update), .init(commit.author ?? "-"),
        .init(commit.committedAt.map { String($0.description.prefix(10)) } ?? "-"),
        .init(Delay.text(from: commit.committedAt, to: liveAt)), .init(place), .init(field),
      ]
    }
  }
}

/// How long after something something else happened.
package enum Delay {
  private static let units: [(seconds: Int64, name: String)] = [
    (86_400, "d"), (3600, "h"), (60, "min"), (1, "s"),
  ]

  /// `12 s later`, `3 d later`; `at once` within a second, and where clocks disagree.
  package static func text(from start: Timestamp?, to end: Timestamp?) -> String {
    guard let end else { return "-" }
    guard let start else { return String(end.description.prefix(10)) }
    let (distance, overflow) = end.nanoseconds.subtractingReportingOverflow(start.nanoseconds)
    let seconds = overflow ? 0 : distance / 1_000_000_000
    guard let unit = units.first(where: { seconds >= $0.seconds }) else { return "at once" }
    return "\(seconds / unit.seconds) \(unit.name) later"
  }
}
