import App
import Engine
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// Why a live resource is as it is: from the line of the manifest to the moment of the apply.
struct ExplainResource {
  let workspace: Workspace
  let store: Store

  /// How many changed fields are named one by one.
  private static let fieldLimit = 5
  /// How many events of a resource are counted.
  private static let eventLimit = 10_000

  func explanation(of key: ResourceKey) throws -> Explanation {
    guard let record = try store.records(kind: key.kind, name: key.name).first else {
      throw ResourceSelection(key).notLive(try store.names(key.kind))
    }
    let events = try store.events(
      JournalQuery(subject: key.description, limit: Self.eventLimit))
    let made = events.last { $0.sequence == record.sequence }
    let transition = made.flatMap { ResourceTransition(key: key, payload: $0.payload) }
    let place = record.resource.location
    let status = try store.status()
    var answer = Explanation(
      "\(key) is live, as \(place.file):\(place.range.start.line)"
        + (status.live.revision.map { " says in revision \($0.prefix(12))" } ?? " says"),
      members: [
        .init("key", .string(key.description)), .init("file", .string(place.file)),
        .init("line", .integer(Int64(place.range.start.line))),
        .init("revision", status.live.revision.map { .string($0) } ?? .null),
      ])
    if record.resource.isOrphaned {
      answer.links.append(
        .init("but", "its manifest is gone; the annotation writ/prune keeps it in force"))
    }
    let commit = try record.origin.flatMap { try store.commit($0.commit) }
    try answer.links.append(
      because(transition, record, commit, made?.kind ?? .resourceCreated))
    answer.links += CommitLinks.of(commit, record.origin)
    if let applied = try store.apply(of: record.sequence) {
      answer.links += try ApplyLinks(store: store).links(
        applied, committed: commit?.record.committer.time ?? record.origin?.time)
    }
    let count = events.count { $0.sequence < record.sequence }
    answer.links.append(
      .init(
        "before",
        count == 0
          ? "nothing: this is its first event in the journal"
          : "\(Number.text(count, "earlier event")) of it: writ history \(key)",
        ["count": .integer(Int64(count))]))
    return answer
  }

  /// The change that made it what it is.
  private func because(
    _ transition: ResourceTransition?, _ record: LiveRecord, _ commit: LiveCommit?,
    _ kind: JournalEvent.Kind,
  ) throws -> Explanation.Link {
    let file = record.resource.location.file
    let words = try happened(transition, kind, file: file)
    guard let origin = record.origin else {
      return .init("because", words, ["reason": .string(transition?.reason ?? "")])
    }
    let subject = commit.map { $0.record.subject.isEmpty ? "" : " \"\($0.record.subject)\"" } ?? ""
    return .init(
      "because",
      "\(words) in commit \(origin.commit.prefix(12))\(subject) by \(origin.author) <\(origin.email)> on \(origin.time)",
      [
        "reason": .string(transition?.reason ?? ""), "commit": .string(origin.commit),
        "author": .string(origin.author), "subject": .string(commit?.record.subject ?? ""),
      ])
  }

  private func happened(
    _ transition: ResourceTransition?, _ kind: JournalEvent.Kind, file: String,
  ) throws -> String {
    if transition?.reason == Change.Reason.rolledBack.rawValue {
      return "a rollback brought this state back; it was made"
    }
    switch kind {
    case .resourceMoved:
      return "it moved from \(transition?.before?.location.file ?? "another file") to \(file)"
    case .resourceUpdated:
      guard let old = try content(transition?.before), let new = try content(transition?.after)
      else { return "\(file) was edited" }
      let changes = FieldChange.between(old, new)
      let named = changes.prefix(Self.fieldLimit).map(Self.words)
      let more =
        changes.count > named.count ? ", and \(changes.count - named.count) more fields" : ""
      return named.joined(separator: ", ") + more
    default: return "\(file) was added"
    }
  }

  private func content(_ side: ResourceTransition.Side?) throws -> Value? {
    try side.flatMap { try store.content(of: $0.digest) }.flatMap { Value(canonical: $0) }
  }

  static func words(_ change: FieldChange) -> String {
    func text(_ value: Value) -> String {
      let text = value.string ?? CanonicalJSON.text(of: value)
      return TextLayout.truncated(text, to: 60)
    }
    let name = change.pointer.dotted
    return switch (change.old, change.new) {
    case (let old?, let new?): "\(name) changed from \(text(old)) to \(text(new))"
    case (nil, let new?): "\(name) came as \(text(new))"
    case (_, nil): "\(name) went away"
    }
  }
}

