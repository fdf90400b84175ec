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

  package init(
    change: Digest, key: ResourceKey, person: Person, answer: Answer, reason: String,
    time: Timestamp, expires: Timestamp,
  ) {
    self.change = change
    self.key = key
    self.person = person
    self.answer = answer
    self.reason = reason
    self.time = time
    self.expires = expires
  }
}

/// Somebody who approves, or who wrote a commit.
///
/// Two are taken for one person as soon as they could be: `ana`, `Ana`, `ana@example.com`. That
/// errs on the side of asking one more person.
package struct Person: Hashable, Sendable, CustomStringConvertible {
  /// As it was said, with small letters.
  package let name: String

  /// The name of somebody who approves; nil for one that is not plain ASCII, which could look like
  /// somebody else's.
  package init?(_ text: String) {
    guard let name = try? TextFormat.person.canonicalize(text) else { return nil }
    self.name = name.lowercased()
  }

  package var description: String { name }

  /// The part of an address before the `@`, or the whole name.
  private var short: Substring { name.prefix { $0 != "@" } }

  package func isSame(as other: Person) -> Bool { short == other.short }

  /// Whether this may be who wrote as `name` and `email`.
  package func mayBe(name author: String, email: String) -> Bool {
    let words = author.lowercased()
    return short == email.lowercased().prefix { $0 != "@" } || self.name == words
      || words.split(separator: " ").joined(separator: ".") == short
  }
}

/// Who said what of which change, judged at a moment.
package struct ApprovalLedger: Sendable {
  private let decisions: [Digest: [ApprovalDecision]]
  /// The people of each role that is live.
  private let roles: [String: [Person]]

  package init(_ decisions: [ApprovalDecision], roles: [String: [Person]]) {
    self.decisions = Dictionary(grouping: decisions, by: \.change)
    self.roles = roles
  }

  /// A requirement that is not met yet.
  package struct Missing: Hashable, Sendable {
    package var requirement: ApprovalRequirement
    package var approvedBy: [Person]
    package var rejectedBy: [Person]
    /// Approvals that do not count, each with why.
    package var refused: [String]

    /// What is missing, in words.
    package var message: String {
      var parts = [requirement.message]
      if !rejectedBy.isEmpty {
        parts.append("rejected by \(Self.list(rejectedBy))")
      } else {
        let count = requirement.approvers
        let roles =
          requirement.roles.isEmpty ? "" : " of \(requirement.roles.joined(separator: " or "))"
        parts.append(
          "\(approvedBy.count) of \(count) approval\(count == 1 ? "" : "s")\(roles)"
            + (approvedBy.isEmpty ? "" : " (\(Self.list(approvedBy)))"))
      }
      return (parts + refused).joined(separator: "; ")
    }

    private static func list(_ people: [Person]) -> String {
      people.map(\.name).joined(separator: ", ")
    }
  }

  /// The requirements of `plan` that are not met at `time`, in their order.
  package func missing(for plan: Plan, at time: Timestamp) -> [Missing] {
    if plan.approvals.isEmpty { return [] }
    let changes = Dictionary(plan.changes.map { ($0.key, $0) }) { first, _ in first }
    return plan.approvals.compactMap { requirement in
      if let waiver = requirement.waiver, time < waiver.expires { return nil }
      let authors = changes[requirement.key].map { plan.authors(of: $0) } ?? []
      return missing(requirement, authors: authors, at: time)
    }
  }

  private func missing(
    _ requirement: ApprovalRequirement, authors: [CommitRecord.Person], at time: Timestamp,
  ) -> Missing? {
    var result = Missing(
      requirement: requirement, approvedBy: [], rejectedBy: [], refused: [])
    let said = (decisions[requirement.change] ?? []).filter { $0.key == requirement.key }
      .sorted { ($0.time, $0.person.name) < ($1.time, $1.person.name) }
    for decision in said {
      let person = decision.person
      if decision.answer == .reject {
        result.rejectedBy.append(person)
      } else if decision.expires <= time {
        result.refused.append("the approval of \(person) ran out at \(decision.expires)")
      } else if authors.contains(where: { person.mayBe(name: $0.name, email: $0.email) }) {
        result.refused.append("\(person) wrote it and cannot approve it")
      } else if !hasRole(person, of: requirement) {
        result.refused.append("\(person) is not in \(requirement.roles.joined(separator: " or "))")
      } else if let same = result.approvedBy.first(where: { $0.isSame(as: person) }) {
        result.refused.append("\(person) and \(same) count as one person")
      } else {
        result.approvedBy.append(person)
      }
    }
    let isMet = result.rejectedBy.isEmpty && result.approvedBy.count >= requirement.approvers
    return isMet ? nil : result
  }

  private func hasRole(_ person: Person, of requirement: ApprovalRequirement) -> Bool {
    if requirement.roles.isEmpty { return true }
    return requirement.roles.contains { (roles[$0] ?? []).contains(person) }
  }
}

extension Plan {
  /// Everybody who wrote or committed a part of `change`, as far as the plan knows.
  package func authors(of change: Change) -> [CommitRecord.Person] {
    var ids = Set(change.fieldCommits.map(\.commit))
    if let origin = change.origin { ids.insert(origin.commit) }
    var result: [CommitRecord.Person] = []
    for record in commits where ids.contains(record.commit) {
      result.append(record.author)
      result.append(record.committer)
    }
    if let origin = change.origin, !commits.contains(where: { $0.commit == origin.commit }) {
      result.append(
        CommitRecord.Person(name: origin.author, email: origin.email, time: origin.time))
    }
    return result
  }
}
