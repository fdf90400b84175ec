package import Resources

/// Who said what of which change, judged at a moment.
package struct ApprovalLedger: Sendable {
  private let decisions: [Digest: [ApprovalDecision]]
  /// The people of each role that is live.
  private let roles: [String: [Person]]
  /// Who signed commits, by commit, beside those who wrote them.
  private let signers: [String: String]

  package init(
    _ decisions: [ApprovalDecision], roles: [String: [Person]], signers: [String: String] = [:],
  ) {
    self.decisions = Dictionary(grouping: decisions, by: \.change)
    self.roles = roles
    self.signers = signers
  }

  /// The requirements of `plan` as they stand at `time`, in their order.
  package func standings(for plan: Plan, at time: Timestamp) -> [ApprovalStanding] {
    if plan.approvals.isEmpty { return [] }
    let changes = Dictionary(plan.changes.map { ($0.key, $0) }) { first, _ in first }
    return plan.approvals.map { requirement in
      let authors = changes[requirement.key].map { plan.authors(of: $0) } ?? []
      return standing(requirement, writtenBy: authors, at: time)
    }
  }

  /// The requirements of `plan` that are not met at `time`, in their order.
  package func missing(for plan: Plan, at time: Timestamp) -> [ApprovalStanding] {
    standings(for: plan, at: time).filter { !$0.isMet }
  }

  private func standing(
    _ requirement: ApprovalRequirement, writtenBy authors: [Plan.Author], at time: Timestamp,
  ) -> ApprovalStanding {
    var result = ApprovalStanding(
      requirement: requirement,
      isWaived: requirement.exception.map { time < $0.expires } ?? false)
    let said = (decisions[requirement.change] ?? []).filter { $0.key == requirement.key }
      .sorted { ($0.time, $0.person.name) < ($1.time, $1.person.name) }
    for decision in said {
      let person = decision.person
      if decision.answer == .reject {
        result.rejectedBy.append(decision)
      } else if decision.expires <= time {
        result.refused.append("the approval of \(person) ran out at \(decision.expires)")
      } else if let reason = refusal(of: person, requirement, writtenBy: authors) {
        result.refused.append(reason)
      } else if let same = result.approvedBy.first(where: { $0.person.isSame(as: person) }) {
        result.refused.append("\(person) and \(same.person) count as one person")
      } else {
        result.approvedBy.append(decision)
      }
    }
    return result
  }

  /// Why an approval of `person` would not count for `requirement` of `plan`; nil where it would.
  package func refusal(
    of person: Person, _ requirement: ApprovalRequirement, in plan: Plan,
  ) -> String? {
    let authors =
      plan.changes.first { $0.key == requirement.key }.map { plan.authors(of: $0) } ?? []
    return refusal(of: person, requirement, writtenBy: authors)
  }

  private func refusal(
    of person: Person, _ requirement: ApprovalRequirement, writtenBy authors: [Plan.Author],
  ) -> String? {
    if authors.isEmpty {
      return "who wrote the change is not known, so nobody can be told from its author"
    }
    for author in authors {
      if person.mayBe(name: author.name, email: author.email) {
        return "\(person) may be \(author.words) and cannot approve it"
      }
      if let signer = signers[author.commit], person.mayBe(name: signer, email: signer) {
        return "\(person) signed commit \(author.commit.prefix(12)) and cannot approve it"
      }
    }
    if requirement.roles.isEmpty { return nil }
    let people = requirement.roles.flatMap { roles[$0] ?? [] }
    if people.contains(person) { return nil }
    let names = requirement.roles.joined(separator: " or ")
    if let other = people.first(where: { $0.isSame(as: person) }) {
      return "\(person) is not in \(names), but \(other) is"
    }
    let missing = requirement.roles.filter { roles[$0] == nil }
    return missing.count == requirement.roles.count
      ? "\(person) is not in \(names): no such Role is live" : "\(person) is not in \(names)"
  }

  /// The people of `role`, where it is live.
  package func people(of role: String) -> [Person]? { roles[role] }
}

/// A requirement, and what came of it so far.
package struct ApprovalStanding: Hashable, Sendable {
  package var requirement: ApprovalRequirement
  /// Whether an exception covers it at this moment.
  package var isWaived = false
  /// The approvals that count.
  package var approvedBy: [ApprovalDecision] = []
  package var rejectedBy: [ApprovalDecision] = []
  /// Approvals that do not count, each with why.
  package var refused: [String] = []

  package init(requirement: ApprovalRequirement, isWaived: Bool = false) {
    self.requirement = requirement
    self.isWaived = isWaived
  }

  package var isMet: Bool {
    isWaived || rejectedBy.isEmpty && approvedBy.count >= requirement.approvers
  }

  /// How far it is: `1 of 2 approvals of operator: ben`, or who rejected it.
  package var progress: String {
    if isWaived, let exception = requirement.exception {
      return
        "waived until \(exception.expires) by the exception \(exception.name) of \(exception.owner)"
    }
    if !rejectedBy.isEmpty { return "rejected by \(Self.list(rejectedBy, withReasons: true))" }
    let count = requirement.approvers
    let roles =
      requirement.roles.isEmpty ? "" : " of \(requirement.roles.joined(separator: " or "))"
    return "\(approvedBy.count) of \(count) approval\(count == 1 ? "" : "s")\(roles)"
      + (approvedBy.isEmpty ? "" : ": \(Self.list(approvedBy, withReasons: false))")
  }

  /// The command that adds to it, or takes back what stands against it.
  package var command: String {
    let digits = requirement.change.abbreviated
    guard let rejection = rejectedBy.first else { return "writ approve \(digits) --as NAME" }
    return "writ approve \(digits) --withdraw --as \(rejection.person)"
  }

  /// What is missing, in words.
  package var message: String {
    ([requirement.message, progress] + refused).joined(separator: "; ")
  }

  private static func list(_ decisions: [ApprovalDecision], withReasons: Bool) -> String {
    decisions.map { decision in
      let reason = withReasons && !decision.reason.isEmpty ? ": \(decision.reason)" : ""
      return decision.speaker + reason
    }.joined(separator: ", ")
  }
}

extension ApprovalDecision {
  /// The person, with who ran the command where that is somebody else.
  package var speaker: String {
    let login = actor.hasPrefix("cli:") ? String(actor.dropFirst(4)) : actor
    if login.isEmpty || Person(login).map({ $0.isSame(as: person) }) == true { return person.name }
    return "\(person.name) (via \(login))"
  }
}

extension Plan {
  /// Somebody who wrote, committed or brought in a part of a change.
  package struct Author: Hashable, Sendable {
    package var commit: String
    package var name: String
    package var email: String

    var words: String { "\(name) <\(email)>, who wrote commit \(commit.prefix(12))" }
  }

  /// Everybody who wrote or committed a part of `change`, as far as the plan knows.
  package func authors(of change: Change) -> [Author] {
    var ids = Set(change.fieldCommits.map(\.commit))
    if let origin = change.origin { ids.insert(origin.commit) }
    var result: [Author] = []
    for record in commits where ids.contains(record.commit) {
      for person in [record.author, record.committer] {
        let author = Author(commit: record.commit, name: person.name, email: person.email)
        if result.last != author { result.append(author) }
      }
    }
    if let origin = change.origin, !commits.contains(where: { $0.commit == origin.commit }) {
      result.append(Author(commit: origin.commit, name: origin.author, email: origin.email))
    }
    return result
  }
}
