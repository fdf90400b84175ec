import App
import Engine
import Glibc
import Persistence
import Rendering
import Resources
import Workflows

/// Waits for the end of an execution, and shows how it goes.
struct ExecutionWatch {
  private let id: ExecutionID
  private let desk: RunDesk
  private let follows: Bool
  private let showsProgress: Bool

  private static let pause: Duration = .milliseconds(100)

  init(_ id: ExecutionID, _ desk: RunDesk, follows: Bool, showsProgress: Bool) {
    self.id = id
    self.desk = desk
    self.follows = follows
    self.showsProgress = showsProgress
  }

  /// - Returns: the execution as it ended, or where it waits for people; nil where there is none.
  func untilTheEnd(isServed: Bool) async throws -> Execution? {
    try await withThrowingTaskGroup(of: Execution?.self) { group in
      if !isServed {
        group.addTask { [desk, id] in
          try await desk.workspace.dispatch(until: id, with: desk.service, desk.store)
          return try desk.store.executions(named: id.description, limit: 1).first
        }
      }
      group.addTask { try await watch(isServed: isServed) }
      defer { group.cancelAll() }
      // Where it runs here, both must be done: one that has ended, and one that printed all of it.
      var result = try await group.next() ?? nil
      if !isServed, result?.state != .awaitingApproval { result = try await group.next() ?? nil }
      return result
    }
  }

  private func watch(isServed: Bool) async throws -> Execution? {
    let clock = TimerClock()
    var progress = ProgressLine(isLive: showsProgress && isatty(STDERR_FILENO) == 1)
    var places: [RunID: RunLog.Place] = [:]
    let log = RunLog(desk.store, format: .text)
    while true {
      let execution = try desk.store.executions(named: id.description, limit: 1).first
      let runs = try desk.store.runs(of: id)
      if follows {
        for run in runs { try log.printNew(run.id, &places[run.id, default: RunLog.Place()]) }
      } else if let execution {
        progress.show(execution, runs)
      }
      if let execution, execution.state.isTerminal || execution.state == .awaitingApproval {
        progress.clear()
        return execution
      }
      do {
        try await clock.sleep(for: Self.pause)
      } catch {
        progress.clear()
        return execution
      }
    }
  }

  /// One line for one probe, a table of what did not succeed for many.
  func showEnd(_ execution: Execution) {
    let runs = (try? desk.store.runs(of: execution.id)) ?? []
    if execution.state == .awaitingApproval {
      Terminal.writeLine("execution \(execution.id) waits for approval")
      return Terminal.writeLine("    agree with: writ approve \(execution.id)")
    }
    var totals: [RunState: Int] = [:]
    for run in runs { totals[run.state, default: 0] += 1 }
    let nanoseconds =
      (execution.endedAt ?? execution.createdAt).nanoseconds
      - execution.createdAt.nanoseconds
    Terminal.writeLine(
      "execution \(execution.id): \(execution.state.rawValue) after \(RunView.length(nanoseconds)); "
        + "runs: \(RunView.summary(totals))")
    if let reason = execution.stopReason {
      Terminal.writeLine("    stopped: \(ExecutionView.stopWords(reason))")
    }
    let others = runs.filter { $0.state != .success && !isWithdrawn($0) }
    if !others.isEmpty {
      Terminal.write(
        lines: RunView.table(
          Array(others.prefix(20)), now: desk.workspace.wall.now(), width: Terminal.width,
          style: Terminal.outputStyle, isOneJob: true))
      if others.count > 20 {
        Terminal.writeError(
          "writ: \(others.count - 20) more: writ runs --execution \(execution.id)")
      }
    }
    if let last = runs.last(where: isWithdrawn) {
      let count = runs.count(where: isWithdrawn)
      let why = TextLayout.escaped(RunView.why(last))
      Terminal.writeLine("    \(count) more never started: \(why)")
    }
    let wrote = (others.isEmpty && runs.count == 1 ? runs : others).last {
      $0.stdoutBytes + $0.stderrBytes > 0
    }
    if !follows, let run = wrote {
      Terminal.writeLine("    what it wrote: writ logs \(run.id)")
    }
  }
}

/// Whether it never started, and not for a reason of its own.
private func isWithdrawn(_ run: Run) -> Bool {
  run.startedAt == nil && run.state == .canceled
}

/// How many probes are done, on one line that is written over.
struct ProgressLine {
  let isLive: Bool
  private var last = ""

  init(isLive: Bool) { self.isLive = isLive }

  mutating func show(_ execution: Execution, _ runs: [Run]) {
    guard isLive else { return }
    let line = Self.text(execution, runs, width: Terminal.width)
    if line == last { return }
    last = line
    Terminal.write(Array("\r\u{1b}[K\(line)".utf8), to: STDERR_FILENO)
  }

  mutating func clear() {
    guard isLive, !last.isEmpty else { return }
    last = ""
    Terminal.write(Array("\r\u{1b}[K".utf8), to: STDERR_FILENO)
  }

  /// A bar and counts, for a terminal of `width` columns.
  static func text(_ execution: Execution, _ runs: [Run], width: Int) -> String {
    var latest: [String: Run] = [:]
    for run in runs { latest[run.id.probe] = run }
    let count = max(execution.probes.count, 1)
    let done = latest.values.count { $0.state.isTerminal }
    var totals: [RunState: Int] = [:]
    for run in latest.values { totals[run.state, default: 0] += 1 }
    var text = "\(done)/\(execution.probes.count) \(RunView.summary(totals))"
    if execution.waves.count > 1 {
      text += " · wave \(min(execution.wave + 1, execution.waves.count))/\(execution.waves.count)"
    }
    let room = width - TextLayout.width(of: text) - 4
    guard room >= 10 else { return TextLayout.truncated(text, to: width - 1) }
    let length = min(room, 30)
    let filled = done * length / count
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: length - filled)
    return "\(bar) \(text)"
  }
}
