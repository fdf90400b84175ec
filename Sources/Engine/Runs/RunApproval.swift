import Kinds
package import Planning
package import Resources
package import Workflows

/// How people let an execution go on: the same decisions as those about changes.
package struct RunApproval: Sendable {
  /// What decisions name: the execution and what it runs.
  package let change: Digest
  package let key: ResourceKey
  private let actor: String

  package init(_ execution: Execution) {
    change = Digest(of: "execution \(execution.id) \(execution.jobDigest)".utf8)
    key = ResourceKey(kind: "Job", name: execution.job)
    actor = execution.actor
  }

  /// Who must agree.
  package struct Rule: Sendable {
    /// Roles of which an approver must have one; none means anybody.
    package var roles: [String] = []
    package var approvers = 1

    /// What the job says, or the command policies for which the execution waits.
    package init(for execution: Execution, _ transaction: any RunTransaction) throws(StoreError) {
      if execution.state == .awaitingApproval {
        let job = try transaction.live(ResourceKey(kind: Kind.job.name, name: execution.job))
        roles = job?.content["spec"]?["approval"]?["roles"]?.strings ?? []
        approvers = execution.approvers
        return
      }
      let fleet = Fleet(try transaction.live(kind: Kind.probe.name))
      for live in try transaction.live(kind: Kind.commandPolicy.name) {
        guard let policy = HostPolicy(live), policy.queues,
          execution.probes.contains(where: { policy.covers($0, in: fleet) })
        else { continue }
        roles += policy.approval?["roles"]?.strings ?? []
        approvers = max(approvers, Int(policy.approval?["approvers"]?.integer ?? 1))
      }
    }

    /// The people of the roles, as they are live; nil where anybody may approve.
    package func people(_ transaction: any RunTransaction) throws(StoreError) -> [Person]? {
      if roles.isEmpty { return nil }
      var people: [Person] = []
      for role in roles {
        let live = try transaction.live(ResourceKey(kind: Kind.role.name, name: role))
        people += (live?.content["spec"]?["people"]?.strings ?? []).compactMap { Person($0) }
      }
      return people
    }
  }

  package enum Judgement: Hashable, Sendable {
    case approves
    case rejects
    case doesNotCount(String)
  }

  /// What a decision means for it.
  ///
  /// - Parameter people: those who have one of the roles; nil where anybody may approve.
  package func judge(
    _ decision: ApprovalDecision, people: [Person]?, at now: Timestamp,
  ) -> Judgement {
    if decision.answer == .reject { return .rejects }
    if decision.expires <= now {
      return .doesNotCount("the approval of \(decision.person) ran out at \(decision.expires)")
    }
    if let refusal = refusal(of: decision.person, people: people) { return .doesNotCount(refusal) }
    return .approves
  }

  /// Why an approval of `person` would not count; nil where it would.
  package func refusal(of person: Person, people: [Person]?) -> String? {
    let requester = actor.split(separator: ":").last.map(String.init) ?? actor
    if person.mayBe(name: requester, email: requester) {
      return "\(person) asked for it and cannot approve it"
    }
    guard let people else { return nil }
    return people.contains(person) ? nil : "\(person) is not in the roles that may approve it"
  }
}
