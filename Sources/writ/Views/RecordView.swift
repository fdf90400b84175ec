import Engine
import Planning
import Rendering
import Resources
import Workflows

/// A live resource for people and scripts.
struct RecordView {
  let record: LiveRecord
  /// The live revision.
  let revision: String?
  /// What is known of the commit beside its author.
  var commit: LiveCommit?
  /// Set where it is not what was applied.
  var drift: Drift?
  var standing = Standing.inForce

  /// Whether the resource is, was or only would be in force.
  enum Standing { case inForce, past, notApplied }

  /// `{apiVersion, kind, metadata, spec, origin, conditions}`.
  var value: Value {
    let location = record.resource.location
    var origin = record.origin?.value.members ?? []
    if let commit {
      origin += [
        .init("committer", commit.record.committer.value),
        .init("committedAt", .string(commit.record.committer.time.description)),
        .init("subject", .string(commit.record.subject)),
        .init("signer", commit.signer ?? .null),
      ]
    }
    origin += [
      .init("file", .string(location.file)),
      .init("line", .integer(Int64(location.range.start.line))),
      .init("column", .integer(Int64(location.range.start.column))),
      .init("appliedAt", isApplied ? .string(record.appliedAt.description) : .null),
      .init("sequence", isApplied ? .integer(record.sequence) : .null),
    ]
    return [
      "apiVersion": .string(ManifestDecoder.apiVersion),
      "kind": .string(record.resource.key.kind),
      "metadata": record.content["metadata"] ?? [:],
      "spec": record.content["spec"] ?? [:],
      "digest": .string(record.resource.digest.description),
      "origin": .sorted(origin),
      "conditions": .array(conditions),
    ]
  }

  private var isApplied: Bool { standing != .notApplied }

  private var conditions: [Value] {
    if standing == .notApplied {
      return [
        [
          "type": "Ready", "status": "Unknown", "reason": "NotApplied",
          "message": "the resource is not in force so",
          "observedRevision": revision.map { .string($0) } ?? .null, "transitionTime": .null,
        ]
      ]
    }
    var result: [Value] = [
      [
        "type": "Ready", "status": "True", "reason": "Applied",
        "message": standing == .past ? "the resource was in force" : "the resource is in force",
        "observedRevision": revision.map { .string($0) } ?? .null,
        "transitionTime": .string(record.appliedAt.description),
      ]
    ]
    if record.resource.marks.isProtected {
      result.append([
        "type": "Protected", "status": "True", "reason": "Annotation",
        "message": "deleting it takes a commit that removes writ/protect first",
        "observedRevision": revision.map { .string($0) } ?? .null,
        "transitionTime": .string(record.appliedAt.description),
      ])
    }
    if let drift {
      result.append([
        "type": "Drifted", "status": "True",
        "reason": drift.edit == nil ? "ForeignWrite" : "BreakGlass",
        "message": .string(drift.words),
        "observedRevision": revision.map { .string($0) } ?? .null,
        "transitionTime": (drift.noticedAt ?? drift.changedAt).map { .string($0.description) }
          ?? .null,
      ])
    }
    if record.resource.isOrphaned {
      result.append([
        "type": "Orphaned", "status": "True", "reason": "NoPrune",
        "message": "its manifest is gone, and writ/prune keeps it",
        "observedRevision": revision.map { .string($0) } ?? .null,
        "transitionTime": .string(record.appliedAt.description),
      ])
    }
    return result
  }

  static func table(
    _ records: [LiveRecord], now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    Table(
      [
        .init("RESOURCE", isWhole: true), .init("COMMIT", isWhole: true),
        .init("APPLIED", minimumWidth: 10), .init("AUTHOR"), .init("FILE", minimumWidth: 12),
      ],
      rows: records.map { record in
        let location = record.resource.location
        return [
          .init(record.resource.key.description),
          .init(String(record.origin?.commit.prefix(7) ?? "-")),
          .init(record.sequence == 0 ? "not yet" : RelativeTime.text(record.appliedAt, now: now)),
          .init(record.origin?.author ?? "-"),
          .init("\(location.file):\(location.range.start.line)"),
        ]
      }
    ).lines(width: width, style: style)
  }
}

/// `writ describe`.
struct DescribeText {
  let record: LiveRecord
  let commit: LiveCommit?
  let references: [Reference]
  let referrers: [Referrer]
  let events: [JournalEvent]
  let drift: Drift?
  let now: Timestamp

  func lines(style: Style) -> [String] {
    var lines: [String] = []
    func field(_ name: String, _ text: String) {
      lines.append(
        style.painted(TextLayout.padded("\(name):", to: 12), .dim) + TextLayout.escaped(text))
    }
    lines.append(style.painted(record.resource.key.description, .heading))
    field("File", record.resource.location.description)
    if let origin = record.origin {
      field("Commit", "\(origin.commit.prefix(12)) by \(origin.author) <\(origin.email)>")
      if let subject = commit?.record.subject, !subject.isEmpty { field("Subject", subject) }
      let time = commit?.record.committer.time ?? origin.time
      let committer =
        commit.flatMap { $0.record.committer == $0.record.author ? nil : $0.record.committer }
        .map { " by \($0.name) <\($0.email)>" }
      field("Committed", "\(time)\(committer ?? "") (\(RelativeTime.text(time, now: now)))")
      field("Signed", CommitLinks.signature(commit))
    }
    field("Applied", "\(record.appliedAt) (\(RelativeTime.text(record.appliedAt, now: now)))")
    field("Digest", record.resource.digest.abbreviated)
    if let drift { field("Drifted", drift.words + "; see: writ drift \(drift.key)") }
    if record.resource.marks.isProtected { field("Protected", "yes (writ/protect)") }
    if record.resource.isOrphaned { field("Orphaned", "yes: its manifest is gone (writ/prune)") }
    for reference in references {
      field("Names", "\(reference.target) at \(reference.pointer.dotted)")
    }
    for referrer in referrers { field("Named by", "\(referrer.key) at \(referrer.location)") }
    lines.append("")
    let shown: Value = [
      "metadata": record.content["metadata"] ?? [:], "spec": record.content["spec"] ?? [:],
    ]
    lines += YAMLText.text(of: shown).split(separator: "\n").map { "  \($0)" }
    lines.append("")
    lines.append(style.painted("History", .heading))
    for event in events.reversed() {
      lines.append(
        "  \(event.time)  \(event.kind.rawValue)  event \(event.sequence) by \(TextLayout.escaped(event.actor))"
      )
    }
    return lines
  }
}
