import App
import Engine
import GitSource
import Persistence
import Planning
import Rendering
import Resources

/// From a line of a manifest to what it made live.
struct TraceView {
  let workspace: Workspace
  let store: Store

  /// How many fields are named one by one.
  private static let fieldLimit = 50

  /// - Parameter line: counted in the manifest of the live revision; nil for the whole file.
  func explanation(of file: String, line: Int?) async throws -> Explanation {
    let status = try store.status()
    guard let id = status.live.revision else {
      throw StoreError(
        .notFound, "no revision is live yet", hint: "start with: writ plan, then writ apply")
    }
    guard let live = workspace.localRevision(id, roots: status.roots) else {
      throw StoreError(
        .notFound, "revision \(id.prefix(12)), which is live, is not on this machine",
        hint: "name its repository with --repo, or fetch it: git fetch")
    }
    let head = try? await workspace.revision(liveRoots: status.roots)
    try require(file, in: live, or: head, status.roots)
    guard let text = try live.text(of: file) else {
      return try await onlyAtHead(file, line, head)
    }
    var notes: [Explanation.Link] = []
    if let head, head.revision != live.revision, try head.text(of: file) != text {
      notes.append(
        .init(
          "note",
          "the file differs at the head, \(head.revision.prefix(12)); lines count in the live revision, \(id.prefix(12))"
        ))
    }
    let resources = try live.resources(inFiles: [file])
      .sorted { $0.location.range.start < $1.location.range.start }
    guard let line else { return try whole(file, resources, notes) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard line >= 1, line <= lines.count else {
      throw StoreError(
        .notFound, "\(file) has no line \(line) in revision \(id.prefix(12)), but \(lines.count)")
    }
    let place = "\(file):\(line)"
    guard
      let resource = resources.last(where: { Int($0.location.range.start.line) <= line }),
      let content = Value(canonical: resource.content),
      let pointer = resource.node?.pointer(at: line, in: content),
      !Self.isComment(lines[line - 1], at: line, resource, pointer, content)
    else {
      return Explanation(
        "\(place) made nothing live: it is a comment, a blank line or a line of form",
        links: notes, members: members(file, line, nil))
    }
    return try field(pointer, of: resource, place, notes, members(file, line, resource.key))
  }

  private func members(_ file: String, _ line: Int?, _ key: ResourceKey?) -> [Value.Member] {
    [
      .init("file", .string(file)), .init("line", line.map { .integer(Int64($0)) } ?? .null),
      .init("key", key.map { .string($0.description) } ?? .null),
    ]
  }

  /// Says what is wrong with a name that is no manifest of either revision.
  private func require(
    _ file: String, in live: GitRevision, or head: GitRevision?, _ roots: [String],
  ) throws {
    guard file.hasSuffix(".yaml") || file.hasSuffix(".yml") else {
      throw StoreError(
        .notFound, "\(file) is no manifest", hint: "manifests end in .yaml or .yml")
    }
    guard roots.contains(where: { $0.isEmpty || file.hasPrefix($0 + "/") }) else {
      throw StoreError(
        .notFound, "\(file) lies below no manifest root",
        hint: "roots: \(roots.joined(separator: ", "))")
    }
    if try live.text(of: file) != nil { return }
    if let head, try head.text(of: file) != nil { return }
    let files = Set(try store.records(kind: nil, name: nil).map(\.resource.location.file))
    throw StoreError(
      .notFound, "there is no file \(file) in the live revision, nor at the head",
      hint: Suggestion.didYouMean(file, among: files.sorted()) ?? "see what is live: writ get")
  }

  /// Whether a line says nothing itself, although it lies inside of something.
  private static func isComment(
    _ text: Substring, at line: Int, _ resource: Resource, _ pointer: JSONPointer,
    _ content: Value,
  ) -> Bool {
    let words = text.drop { $0 == " " || $0 == "\t" }
    guard words.isEmpty || words.hasPrefix("#") || words.hasPrefix("---") else { return false }
    // Inside a block of text such a line is part of the value.
    guard case .string(let value)? = content.value(at: pointer), value.contains("\n") else {
      return true
    }
    return resource.node?.line(of: pointer, in: content) == line
  }

  // MARK: Answers

  private func field(
    _ pointer: JSONPointer, of resource: Resource, _ place: String, _ notes: [Explanation.Link],
    _ members: [Value.Member],
  ) throws -> Explanation {
    let key = resource.key
    let name = pointer.dotted
    let members =
      members + [
        .init("pointer", .string(pointer.description)), .init("field", .string(name)),
      ]
    guard let record = try store.records(kind: key.kind, name: key.name).first else {
      return Explanation(
        "\(place) says \(name) of \(key), which is not live", links: notes,
        command: "writ explain --why-not \(key)", members: members)
    }
    guard record.resource.digest == resource.digest else {
      return Explanation(
        "\(place) says \(name) of \(key), but what is live of it is not what this revision says",
        links: notes, command: "writ explain \(key)", members: members)
    }
    let screen = try BlameView(workspace: workspace, store: store)
      .screen(of: key, field: pointer.description, isVerbose: false)
    var links = screen.entries.prefix(Self.fieldLimit).map(Self.link)
    if screen.entries.count > links.count {
      links.append(
        .init("more", "\(screen.entries.count - links.count) fields: writ blame \(key)"))
    }
    return Explanation(
      "\(place) made \(name) of \(key) live", links: links + notes, members: members)
  }

  private static func link(_ entry: BlameScreen.Entry) -> Explanation.Link {
    let value = entry.value.string ?? CanonicalJSON.text(of: entry.value)
    var words = "\(entry.pointer.dotted) = \(TextLayout.truncated(value, to: 60))"
    var members: [Value.Member] = [
      .init("field", .string(entry.pointer.dotted)),
      .init("pointer", .string(entry.pointer.description)), .init("value", entry.value),
      .init("liveAt", entry.liveAt.map { .string($0.description) } ?? .null),
    ]
    if let time = entry.liveAt { words += ", live since \(time)" }
    switch entry.source {
    case .edit(let actor):
      words += ", edited by \(actor)"
      members.append(.init("actor", .string(actor)))
    case .byDefault: words += ", by default"
    case .commit(let commit):
      words += ", set in \(commit.id.prefix(12))"
      if let subject = commit.subject, !subject.isEmpty { words += " \"\(subject)\"" }
      if let author = commit.author { words += " by \(author)" }
      members.append(.init("commit", .string(commit.id)))
    }
    return .init("is", words, .sorted(members))
  }

  private func whole(
    _ file: String, _ resources: [Resource], _ notes: [Explanation.Link],
  ) throws -> Explanation {
    var links: [Explanation.Link] = []
    for resource in resources {
      let key = resource.key
      let range = resource.location.range
      let record = try store.records(kind: key.kind, name: key.name).first
      let isSame = record?.resource.digest == resource.digest
      let state =
        record.map { isSame ? "live since \($0.appliedAt)" : "live, but not as this says" }
        ?? "not live"
      let commit = record?.origin.map {
        ", last changed in \($0.commit.prefix(12)) by \($0.author)"
      }
      links.append(
        .init(
          "line \(range.start.line)", "\(key), \(state)\(commit ?? "")",
          [
            "key": .string(key.description), "line": .integer(Int64(range.start.line)),
            "live": .bool(isSame),
          ]))
    }
    return Explanation(
      "\(file) made \(Number.text(links.count, "resource")) live", links: links + notes,
      members: members(file, nil, nil))
  }

  /// The file is new at the head: what it says is not live yet.
  private func onlyAtHead(
    _ file: String, _ line: Int?, _ head: GitRevision?,
  ) async throws -> Explanation {
    let resources = try head?.resources(inFiles: [file]) ?? []
    let wanted = resources.last { Int($0.location.range.start.line) <= line ?? 1 }
    let why = try await WhyNot(workspace: workspace, store: store)
      .explanation(of: wanted.map { .resource($0.key) } ?? .head)
    let what = wanted.map { "\($0.key)" } ?? "nothing that can be read"
    return Explanation(
      "\(file) is new at the head, \(head.map { String($0.revision.prefix(12)) } ?? ""): it says \(what), which is not live yet",
      links: [.init("state", why.headline, why.value)], command: why.command,
      members: members(file, line, wanted?.key))
  }
}
