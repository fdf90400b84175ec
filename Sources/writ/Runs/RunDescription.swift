import Actions
import App
import Engine
import Persistence
import Rendering
import Resources
import Workflows

/// All that is known of a run or an execution.
struct RunDescription {
  let desk: RunDesk
  let found: RunService.Found

  init(_ desk: RunDesk, _ name: String) throws {
    self.desk = desk
    found = try desk.service.find(name)
  }

  func show(_ format: OutputFormat) throws {
    let runs = try desk.store.runs(of: found.execution.id)
    switch format {
    case .json:
      var members = ExecutionView.value(found.execution).members ?? []
      members.append(.init("formatVersion", 1))
      if let run = found.run {
        Terminal.writeJSON([
          "execution": .sorted(members.filter { $0.key != "formatVersion" }), "formatVersion": 1,
          "run": RunView.value(run),
        ])
      } else {
        Terminal.writeJSON(.sorted(members + [.init("runs", .array(runs.map(RunView.value)))]))
      }
    case .text:
      let now = desk.workspace.wall.now()
      if let run = found.run { return Terminal.write(lines: lines(run, now: now)) }
      Terminal.write(
        lines: ExecutionView.lines(
          found.execution, runs, now: now, width: Terminal.width, style: Terminal.outputStyle))
    }
  }

  private func lines(_ run: Run, now: Timestamp) -> [String] {
    var lines = ["run \(run.id) of Job/\(run.job): \(run.state.rawValue)"]
    let why = RunView.why(run)
    if !why.isEmpty { lines.append("    \(why)") }
    lines.append(
      "asked for by \(found.execution.actor) (\(found.execution.trigger.word)) at \(run.createdAt.wholeSeconds)"
    )
    if let start = run.startedAt {
      let verb = run.endedAt == nil ? "runs for" : "took"
      lines.append("started at \(start.wholeSeconds), \(verb) \(RunView.took(run, now: now))")
    }
    if let end = run.endedAt { lines.append("ended at \(end.wholeSeconds)") }
    for line in [
      run.exitCode.map { "exit code \($0)" }, run.signal.map { "signal \(SignalNumber.name($0))" },
    ] {
      if let line, line != why { lines.append(line) }
    }
    if let usage = run.usage {
      let cpu = usage.userCPU + usage.systemCPU
      lines.append(
        "CPU \(RunView.length(Int64(cpu / .nanoseconds(1)))), memory \(ByteSize(usage.maxResidentBytes).approximate)"
      )
    }
    if let stop = run.stop {
      lines.append(
        "\(stop.actor) wants it to stop (\(stop.mode.rawValue)) since \(stop.time.wholeSeconds)")
    }
    lines.append("wrote \(run.stdoutBytes) bytes to stdout and \(run.stderrBytes) to stderr")
    if run.stdoutBytes + run.stderrBytes > 0 { lines.append("    see them: writ logs \(run.id)") }
    lines.append("of the execution \(found.execution.id): \(found.execution.state.rawValue)")
    return lines.map { TextLayout.escaped($0) }
  }
}