/// What is to be said of a commit.
enum CommitLinks {
  static func of(_ commit: LiveCommit?, _ origin: Origin?) -> [Explanation.Link] {
    guard origin != nil else { return [] }
    var links: [Explanation.Link] = []
    if let record = commit?.record, record.committer != record.author {
      links.append(
        .init(
          "committed",
          "by \(record.committer.name) <\(record.committer.email)> on \(record.committer.time)",
          ["committer": .string(record.committer.name)]))
    }
    links.append(.init("signed", signature(commit), ["signer": commit?.signer ?? .null]))
    return links
  }

  /// Who signed a commit, as far as somebody looked.
  static func signature(_ commit: LiveCommit?) -> String {
    guard let signer = commit?.signer, let principal = signer["principal"]?.string else {
      return "signatures were not checked"
    }
    let key = signer["key"]?.string.map { " with key \($0)" } ?? ""
    let kind = signer["kind"]?.string.map { " (\($0))" } ?? ""
    return "by \(principal)\(key)\(kind)"
  }
}

/// What is to be said of an apply: the plan, what allowed it, when and by whom.
struct ApplyLinks {
  let store: Store

  func links(_ applied: AppliedPlan, committed: Timestamp?) throws -> [Explanation.Link] {
    var links: [Explanation.Link] = []
    let base = applied.baseRevision.map { String($0.prefix(12)) } ?? "nothing"
    let counts = Change.Action.allCases.compactMap { action in
      applied.counts[action].flatMap { $0 == 0 ? nil : "\($0) \(action.rawValue)d" }
    }
    let verb = applied.isRollback ? "back from" : "from"
    links.append(
      .init(
        "in plan",
        "\(applied.planDigest.abbreviated), \(verb) \(base) to \(applied.revision.prefix(12)): "
          + (counts.isEmpty ? "no resource changed" : counts.joined(separator: ", ")),
        [
          "plan": .string(applied.planDigest.description),
          "revision": .string(applied.revision), "rollback": .bool(applied.isRollback),
        ]))
    links.append(try gates(applied))
    let delay = committed.map { ", \(Self.delay(from: $0, to: applied.time)) it was committed" }
    links.append(
      .init(
        "applied", "\(applied.time) by \(applied.actor)\(delay ?? "") (event \(applied.sequence))",
        [
          "appliedAt": .string(applied.time.description), "actor": .string(applied.actor),
          "sequence": .integer(applied.sequence),
        ]))
    return links
  }

  private static func delay(from start: Timestamp, to end: Timestamp) -> String {
    let text = Delay.text(from: start, to: end)
    return text.hasSuffix(" later") ? text.dropLast(6) + " after" : "as soon as"
  }

  /// The guards that stood against the plan, and who let it pass.
  ///
  /// An apply happens only where nothing else stands against it, so what is not named here did not.
  private func gates(_ applied: AppliedPlan) throws -> Explanation.Link {
    let names =
      try store.event(applied.sequence).flatMap { Value(canonical: $0.payload) }?["acknowledged"]?
      .array?.compactMap(\.string)
      ?? []
    var sentence =
      "no guard stood against it, nor a change window, a quarantine or a suspension"
    if !names.isEmpty {
      let who = try acknowledgers(applied.planDigest, names)
      sentence = who.map { "\($0.guardName), acknowledged by \($0.actor)\($0.reason)" }
        .joined(separator: "; ")
    }
    return .init(
      "allowed by", sentence, ["acknowledged": .array(names.map { .string($0) })])
  }

  private func acknowledgers(
    _ plan: Digest, _ names: [String],
  ) throws -> [(guardName: String, actor: String, reason: String)] {
    let acknowledged = Set(try store.acknowledgements().map(\.plan))
      .filter { plan.description.hasPrefix($0) }
    var events: [JournalEvent] = []
    for subject in acknowledged.sorted() {
      events += try store.events(JournalQuery(subject: subject, limit: 100))
    }
    return names.map { name in
      let event = events.last {
        $0.kind == .guardAcknowledged
          && Value(canonical: $0.payload)?["guard"]?.string == name
      }
      let reason = event.flatMap { Value(canonical: $0.payload)?["reason"]?.string } ?? ""
      return (name, event?.actor ?? "somebody", reason.isEmpty ? "" : ": \(reason)")
    }
  }
}
