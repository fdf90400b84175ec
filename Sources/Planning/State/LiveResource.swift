package import Resources

/// A resource that is in force, as the store has it.
package struct LiveResource: Sendable {
  package var key: ResourceKey
  package var digest: Digest
  package var location: SourceLocation
  package var marks: Marks
  /// Its manifest is gone and it stays all the same, because of `writ/prune: "false"`.
  package var isOrphaned: Bool
  package var references: [Reference]
  package var claims: [Claim]
  /// Canonical bytes; nil where the reader had no need of them.
  package var content: [UInt8]?

  package init(
    key: ResourceKey, digest: Digest, location: SourceLocation, marks: Marks,
    isOrphaned: Bool = false, references: [Reference] = [], claims: [Claim] = [],
    content: [UInt8]? = nil,
  ) {
    self.key = key
    self.digest = digest
    self.location = location
    self.marks = marks
    self.isOrphaned = isOrphaned
    self.references = references
    self.claims = claims
    self.content = content
  }
}

/// A live resource that names another one.
package struct Referrer: Hashable, Sendable {
  package var key: ResourceKey
  package var target: ResourceKey
  package var pointer: JSONPointer
  package var location: SourceLocation

  package init(
    key: ResourceKey, target: ResourceKey, pointer: JSONPointer, location: SourceLocation,
  ) {
    self.key = key
    self.target = target
    self.pointer = pointer
    self.location = location
  }
}

/// A live resource that holds a claim.
package struct ClaimHolder: Hashable, Sendable {
  package var key: ResourceKey
  package var claim: String
  package var location: SourceLocation

  package init(key: ResourceKey, claim: String, location: SourceLocation) {
    self.key = key
    self.claim = claim
    self.location = location
  }
}

/// What the live state is, in a few words and numbers.
package struct LiveSummary: Hashable, Sendable {
  /// The revision whose snapshot the live state is; nil before the first apply.
  package var revision: String?
  package var root: Digest
  /// How many resources of each kind are live.
  package var counts: [String: Int]

  package init(revision: String?, root: Digest, counts: [String: Int]) {
    self.revision = revision
    self.root = root
    self.counts = counts
  }

  package static let empty = LiveSummary(revision: nil, root: StateTree.emptyRoot, counts: [:])

  package var total: Int { counts.values.reduce(0, +) }
}
