package import Resources

/// Where every field of one live resource comes from.
///
/// A base mark, and exceptions where a field has another one. A mark holds for its field and for all
/// that is below it, up to a deeper exception. So a resource that one commit made needs no more
/// than the base.
package struct FieldOrigins: Hashable, Sendable {
  /// What set a field.
  package enum Mark: Hashable, Sendable {
    /// A commit, which went live with the journal event `sequence`.
    case commit(String, sequence: Int64)
    /// Somebody who wrote to the live state beside git, with the journal event `sequence`.
    case edit(actor: String, sequence: Int64)

    /// The journal event with which it went live.
    package var sequence: Int64 {
      switch self {
      case .commit(_, let sequence), .edit(_, let sequence): sequence
      }
    }

    /// The commit; nil for an edit.
    package var commit: String? { if case .commit(let id, _) = self { id } else { nil } }
  }

  /// A field that the base does not speak for.
  package struct Exception: Hashable, Sendable {
    package var pointer: JSONPointer
    package var mark: Mark
  }

  package private(set) var base: Mark
  /// Sorted by pointer; each differs from the mark that would hold without it.
  package private(set) var exceptions: [Exception] = []

  package init(base: Mark) { self.base = base }

  /// Every mark that some field has, each once.
  package var marks: Set<Mark> { Set(exceptions.map(\.mark)).union([base]) }

  /// What set the field at `pointer`.
  package func mark(at pointer: JSONPointer) -> Mark {
    var best: Exception?
    for exception in exceptions
    where pointer.tokens.starts(with: exception.pointer.tokens)
      && exception.pointer.tokens.count >= best?.pointer.tokens.count ?? 0
    {
      best = exception
    }
    return best?.mark ?? base
  }

  /// Gives the field at `pointer`, and all that is below it, one mark.
  package mutating func set(_ mark: Mark, at pointer: JSONPointer) {
    remove(at: pointer)
    if pointer.tokens.isEmpty {
      base = mark
      return
    }
    if self.mark(at: pointer) == mark { return }
    let place = exceptions.firstIndex { pointer < $0.pointer } ?? exceptions.endIndex
    exceptions.insert(Exception(pointer: pointer, mark: mark), at: place)
  }

  /// Forgets what was known of the field at `pointer` and of all that is below it.
  package mutating func remove(at pointer: JSONPointer) {
    exceptions.removeAll { $0.pointer.tokens.starts(with: pointer.tokens) }
  }
}

// MARK: Changes

extension FieldOrigins {
  /// The origins of a resource that is as `trace` says.
  package init(_ trace: ResourceTrace, sequence: Int64) {
    self.init(base: .commit(trace.origin.commit, sequence: sequence))
    take(trace.fields, sequence)
  }

  /// The origins of a resource that `change` creates.
  ///
  /// - Parameters:
  ///   - sequence: the journal event of the change.
  ///   - actor: who applies it, for a change that no commit stands behind.
  package init(creating change: Change, sequence: Int64, actor: String) {
    self.init(base: Self.mark(of: change, sequence, actor))
    take(change.fieldCommits, sequence)
  }

  /// The origins after `change` updated the resource.
  ///
  /// - Parameter old: the value before; asked for only where items of lists may have moved.
  package func updated(
    by change: Change, sequence: Int64, actor: String, old: () throws -> Value?,
  ) rethrows -> FieldOrigins {
    var result = try updated(
      by: change.fields, mark: Self.mark(of: change, sequence, actor), old: old
    ) { change.content.flatMap(Value.init(canonical:)) }
    result.take(change.fieldCommits, sequence)
    return result
  }

  /// The origins after something with the mark `mark` made `fields` what they are.
  ///
  /// `new` is asked for only where a field is gone.
  package func updated(
    by fields: [FieldChange], mark: Mark, old: () throws -> Value?, new: () throws -> Value?,
  ) rethrows -> FieldOrigins {
    var result = self
    if hasItems, fields.contains(where: { $0.old == nil || $0.new == nil }), let old = try old() {
      result.moveItems(fields, old)
    }
    for field in fields {
      if field.new != nil {
        result.set(mark, at: field.pointer)
        continue
      }
      if !hasItems || !field.pointer.isItem { result.remove(at: field.pointer) }
      // Whoever takes out the last member or item leaves an empty object or list.
      let parent = JSONPointer(field.pointer.tokens.dropLast())
      if try new()?.value(at: parent)?.isEmpty == true { result.set(mark, at: parent) }
    }
    return result
  }

