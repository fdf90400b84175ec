import App
import Engine
import GitSource
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// Gathers where the fields of a live resource come from.
struct BlameView {
  let workspace: Workspace
  let store: Store

  /// How many events of a resource are searched for earlier values.
  private static let eventLimit = 10_000

  /// - Parameter field: a field and all below it, as `spec.timeout`; nil for all.
  func screen(
    of key: ResourceKey, field: String?, isVerbose: Bool,
  ) throws -> BlameScreen {
    guard let record = try store.records(kind: key.kind, name: key.name).first,
      let provenance = try store.provenance(of: key)
    else {
      throw ResourceSelection(key).notLive(try store.names(key.kind))
    }
    let location = record.resource.location
    let status = try store.status()
    let manifest = manifest(of: record, status)
    var screen = BlameScreen(
      key: key, file: location.file, revision: status.live.revision, entries: [],
      isVerbose: isVerbose)
    if manifest == nil {
      screen.notes.append(
        "the live revision is not at hand, so lines are those of the resource as a whole; name its repository with --repo"
      )
    }
    var pointers = record.content.leaves()
    if let field {
      let path = try Self.find(field, among: pointers)
      pointers = pointers.filter { $0.tokens.starts(with: path.tokens) }
    }
    let origins = Dictionary(
      uniqueKeysWithValues: pointers.map { ($0, provenance.origins.mark(at: $0)) })
    let events = isVerbose ? try self.events(of: key) : [:]
    for pointer in pointers {
      guard let mark = origins[pointer], let value = record.content.value(at: pointer) else {
        continue
      }
      let line =
        manifest?.node?.line(of: pointer, in: record.content)
        ?? (manifest == nil ? Int(location.range.start.line) : nil)
      var entry = BlameScreen.Entry(
        pointer: pointer, value: value, source: Self.source(mark, provenance, line),
        liveAt: provenance.moments[mark.sequence]?.time, line: line)
      entry.previous = try events[mark.sequence].flatMap { try previous(of: pointer, record, $0) }
      screen.entries.append(entry)
    }
    screen.entries.sort {
      ($0.line ?? .max, $0.pointer.description) < ($1.line ?? .max, $1.pointer.description)
    }
    return screen
  }

  /// The manifest that made `record` what it is, as the live revision has it.
  private func manifest(of record: LiveRecord, _ status: RepositoryStatus) -> Resource? {
    guard let id = status.live.revision,
      let revision = workspace.localRevision(id, roots: status.roots),
      let resources = try? revision.resources(inFiles: [record.resource.location.file])
    else { return nil }
    return resources.first {
      $0.key == record.resource.key && $0.digest == record.resource.digest
    }
  }

  private static func source(
    _ mark: FieldOrigins.Mark, _ provenance: Provenance, _ line: Int?,
  ) -> BlameScreen.Source {
    switch mark {
    case .edit(let actor, _): return .edit(actor: actor)
    case .commit(let id, _):
      let known = provenance.commits[id]
      let commit = BlameScreen.Commit(
        id: id, author: known?.record.author.name, committedAt: known?.record.committer.time,
        subject: known?.record.subject, signer: known?.signer)
      return line == nil ? .byDefault(commit) : .commit(commit)
    }
  }

  // MARK: Fields

  /// The field that a person means by `spec.timeout` or `/spec/timeout`.
  static func find(
    _ field: String, among leaves: [JSONPointer],
  ) throws(StoreError) -> JSONPointer {
    var all: Set<JSONPointer> = []
    for leaf in leaves {
      for count in 1...max(1, leaf.tokens.count) {
        all.insert(JSONPointer(Array(leaf.tokens.prefix(count))))
      }
    }
    let sorted = all.sorted()
    if let found = sorted.first(where: { $0.dotted == field || $0.description == field }) {
      return found
    }
    throw StoreError(
      .notFound, "there is no field \"\(field)\"",
      hint: Suggestion.didYouMean(field, among: sorted.map(\.dotted))
        ?? "fields start with: \(Set(sorted.compactMap(\.tokens.first)).sorted().joined(separator: ", "))"
    )
  }

  // MARK: What was before

  private func events(of key: ResourceKey) throws -> [Int64: ResourceTransition] {
    let events = try store.events(
      JournalQuery(subject: key.description, limit: Self.eventLimit))
    var result: [Int64: ResourceTransition] = [:]
    for event in events {
      result[event.sequence] = ResourceTransition(key: key, payload: event.payload)
    }
    return result
  }

  private func previous(
    of pointer: JSONPointer, _ record: LiveRecord, _ transition: ResourceTransition,
  ) throws -> BlameScreen.Previous? {
    guard let before = transition.before, let after = transition.after,
      let old = try store.content(of: before.digest).flatMap({ Value(canonical: $0) }),
      let new = try store.content(of: after.digest).flatMap({ Value(canonical: $0) })
    else { return nil }
    // Later events may have moved it within a list; then its place at that time is not known.
    guard new.value(at: pointer) == record.content.value(at: pointer) else { return nil }
    let value = old.value(at: pointer)
    return BlameScreen.Previous(
      value: value,
      commit: value == nil ? nil : transition.previousOrigins?.mark(at: pointer).commit)
  }
}
