import Engine
import Planning
import Rendering
import Resources

/// The state of a moment on standard output.
struct MomentOutput {
  let state: MomentState
  let records: [MomentRecord]
  /// What is known of the commits that they come from, by id.
  let commits: [String: LiveCommit]
  let selection: ResourceSelection
  let now: Timestamp

  init(
    state: MomentState, records: [MomentRecord], commits: [String: LiveCommit],
    selection: ResourceSelection, now: Timestamp,
  ) throws {
    self.state = state
    self.records = records
    self.commits = commits
    self.selection = selection
    self.now = now
    guard selection.name != nil, records.isEmpty else { return }
    throw StoreError(
      .notFound,
      "\(selection.kind ?? "")/\(selection.name ?? "") is not there at \(state.name), \(state.words)",
      hint: "see what is: writ state \(selection.kind ?? "") --at '\(state.name)'")
  }

  /// The moment, and how it was found.
  private var moment: Value { DiffView.side(state).value }

  private var items: [Value] {
    records.map { record in
      RecordView(
        record: record.record, revision: state.revision,
        commit: record.record.origin.flatMap { commits[$0.commit] },
        standing: !record.isApplied ? .notApplied : state.kind == .past ? .past : .inForce
      ).value
    }
  }

  /// As `writ get` prints it, with the moment beside it.
  func showRecords(_ format: OutputFormat) {
    notes.forEach { Terminal.writeError("writ: \(TextLayout.escaped($0))") }
    guard selection.name != nil, let item = items.first else { return showList(format) }
    switch format {
    case .json:
      Terminal.writeJSON(
        .sorted([.init("formatVersion", 1), .init("at", moment)] + (item.members ?? [])))
    case .text: Terminal.write(YAMLText.text(of: item))
    }
  }

  private func showList(_ format: OutputFormat) {
    switch format {
    case .json:
      Terminal.writeJSON(["formatVersion": 1, "at": moment, "items": .array(items)])
    case .text:
      if records.isEmpty {
        let kind = selection.kind.map { " of kind \($0)" } ?? ""
        return Terminal.writeError("writ: no resources\(kind) at \(TextLayout.escaped(state.name))")
      }
      Terminal.write(lines: table)
    }
  }

  /// The moment first, then the resources.
  func showState(_ format: OutputFormat, isQuiet: Bool) {
    switch format {
    case .json:
      Terminal.writeJSON([
        "formatVersion": 1, "at": moment, "count": .integer(Int64(records.count)),
        "items": .array(items), "notes": .array(notes.map { .string($0) }),
      ])
    case .text:
      if !isQuiet { Terminal.write(lines: headline + notes.map { TextLayout.escaped($0) } + [""]) }
      if records.isEmpty {
        let kind = selection.kind.map { " of kind \($0)" } ?? ""
        return Terminal.writeLine("no resources\(kind)")
      }
      Terminal.write(lines: table)
    }
  }

  private var headline: [String] {
    let facts = [
      "\(state.name): \(state.words)",
      "revision \(state.revision.map { String($0.prefix(12)) } ?? "none")",
      "state root \(state.root.abbreviated)", Number.text(records.count, "resource"),
    ]
    return TextLayout.wrapped(
      TextLayout.escaped(facts.joined(separator: " · ")), to: Terminal.width
    ).enumerated().map {
      $0.offset == 0 ? Terminal.outputStyle.painted($0.element, .heading) : $0.element
    }
  }

  private var notes: [String] { DiffView.notes(state) }

  private var table: [String] {
    RecordView.table(
      records.map(\.record), now: now, width: Terminal.width, style: Terminal.outputStyle)
  }
}

/// The difference of two states for Rendering.
enum DiffView {
  static func side(_ state: MomentState) -> DiffScreen.Side {
    DiffScreen.Side(
      name: state.name, kind: state.kind.rawValue, words: state.words, revision: state.revision,
      root: state.root, sequence: state.point?.sequence, time: state.point?.time)
  }

  static func notes(_ state: MomentState) -> [String] {
    guard state.kind == .desired, state.orphanCount > 0 else { return [] }
    let count = Number.text(state.orphanCount, "resource")
    return [
      "\(count) without a manifest \(state.orphanCount == 1 ? "stays" : "stay") in force whatever git says (writ/prune: \"false\")"
    ]
  }

  static func screen(_ difference: StateDifference) -> DiffScreen {
    var notes: [String] = []
    for note in Self.notes(difference.from) + Self.notes(difference.to)
    where !notes.contains(note) { notes.append(note) }
    return DiffScreen(
      from: side(difference.from), to: side(difference.to), changes: difference.changes,
      asideCount: difference.asideCount, unchangedCount: difference.unchangedCount, notes: notes)
  }
}
