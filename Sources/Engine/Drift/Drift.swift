package import Resources
package import Workflows

/// A live resource that is not what was applied.
package struct Drift: Hashable, Sendable {
  /// A break-glass edit: a drift that somebody answers for, until it expires.
  package struct Edit: Hashable, Sendable {
    package var owner: String
    package var reason: String
    package var expiresAt: Timestamp

    package init(owner: String, reason: String, expiresAt: Timestamp) {
      self.owner = owner
      self.reason = reason
      self.expiresAt = expiresAt
    }
  }

  package var key: ResourceKey
  /// What was applied; nil where the resource was not live.
  package var applied: ResourceTransition.Side?
  /// What is there now; nil where the resource is gone.
  package var actual: ResourceTransition.Side?
  /// The canonical bytes of both, as far as they are at hand.
  package var appliedContent: [UInt8]?
  package var actualContent: [UInt8]?
  /// When Writ noticed; nil where it is not on record yet.
  package var noticedAt: Timestamp?
  /// When it was written, as far as that is known.
  package var changedAt: Timestamp?
  /// Through what: `update of resource`, `writ edit`, `full comparison`.
  package var operation: String
  package var edit: Edit?

  package init(
    key: ResourceKey, applied: ResourceTransition.Side?, actual: ResourceTransition.Side?,
    noticedAt: Timestamp?, changedAt: Timestamp?, operation: String, edit: Edit? = nil,
  ) {
    self.key = key
    self.applied = applied
    self.actual = actual
    self.noticedAt = noticedAt
    self.changedAt = changedAt
    self.operation = operation
    self.edit = edit
  }
}

extension Drift {
  /// How it came, in a few words.
  package var words: String {
    edit.map { "edited by \($0.owner) until \($0.expiresAt.wholeSeconds): \($0.reason)" }
      ?? operation
  }
}
