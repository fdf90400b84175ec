import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// One person's word about executions that wait for approval.
enum RunDecision {
  /// - Returns: whether executions are named; else it is about changes.
  static func handles(
    _ options: DecisionOptions, _ answer: ApprovalDecision.Answer, reason: String,
    withdraws: Bool = false,
  ) async throws -> Bool {
    let ids = options.what.filter { ExecutionID($0) != nil }
    if ids.isEmpty { return false }
    guard ids.count == options.what.count else {
      throw SettingsError("executions and changes cannot be named together")
    }
    let desk = try RunDesk(try options.source.workspace(options.common))
    let person = try ApprovalDesk.person(options.name)
    let reason = try ApprovalDesk.checked(reason: reason)
    let time = desk.workspace.wall.now()
    var decisions: [ApprovalDecision] = []
    for id in ids {
      let execution = try desk.service.find(id).execution
      guard !execution.state.isTerminal else {
        throw StoreError(
          .stale, "the execution \(execution.id) has ended: \(execution.state.rawValue)")
      }
      let approval = RunApproval(execution)
      if answer == .approve, !withdraws,
        let refusal = approval.refusal(
          of: person, people: try desk.service.approvers(of: execution))
      {
        throw StoreError(.blocked, refusal)
      }
      decisions.append(
        ApprovalDecision(
          change: approval.change, key: approval.key, person: person, answer: answer,
          reason: reason, time: time,
          expires: Timestamp(
            nanoseconds: time.nanoseconds + desk.workspace.settings.approvalTime.nanoseconds),
          actor: Process.actor))
    }
    if withdraws {
      _ = try desk.store.withdraw(decisions, actor: Process.actor, reason: reason, at: time)
    } else {
      try desk.store.decide(decisions, at: time)
    }
    try desk.service.judge()
    try await desk.settle()
    try show(
      desk, ids, withdraws ? "withdrawn" : answer == .approve ? "approved" : "rejected", options)
    return true
  }

  private static func show(
    _ desk: RunDesk, _ ids: [String], _ verb: String, _ options: DecisionOptions,
  ) throws {
    let executions = try ids.map { try desk.service.find($0).execution }
    switch options.output.format {
    case .json:
      Terminal.writeJSON([
        "executions": .array(executions.map(ExecutionView.value)), "formatVersion": 1,
        "result": .string(verb),
      ])
    case .text where !options.common.quiet:
      for execution in executions {
        Terminal.writeLine(
          "\(verb) the execution \(execution.id) of Job/\(execution.job): \(execution.state.rawValue)"
        )
      }
    case .text: break
    }
  }
}
