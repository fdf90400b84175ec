import App
import Engine
import Glibc
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// What came of checking a journal or an export, for people and scripts.
struct VerifyView {
  var subject: String
  var eventCount: Int64
  var head: Digest?
  var checkpoint: Checkpoint?
  var broken: JournalBreak?
  /// What else is worth knowing; an error makes the whole invalid.
  var findings: [(isError: Bool, words: String)] = []
  var hint: String

  var isValid: Bool { broken == nil && !findings.contains { $0.isError } }

  init(_ report: JournalReport, key: (isError: Bool, words: String)?) {
    subject = "the journal"
    // Sequences count from 1 whatever was dropped.
    eventCount = report.head?.sequence ?? report.checkpoint?.sequence ?? 0
    head = report.headHash ?? report.checkpoint?.hash
    checkpoint = report.checkpoint
    broken = report.broken
    if let key { findings.append(key) }
    hint = "somebody changed the database by other means; restore a backup, or find out who"
  }

  init(subject: String, eventCount: Int64, head: Digest?, checkpoint: Checkpoint?) {
    self.subject = subject
    self.eventCount = eventCount
    self.head = head
    self.checkpoint = checkpoint
    hint = "the file was changed or cut; take another copy of it"
  }

  private var value: Value {
    [
      "formatVersion": 1, "valid": .bool(isValid), "events": .integer(eventCount),
      "head": head.map { .string($0.description) } ?? .null,
      "checkpoint": checkpoint?.value ?? .null,
      "broken": broken.map {
        ["sequence": .integer($0.sequence), "reason": .string($0.reason)]
      } ?? .null,
      "findings": .array(
        findings.map {
          ["severity": $0.isError ? "error" : "warning", "message": .string($0.words)]
        }),
    ]
  }

  func show(_ format: OutputFormat) {
    if format == .json { return Terminal.writeJSON(value) }
    if let broken {
      let place = broken.sequence > 0 ? " at event \(broken.sequence)" : ""
      Terminal.writeError(
        "writ: \(TextLayout.escaped(subject)) is broken\(place): \(TextLayout.escaped(broken.reason))"
      )
      Terminal.writeError("    \(hint)")
    }
    for finding in findings { Terminal.writeError("writ: \(TextLayout.escaped(finding.words))") }
    guard isValid else { return }
    var line = "\(TextLayout.escaped(subject)) holds: \(eventCount) events"
    if let checkpoint {
      line += ", those up to \(checkpoint.sequence) as a checkpoint of \(checkpoint.madeAt)"
    }
    Terminal.writeLine("\(line), head \(head?.abbreviated ?? "none")")
  }
}

enum CompactView {
  static func lines(_ checkpoint: Checkpoint?) -> [String] {
    guard let checkpoint else {
      return ["nothing to drop: the events before that time are the last two states' or are gone"]
    }
    var lines = [
      "events up to \(checkpoint.sequence) of \(checkpoint.time) dropped; the checkpoint keeps state root \(checkpoint.stateRoot.abbreviated)"
    ]
    if let path = checkpoint.exportPath {
      lines.append("    they are in \(TextLayout.escaped(path))")
    }
    return lines
  }
}

/// Checks an exported journal, line by line in bounded memory.
struct ExportCheck {
  let path: String

  func view(joining store: Store?) throws -> VerifyView {
    var checker = JournalLine.Checker()
    var wrong: JournalContradiction?
    try LineReader.lines(of: path, lengthLimit: JournalLine.lengthLimit) { line in
      wrong = checker.add(line)
      return wrong == nil
    }
    if wrong == nil, checker.header == nil { wrong = JournalContradiction(0, "it is empty") }
    var view = VerifyView(
      subject: path, eventCount: checker.eventCount,
      head: checker.last?.hash ?? checker.header?.previousHash,
      checkpoint: checker.header?.checkpoint)
    view.broken = wrong.map { JournalBreak(sequence: $0.sequence, reason: $0.reason) }
    if wrong == nil, let store, let header = checker.header {
      let last = checker.last ?? (header.firstSequence - 1, header.previousHash)
      view.findings = [try joint(header, last, store)]
    }
    return view
  }

  /// Where the file meets the journal of this machine, at its end or at its beginning.
  private func joint(
    _ header: JournalLine.Header, _ last: (sequence: Int64, hash: Digest), _ store: Store,
  ) throws(StoreError) -> (isError: Bool, words: String) {
    if let known = try store.hash(after: last.sequence) {
      return known == last.hash
        ? (false, "its end joins the journal of this machine at event \(last.sequence)")
        : (true, "its event \(last.sequence) is another one than in the journal of this machine")
    }
    let first = header.firstSequence - 1
    if let known = try store.hash(after: first) {
      return known == header.previousHash
        ? (false, "its beginning joins the journal of this machine at event \(first)")
        : (true, "it does not follow event \(first) of the journal of this machine")
    }
    return (false, "it has no event in common with the journal of this machine")
  }
}
