package import Planning
package import Resources

/// Everything that is told about the difference between two states.
package struct DiffScreen: Sendable {
  /// One of the two states.
  package struct Side: Sendable {
    /// What the user wrote.
    package var name: String
    /// `live`, `past`, `desired` or `planned`.
    package var kind: String
    /// How it was found.
    package var words: String
    package var revision: String?
    package var root: Digest
    package var sequence: Int64?
    package var time: Timestamp?

    package init(
      name: String, kind: String, words: String, revision: String?, root: Digest,
      sequence: Int64?, time: Timestamp?,
    ) {
      self.name = name
      self.kind = kind
      self.words = words
      self.revision = revision
      self.root = root
      self.sequence = sequence
      self.time = time
    }

    package var value: Value {
      [
        "moment": .string(name), "kind": .string(kind), "found": .string(words),
        "revision": revision.map { .string($0) } ?? .null, "stateRoot": .string(root.description),
        "sequence": sequence.map { .integer($0) } ?? .null,
        "time": time.map { .string($0.description) } ?? .null,
      ]
    }
  }

  package var from: Side
  package var to: Side
  package var changes: [Change]
  package var asideCount: Int
  package var unchangedCount: Int
  /// What else is worth knowing, a line each.
  package var notes: [String]
  /// The command that shows what is folded.
  package var verboseCommand: String

  package init(
    from: Side, to: Side, changes: [Change], asideCount: Int, unchangedCount: Int,
    notes: [String] = [], verboseCommand: String = "writ diff -v",
  ) {
    self.from = from
    self.to = to
    self.changes = changes
    self.asideCount = asideCount
    self.unchangedCount = unchangedCount
    self.notes = notes
    self.verboseCommand = verboseCommand
  }

  /// 0 the same, 2 different.
  package var exitCode: Int32 { changes.isEmpty ? 0 : 2 }

  func count(of action: Change.Action) -> Int { changes.count { $0.action == action } }

  /// The difference as a document; its changes are those of a plan's document.
  package var value: Value {
    let counts = Change.Action.inTotals.map {
      Value.Member($0.rawValue, .integer(Int64(count(of: $0))))
    }
    return [
      "formatVersion": 1, "from": from.value, "to": to.value, "same": .bool(changes.isEmpty),
      "exitCode": .integer(Int64(exitCode)),
      "summary": .sorted(counts + [.init("unchanged", .integer(Int64(unchangedCount)))]),
      "changes": .array(changes.map { PlanJSON.value($0) }),
      "notes": .array(notes.map { .string($0) }),
    ]
  }
}
