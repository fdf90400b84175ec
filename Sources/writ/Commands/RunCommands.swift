import Actions
import App
import ArgumentParser
import Engine
import Kinds
import Persistence
import Rendering
import Resources
import Workflows

/// The command `writ run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a job now.",
    discussion: """
      With a server it runs there, and this command returns at once, unless it is told to wait.
      Without one it runs here, until it has ended. Exit codes, where it waited: 0 success,
      1 failed, canceled or lost, 3 denied on a probe, skipped or waiting for approval, 64 usage.
      """)

  @Argument(help: "The name of a live job.")
  var job: String

  @Option(
    name: .long,
    help: "Only the job's probes whose labels match, such as role=db,site in (berlin,rome).")
  var on: String?

  @Option(name: .long, help: "Only the job's probe with this name; repeatable.")
  var probe: [String] = []

  @Option(name: .long, help: "Do not start it later than so long from now, such as 10m.")
  var deadline: String?

  @Flag(name: .long, help: "Wait until it has ended.")
  var wait = false

  @Flag(name: .long, help: "Wait, and print what it writes meanwhile.")
  var follow = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let started = try desk.service.start(job, on: try targets(), deadline: try latest(desk))
      let isServed = await desk.workspace.pokeDispatcher()
      if isServed, !wait, !follow { return report(started) }
      if !isServed, !common.quiet {
        Terminal.writeError("writ: no server is running, so it runs here")
      }
      try await watch(started, desk, isServed: isServed)
    }
  }

  private func targets() throws(SettingsError) -> Value? {
    if !probe.isEmpty, on != nil {
      throw SettingsError("--on and --probe cannot be given together")
    }
    if !probe.isEmpty { return ["probes": .array(probe.map { .string($0) })] }
    guard let on else { return nil }
    do throws(TextFormat.Problem) {
      return ["selector": try Selector.parse(on)]
    } catch {
      throw SettingsError("--on \"\(on)\": \(error.reason)", hint: error.hint)
    }
  }

  private func latest(_ desk: RunDesk) throws(SettingsError) -> Timestamp? {
    guard let deadline else { return nil }
    guard let span = try? TimeSpan(parsing: deadline) else {
      throw SettingsError("--deadline \"\(deadline)\" is no length of time", hint: "such as 10m")
    }
    return Timestamp(nanoseconds: desk.workspace.wall.now().nanoseconds + span.nanoseconds)
  }

  private func report(_ started: RunService.Started) {
    switch output.format {
    case .json:
      Terminal.writeJSON([
        "approvers": .integer(Int64(started.approvers)),
        "execution": .string(started.execution.description), "formatVersion": 1,
        "probes": .array(started.probes.map { .string($0) }),
      ])
    case .text:
      if common.quiet { return Terminal.writeLine(started.execution.description) }
      let count = started.probes.count
      Terminal.writeLine(
        "execution \(started.execution) of Job/\(job) on \(count) probe\(count == 1 ? "" : "s")")
      Terminal.writeLine(
        started.approvers > 0
          ? "    it waits for \(started.approvers) approval\(started.approvers == 1 ? "" : "s"): writ approve \(started.execution)"
          : "    see how it goes: writ describe run \(started.execution)")
    }
  }

  private func watch(
    _ started: RunService.Started, _ desk: RunDesk, isServed: Bool,
  ) async throws {
    let watch = ExecutionWatch(
      started.execution, desk, follows: follow,
      showsProgress: output.format == .text && !common.quiet)
    let ended = try await watch.untilTheEnd(isServed: isServed)
    guard let ended else { return report(started) }
    switch output.format {
    case .json:
      let runs = try desk.store.runs(of: ended.id)
      Terminal.writeJSON(
        .sorted(
          (ExecutionView.value(ended).members ?? []) + [
            .init("formatVersion", 1), .init("runs", .array(runs.map(RunView.value))),
          ]))
    case .text where !common.quiet: watch.showEnd(ended)
    case .text: break
    }
    switch ended.state {
    case .success: break
    case .denied, .skipped, .awaitingApproval: throw ExitCode.blocked
    case .failed, .canceled, .active: throw ExitCode.error
    }
  }
}