  private mutating func take(_ commits: [FieldCommit], _ sequence: Int64) {
    // The shorter pointer first, because it clears what is below it.
    let marks = commits.flatMap { commit in
      commit.pointers.map { (pointer: $0, commit: commit.commit) }
    }.sorted { $0.pointer < $1.pointer }
    for (pointer, commit) in marks { set(.commit(commit, sequence: sequence), at: pointer) }
  }

  private static func mark(of change: Change, _ sequence: Int64, _ actor: String) -> Mark {
    change.origin.map { .commit($0.commit, sequence: sequence) }
      ?? .edit(actor: actor, sequence: sequence)
  }

  /// Whether an exception may stand at an item of a list.
  private var hasItems: Bool {
    exceptions.contains { $0.pointer.tokens.contains { JSONPointer.isIndex($0) } }
  }

  /// Moves the exceptions of the items behind those that came or went.
  ///
  /// `FieldChange.between` names the items that one list has more than the other right before the
  /// common tail.
  private mutating func moveItems(_ fields: [FieldChange], _ old: Value) {
    var lists: [JSONPointer: (first: Int, added: Int, removed: Int)] = [:]
    for field in fields where field.old == nil || field.new == nil {
      guard field.pointer.isItem, let index = field.pointer.tokens.last.flatMap({ Int($0) }) else {
        continue
      }
      let list = JSONPointer(field.pointer.tokens.dropLast())
      guard old.value(at: list)?.array != nil else {
        if field.new == nil { remove(at: field.pointer) }
        continue
      }
      var entry = lists[list] ?? (first: index, added: 0, removed: 0)
      entry.first = min(entry.first, index)
      if field.old == nil { entry.added += 1 } else { entry.removed += 1 }
      lists[list] = entry
    }
    for (list, entry) in lists {
      let depth = list.tokens.count
      exceptions = exceptions.compactMap { exception in
        var exception = exception
        let tokens = exception.pointer.tokens
        guard tokens.count > depth, tokens.starts(with: list.tokens),
          let index = Int(tokens[depth]), index >= entry.first
        else { return exception }
        if index < entry.first + entry.removed { return nil }
        exception.pointer.tokens[depth] = String(index + entry.added - entry.removed)
        return exception
      }
    }
    exceptions.sort { $0.pointer < $1.pointer }
  }
}

extension JSONPointer {
  static func isIndex(_ token: String) -> Bool {
    !token.isEmpty && token.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// Whether it may name an item of a list.
  var isItem: Bool { tokens.last.map(Self.isIndex) ?? false }
}

// MARK: Bytes

extension FieldOrigins {
  /// `{base: {commit, sequence}, fields: [{commit, pointers, sequence}]}`; an edit has `actor`.
  package var value: Value {
    var members: [Value.Member] = [.init("base", base.value)]
    if !exceptions.isEmpty {
      let groups = Dictionary(grouping: exceptions, by: \.mark)
      let sorted = groups.sorted { $0.value[0].pointer < $1.value[0].pointer }
      members.append(
        .init(
          "fields",
          .array(
            sorted.map { mark, exceptions in
              .sorted(
                (mark.value.members ?? []) + [
                  .init(
                    "pointers", .array(exceptions.map { .string($0.pointer.description) }))
                ])
            })))
    }
    return .object(members)
  }

  /// Reads what `value` wrote; nil for another form.
  package init?(_ value: Value) {
    guard let base = value["base"].flatMap(Mark.init) else { return nil }
    self.init(base: base)
    for group in value["fields"]?.array ?? [] {
      guard let mark = Mark(group), let pointers = group["pointers"]?.array else { return nil }
      for pointer in pointers.compactMap(\.string) {
        exceptions.append(Exception(pointer: JSONPointer(parsing: pointer), mark: mark))
      }
    }
    exceptions.sort { $0.pointer < $1.pointer }
  }
}

extension FieldOrigins.Mark {
  package var value: Value {
    switch self {
    case .commit(let id, let sequence):
      ["commit": .string(id), "sequence": .integer(sequence)]
    case .edit(let actor, let sequence):
      ["actor": .string(actor), "sequence": .integer(sequence)]
    }
  }

  package init?(_ value: Value) {
    guard let sequence = value["sequence"]?.integer else { return nil }
    if let id = value["commit"]?.string {
      self = .commit(id, sequence: sequence)
    } else if let actor = value["actor"]?.string {
      self = .edit(actor: actor, sequence: sequence)
    } else {
      return nil
    }
  }
}
