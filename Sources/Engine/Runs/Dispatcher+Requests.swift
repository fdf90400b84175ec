import Logging
import Planning
import Resources
import Workflows

/// What commands and applies asked for.
extension Dispatcher {
  /// - Returns: the requests that are done.
  func take(
    _ requests: [RunRequest], _ now: Timestamp, _ transaction: any RunTransaction,
    _ turn: inout DispatchTurn,
  ) throws(StoreError) -> [RunRequest] {
    var done: [RunRequest] = []
    var judges = false
    for request in requests {
      switch request.action {
      case .start(let start): try self.start(start, request, now, &turn)
      case .stop(let scope, let mode):
        apply(
          .stop(scope, mode, by: request.actor, reason: mode == .kill ? .killed : .canceled), now,
          &turn)
      case .revoked(let job, let isDeleted):
        // The job may be there again, and unrevoked.
        if world.isRevoked(job) { apply(.revoked(job: job, by: request.actor), now, &turn) }
        if isDeleted { apply(.jobDeleted(job, by: request.actor), now, &turn) }
      case .judge: judges = true
      case .backfill:
        guard try backfill(request, now, transaction, &turn) else { continue }
      }
      done.append(request)
    }
    // Jobs, probes, policies: whatever waits may go on, or end.
    if judges { apply(.recovered(builtIn: []), now, &turn) }
    if judges || !requests.isEmpty { try judgeHeld(now, transaction, &turn) }
    return done
  }

  private func start(
    _ start: RunRequest.Start, _ request: RunRequest, _ now: Timestamp, _ turn: inout DispatchTurn,
  ) throws(StoreError) {
    guard let job = world.liveJob(start.job) else {
      logger.notice(
        "a job that was to run is gone",
        metadata: ["job": .string(start.job), "execution": .stringConvertible(start.id)])
      return
    }
    let probes = world.fleet.resolve([job.targets] + (start.targets.map { [$0] } ?? []))
    apply(
      .start(
        NewExecution(
          id: start.id, job: job.definition, trigger: start.trigger, actor: request.actor,
          probes: probes, startAt: now, deadline: start.deadline)), now, &turn)
  }

  // MARK: Approvals

  /// Lets go on what people have approved meanwhile, and ends what they rejected.
  private func judgeHeld(
    _ now: Timestamp, _ transaction: any RunTransaction, _ turn: inout DispatchTurn,
  ) throws(StoreError) {
    for id in held.sorted() {
      guard let execution = book?.execution(id) else { continue }
      let approval = RunApproval(execution)
      let decisions = try transaction.decisions(on: approval.change)
      if decisions.isEmpty { continue }
      let rule = try RunApproval.Rule(for: execution, transaction)
      let people = try rule.people(transaction)
      var approvers: [Person] = []
      for decision in decisions.sorted(by: { $0.time < $1.time }) {
        switch approval.judge(decision, people: people, at: now) {
        case .rejects:
          apply(.rejected(id, by: decision.person.name, reason: decision.reason), now, &turn)
        case .approves where !approvers.contains(where: { $0.isSame(as: decision.person) }):
          approvers.append(decision.person)
          if execution.state == .awaitingApproval {
            apply(.approved(id, by: decision.person.name), now, &turn)
          } else if approvers.count >= rule.approvers {
            world.admitted.insert(id)
            apply(.approved(id, by: decision.person.name), now, &turn)
          }
        case .approves, .doesNotCount: break
        }
      }
    }
  }
}
