package import Resources

/// One entry of a plan.
package struct Change: Hashable, Sendable {
  package enum Action: String, Hashable, Sendable, CaseIterable {
    case create, update, delete, move
  }

  /// Why this entry is in the plan.
  package enum Reason: String, Hashable, Sendable {
    case added
    case edited
    case movedFile = "moved-file"
    /// The manifest's file is gone.
    case fileRemoved = "file-removed"
    /// The file is still there, the manifest is not.
    case removedFromFile = "removed-from-file"
    /// One of two states that are compared does not have it.
    case gone
    /// An operator asked for an earlier state.
    case rolledBack = "rolled-back"
    /// Somebody changed the live resource by other means; this puts back what git says.
    case drifted
    /// An operator changed the live resource in an emergency, by `writ edit`.
    case breakGlass = "break-glass"
    /// Git says now what somebody made of the live resource by other means.
    case adopted
  }

  package enum Risk: String, Hashable, Sendable, Comparable {
    case low, medium, high

    private var rank: Int { self == .low ? 0 : self == .medium ? 1 : 2 }
    package static func < (a: Risk, b: Risk) -> Bool { a.rank < b.rank }
  }

  package var key: ResourceKey
  package var action: Action
  package var reason: Reason
  package var risk: Risk
  package var before: Digest?
  package var after: Digest?
  /// Where the manifest is; for a delete, where it was.
  package var location: SourceLocation
  /// Where the manifest was, when it is another file now.
  package var previousFile: String?
  package var fields: [FieldChange]
  package var marks: Marks
  package var references: [Reference]
  package var claims: [Claim]
  package var origin: Origin?
  /// A resource of the same spec under another name: a delete names what replaces it, a create
  /// what it replaces.
  package var renamed: ResourceKey?
  /// The fields that other commits than the origin's set; the rest is the origin's.
  package var fieldCommits: [FieldCommit] = []
  /// The canonical bytes whose digest is `after`; nil for deletes and moves.
  package var content: [UInt8]?
}

/// One field that differs.
package struct FieldChange: Hashable, Sendable {
  package var pointer: JSONPointer
  /// Nil where the field is new.
  package var old: Value?
  /// Nil where the field is gone.
  package var new: Value?
  /// Where the new value stands; nil where it comes from a default or is gone.
  package var range: SourceRange?
}

/// A resource that means the same but stands at another place in its file.
package struct Relocation: Hashable, Sendable {
  package var key: ResourceKey
  package var location: SourceLocation
  package var references: [Reference]
  package var claims: [Claim]
}

extension FieldChange {
  /// The fields in which two values differ, in the order of their pointers.
  ///
  /// Objects are compared member by member; lists without their common head and tail, item by item.
  package static func between(_ old: Value, _ new: Value) -> [FieldChange] {
    var changes: [FieldChange] = []
    collect(old, new, at: JSONPointer(), into: &changes)
    return changes
  }

  private static func collect(
    _ old: Value, _ new: Value, at pointer: JSONPointer, into changes: inout [FieldChange],
  ) {
    if old == new { return }
    switch (old, new) {
    case (.object(let a), .object(let b)):
      var i = 0
      var j = 0
      while i < a.count || j < b.count {
        if j == b.count || (i < a.count && a[i].key.utf8.lexicographicallyPrecedes(b[j].key.utf8)) {
          changes.append(
            FieldChange(pointer: pointer.appending(a[i].key), old: a[i].value, new: nil))
          i += 1
        } else if i == a.count || b[j].key.utf8.lexicographicallyPrecedes(a[i].key.utf8) {
          changes.append(
            FieldChange(pointer: pointer.appending(b[j].key), old: nil, new: b[j].value))
          j += 1
        } else {
          collect(a[i].value, b[j].value, at: pointer.appending(a[i].key), into: &changes)
          i += 1
          j += 1
        }
      }
    case (.array(let a), .array(let b)):
      var head = 0
      while head < a.count, head < b.count, a[head] == b[head] { head += 1 }
      var tail = 0
      while tail < a.count - head, tail < b.count - head,
        a[a.count - 1 - tail] == b[b.count - 1 - tail]
      {
        tail += 1
      }
      for index in head..<max(a.count, b.count) - tail {
        let place = pointer.appending(index)
        switch (index < a.count - tail, index < b.count - tail) {
        case (true, true): collect(a[index], b[index], at: place, into: &changes)
        case (true, false): changes.append(FieldChange(pointer: place, old: a[index], new: nil))
        case (false, true): changes.append(FieldChange(pointer: place, old: nil, new: b[index]))
        case (false, false): break
        }
      }
    default: changes.append(FieldChange(pointer: pointer, old: old, new: new))
    }
  }
}