/// The command `writ runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List runs, the newest first.",
    discussion: "The totals are those of all runs that match, not only of those that are listed.")

  @Option(
    name: .long,
    help:
      "Only runs in this state; repeatable: \(RunState.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var status: [String] = []

  @Option(name: .long, help: "Only runs of this job.")
  var job: String?

  @Option(name: .long, help: "Only runs on this probe.")
  var probe: String?

  @Option(name: .long, help: "Only runs of this execution.")
  var execution: String?

  @Option(name: .long, help: "Only runs made since then: a time, or a length of time such as 2h.")
  var since: String?

  @Option(name: .long, help: "Only runs made before then.")
  var until: String?

  @Option(name: .long, help: "How many at most, up to 500.")
  var limit = 50

  @Option(name: .long, help: "Go on after this page: next of the page before.")
  var cursor: Int64?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let desk = try RunDesk(workspace, writes: false)
      let page = try desk.store.runs(try filter(desk))
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "count": .integer(Int64(page.runs.count)), "formatVersion": 1,
          "next": page.next.map { .integer($0) } ?? .null,
          "runs": .array(page.runs.map(RunView.value)), "totals": RunView.totals(page.totals),
        ])
      case .text:
        if !page.runs.isEmpty {
          Terminal.write(
            lines: RunView.table(
              page.runs, now: workspace.wall.now(), width: Terminal.width,
              style: Terminal.outputStyle))
        }
        if common.quiet { return }
        Terminal.writeError("writ: \(RunView.summary(page.totals))")
        if let next = page.next { Terminal.writeError("    more with: --cursor \(next)") }
      }
    }
  }

  private func filter(_ desk: RunDesk) throws -> RunFilter {
    guard (1...RunFilter.largestLimit).contains(limit) else {
      throw SettingsError("--limit \(limit) is not in 1-\(RunFilter.largestLimit)")
    }
    var filter = RunFilter(limit: limit)
    for word in status {
      guard let state = RunState(rawValue: word) else {
        let words = RunState.allCases.map(\.rawValue)
        throw SettingsError(
          "--status \"\(word)\": there is no such state",
          hint: Suggestion.didYouMean(word, among: words)
            ?? "states: \(words.joined(separator: ", "))")
      }
      filter.states.insert(state)
    }
    filter.job = job
    filter.probe = probe
    filter.execution = try execution.map { try desk.service.find($0).execution.id }
    filter.since = try desk.moment(since, "--since")
    filter.until = try desk.moment(until, "--until")
    if let from = filter.since, let to = filter.until, from > to {
      throw SettingsError("--since \(from) is after --until \(to)")
    }
    filter.cursor = cursor
    return filter
  }
}

/// The command `writ logs`.
struct Logs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a run wrote.",
    discussion: "Of each stream its head and its tail are kept; what was cut is counted on stderr.")

  @Argument(help: "A run, or an execution with one run: its name, or the beginning of it.")
  var name: String

  @Flag(name: .shortAndLong, help: "Go on until the run has ended.")
  var follow = false

  @Option(name: .long, help: "Only what was written since then: a time, or a length such as 10m.")
  var since: String?

  @Option(name: .long, help: "Only this stream: stdout or stderr.")
  var stream: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let desk = try RunDesk(workspace, writes: false)
      let found = try desk.service.find(name)
      let log = RunLog(
        desk.store, format: output.format, stream: try wanted(),
        since: try desk.moment(since, "--since"))
      try await log.print(try chosen(found, desk), follows: follow)
    }
  }

  private func wanted() throws(SettingsError) -> OutputStream? {
    guard let stream else { return nil }
    guard let wanted = OutputStream(rawValue: stream) else {
      throw SettingsError("--stream \"\(stream)\": there are stdout and stderr")
    }
    return wanted
  }

  private func chosen(_ found: RunService.Found, _ desk: RunDesk) throws -> Run {
    if let run = found.run { return run }
    let runs = try desk.store.runs(of: found.execution.id)
    guard let last = runs.last, Set(runs.map(\.id.probe)).count == 1 else {
      let names = runs.prefix(5).map(\.id.description).joined(separator: ", ")
      throw StoreError(
        .other, "the execution \(found.execution.id) has \(runs.count) runs: \(names)",
        hint: "name one of them")
    }
    return last
  }
}
