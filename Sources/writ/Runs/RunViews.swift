import Actions
import Engine
import Rendering
import Resources
import Workflows

/// Runs as text and as JSON.
enum RunView {
  static func value(_ run: Run) -> Value {
    var members: [Value.Member] = [
      .init("attempt", .integer(Int64(run.id.attempt))),
      .init("createdAt", .string(run.createdAt.description)),
      .init("execution", .string(run.id.execution.description)),
      .init("exitCode", run.exitCode.map { .integer(Int64($0)) } ?? .null),
      .init("job", .string(run.job)), .init("message", text(run.message)),
      .init("notBefore", time(run.notBefore)), .init("probe", .string(run.id.probe)),
      .init("reason", text(run.reason?.rawValue)), .init("run", .string(run.id.description)),
      .init("signal", text(run.signal.map { SignalNumber.name($0) })),
      .init("startedAt", time(run.startedAt)), .init("endedAt", time(run.endedAt)),
      .init("state", .string(run.state.rawValue)),
      .init("stderrBytes", .integer(run.stderrBytes)),
      .init("stdoutBytes", .integer(run.stdoutBytes)),
    ]
    if let usage = run.usage {
      members.append(
        .init(
          "usage",
          [
            "maxResidentBytes": .integer(usage.maxResidentBytes),
            "systemSeconds": .number(usage.systemCPU / .seconds(1)),
            "userSeconds": .number(usage.userCPU / .seconds(1)),
          ]))
    }
    return .sorted(members)
  }

  static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }

  static func time(_ time: Timestamp?) -> Value { text(time?.description) }

  /// The totals of every state, also of those that no run is in.
  static func totals(_ totals: [RunState: Int]) -> Value {
    .sorted(
      RunState.allCases.map { .init($0.rawValue, .integer(Int64(totals[$0] ?? 0))) }
        + [.init("all", .integer(Int64(totals.values.reduce(0, +))))])
  }

  static func role(_ state: RunState) -> Style.Role {
    switch state {
    case .success: .create
    case .failed, .timedOut, .lost, .denied: .delete
    case .canceled, .skipped: .dim
    case .queued, .pending, .running: .update
    }
  }

  /// One line for each run, and its reason below where the line has no room for it.
  ///
  /// - Parameter isOneJob: whether all are of a job that is named elsewhere.
  static func table(
    _ runs: [Run], now: Timestamp, width: Int, style: Style, isOneJob: Bool = false,
  ) -> [String] {
    let table = Table(
      [
        .init("RUN", isWhole: true), .init("JOB"), .init("STATE", isWhole: true),
        .init("WHEN", isWhole: true), .init("TOOK", alignment: .right, isWhole: true),
      ].filter { !isOneJob || $0.title != "JOB" },
      rows: runs.map { run in
        let cells: [Table.Cell?] = [
          .init(run.id.description), isOneJob ? nil : .init(run.job),
          .init(run.state.rawValue, role(run.state)),
          .init(RelativeTime.text(run.startedAt ?? run.createdAt, now: now)),
          .init(took(run, now: now)),
        ]
        return cells.compactMap(\.self)
      })
    return table.lines(reasons: runs.map(why), width: width, style: style)
  }

  /// How long it ran, or has been running.
  static func took(_ run: Run, now: Timestamp) -> String {
    guard let start = run.startedAt else { return "" }
    let nanoseconds = max(0, (run.endedAt ?? now).nanoseconds - start.nanoseconds)
    return length(nanoseconds)
  }

  /// A length of time in three digits or so.
  static func length(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    if milliseconds < 60_000 {
      return "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s"
    }
    return TimeSpan.seconds(milliseconds / 1000).description
  }

  /// Why it is in its state, as far as the state does not say.
  static func why(_ run: Run) -> String {
    if let message = run.message { return message }
    if let signal = run.signal { return "signal \(SignalNumber.name(signal))" }
    if let code = run.exitCode, run.state != .success { return "exit code \(code)" }
    if let until = run.notBefore, run.state == .queued {
      return "\(run.reason?.rawValue ?? "waits") until \(until.wholeSeconds)"
    }
    return run.reason?.rawValue ?? ""
  }

  /// `12 success, 1 failed`, the states that there are.
  static func summary(_ totals: [RunState: Int]) -> String {
    let parts = RunState.allCases.compactMap { state in
      totals[state].flatMap { $0 > 0 ? "\($0) \(state.rawValue)" : nil }
    }
    return parts.isEmpty ? "no runs" : parts.joined(separator: ", ")
  }
}

