package import Resources

/// Which commits made a resource what it is at the head, as far as a plan changes it.
package struct ResourceTrace: Hashable, Sendable {
  /// The newest of these commits.
  package var origin: Origin
  /// The fields that other commits set; what is not named here is the origin's.
  package var fields: [FieldCommit]

  package init(origin: Origin, fields: [FieldCommit] = []) {
    self.origin = origin
    self.fields = fields
  }
}

/// Fields that one commit set.
package struct FieldCommit: Hashable, Sendable {
  /// The full commit id.
  package var commit: String
  /// Where they stand, each with all that is below it; the empty pointer is the whole resource.
  package var pointers: [JSONPointer]

  package init(commit: String, pointers: [JSONPointer]) {
    self.commit = commit
    self.pointers = pointers
  }

  package var value: Value {
    [
      "commit": .string(commit),
      "pointers": .array(pointers.map { .string($0.description) }),
    ]
  }

  package init?(_ value: Value) {
    guard let commit = value["commit"]?.string, let pointers = value["pointers"]?.array else {
      return nil
    }
    self.init(
      commit: commit, pointers: pointers.compactMap(\.string).map { JSONPointer(parsing: $0) })
  }
}
