package import Resources

/// What somebody said of a change.
package struct ApprovalDecision: Hashable, Sendable {
  package enum Answer: String, Hashable, Sendable { case approve, reject }

  package var change: Digest
  package var key: ResourceKey
  package var person: Person
  package var answer: Answer
  package var reason: String
  package var time: Timestamp
  /// When it no longer counts; a rejection stands until it is taken back.
  package var expires: Timestamp
  /// Who ran the command, which need not be the person.
  package var actor: String

  package init(
    change: Digest, key: ResourceKey, person: Person, answer: Answer, reason: String,
    time: Timestamp, expires: Timestamp, actor: String = "",
  ) {
    self.actor = actor
    self.change = change
    self.key = key
    self.person = person
    self.answer = answer
    self.reason = reason
    self.time = time
    self.expires = expires
  }
}