/// Executions as text and as JSON.
enum ExecutionView {
  static func value(_ execution: Execution) -> Value {
    var members: [Value.Member] = [
      .init("actor", .string(execution.actor)),
      .init("approvedBy", .array(execution.approvedBy.map { .string($0) })),
      .init("approvers", .integer(Int64(execution.approvers))),
      .init("createdAt", .string(execution.createdAt.description)),
      .init("deadline", RunView.time(execution.deadline)),
      .init("endedAt", RunView.time(execution.endedAt)),
      .init("execution", .string(execution.id.description)),
      .init("failed", .integer(Int64(execution.failedCount))),
      .init(
        "failureBudget", execution.failureBudget.map { .integer(Int64($0)) } ?? .null),
      .init("job", .string(execution.job)),
      .init("jobDigest", .string(execution.jobDigest.description)),
      .init("probes", .array(execution.probes.map { .string($0) })),
      .init("startAt", .string(execution.startAt.description)),
      .init("state", .string(execution.state.rawValue)),
      .init("stopReason", RunView.text(execution.stopReason)),
      .init("trigger", .string(execution.trigger.word)),
      .init("wave", .integer(Int64(execution.wave + 1))),
      .init("waves", .array(execution.waves.map { .integer(Int64($0.end)) })),
    ]
    if let schedule = execution.trigger.schedule {
      members.append(.init("schedule", .string(schedule)))
    }
    if case .retry(let id) = execution.trigger {
      members.append(.init("retryOf", .string(id.description)))
    }
    return .sorted(members)
  }

  /// Why an execution was stopped, in words.
  static func stopWords(_ reason: String) -> String {
    switch Run.Reason(rawValue: reason) {
    case .failureBudget: "too many probes failed"
    case .jobDeleted: "the job was deleted"
    case .revoked: "the job is revoked"
    default: reason
    }
  }

  static func lines(
    _ execution: Execution, _ runs: [Run], now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    var totals: [RunState: Int] = [:]
    for run in runs { totals[run.state, default: 0] += 1 }
    var lines = [
      "execution \(execution.id) of Job/\(execution.job): \(execution.state.rawValue)",
      "asked for by \(execution.actor) (\(execution.trigger.word)) at \(execution.createdAt.wholeSeconds)",
      "\(execution.probes.count) probe\(execution.probes.count == 1 ? "" : "s"), runs: \(RunView.summary(totals))",
    ]
    if execution.waves.count > 1 {
      let ends = execution.waves.map { "\($0.end)" }.joined(separator: ", ")
      lines.append(
        "wave \(min(execution.wave + 1, execution.waves.count)) of \(execution.waves.count) (probes served after each: \(ends))"
      )
    }
    if let budget = execution.failureBudget {
      lines.append("failed probes: \(execution.failedCount); \(budget) may fail")
    }
    if let reason = execution.stopReason {
      lines.append("no further run is started: \(stopWords(reason))")
    }
    if execution.state == .awaitingApproval {
      lines.append(
        "waits for approval: \(execution.approvedBy.count) of \(execution.approvers); agree with: writ approve \(execution.id)"
      )
    }
    return lines.map { TextLayout.escaped($0) } + [""]
      + RunView.table(runs, now: now, width: width, style: style, isOneJob: true)
  }
}
