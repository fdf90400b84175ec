import Actions
import CEL
import Kinds
import Planning
import Resources
import Workflows

/// What probes reported.
extension Dispatcher {
  func take(
    _ reports: [DispatchIntake.Report], _ now: Timestamp, _ transaction: any RunTransaction,
    _ turn: inout DispatchTurn,
  ) throws(StoreError) {
    for report in reports {
      switch report.report {
      case .started: apply(.started(report.run, at: report.time), now, &turn)
      case .output(let chunk):
        let limit = flights[report.run] ?? 0
        try transaction.keep([
          RunOutput(run: report.run, time: report.time, chunk: chunk, limit: limit)
        ])
      case .finished(let result):
        let (result, isSuccess) = try judge(report.run, result, transaction)
        apply(.finished(report.run, result, isSuccess: isSuccess), now, &turn)
      }
    }
  }

  /// Whether the run counts as a success, by what its job says.
  private func judge(
    _ id: RunID, _ result: ActionResult, _ transaction: any RunTransaction,
  ) throws(StoreError) -> (ActionResult, Bool) {
    let isZero = result.exitCode == 0
    guard result.ending == .completed, let job = book?.execution(id.execution)?.job,
      let condition = world.liveJob(job)?.success
    else { return (result, isZero) }
    var run: [String: CELValue] = [
      "exitCode": .int(Int64(result.exitCode ?? -1)),
      "signal": .string(result.signal.map(SignalNumber.name) ?? ""),
      "attempt": .int(Int64(id.attempt)), "probe": .string(id.probe),
      "stdout": .string(""), "stderr": .string(""),
    ]
    run["duration"] = duration(id).map { .duration($0) }
    for stream in OutputChunk.Stream.allCases {
      let bytes = try transaction.output(of: id, stream)
      run[stream.rawValue] = .string(String(decoding: bytes, as: UTF8.self))
    }
    let bindings = CELBindings(
      ["run": .map(run)], in: ExpressionEnvironments.success)
    var result = result
    do throws(CELFailure) {
      return (result, try condition.holds(bindings, limit: Self.conditionLimit))
    } catch {
      result.message = "the condition of success could not be evaluated: \(error.message)"
      return (result, false)
    }
  }

  private static let conditionLimit = 1_000_000

  private func duration(_ id: RunID) -> CELDuration? {
    let started = book?.lastRuns(of: id.execution).first { $0.id == id }?.startedAt
    let now = wall.now()
    let nanoseconds = max(0, now.nanoseconds - (started ?? now).nanoseconds)
    return CELDuration(
      seconds: nanoseconds / 1_000_000_000, nanos: nanoseconds % 1_000_000_000)
  }

  /// Remembers on which probes schedules had a success, for those that run until there is one.
  func noteSuccesses(
    _ turn: DispatchTurn, _ transaction: any RunTransaction,
  ) throws(StoreError) {
    for write in turn.runs where write.run.state == .success {
      let execution = write.run.id.execution
      guard
        let name = scheduleOf[execution] ?? turn.execution(execution)?.trigger.schedule,
        case .live(let schedule, _) = world.schedule(name, zones), schedule.mode != .everyTick,
        let time = write.run.endedAt
      else { continue }
      try transaction.setSuccess(of: name, on: write.run.id.probe, at: time)
    }
  }

  /// Forgets what has ended.
  func land(_ turn: DispatchTurn) {
    for write in turn.runs where write.run.state.isTerminal {
      flights[write.run.id] = nil
    }
  }
}
