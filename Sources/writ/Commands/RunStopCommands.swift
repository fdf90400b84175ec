import App
import ArgumentParser
import Engine
import Persistence
import Resources
import Workflows

/// What `cancel` and `kill` have in common.
struct StopOptions: ParsableArguments {
  @Argument(help: "A run or an execution: its name, or the beginning of it.")
  var name: String?

  @Option(name: .long, help: "Everything of this job.")
  var job: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func stop(_ mode: Run.StopRequest.Mode) async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let (scope, words) = try scope(desk)
      let count = try desk.service.stop(scope, mode)
      if count > 0 { try await desk.settle() }
      switch output.format {
      case .json: Terminal.writeJSON(["formatVersion": 1, "runs": .integer(Int64(count))])
      case .text:
        if count == 0 {
          Terminal.writeError("writ: nothing of \(words) runs or waits")
        } else if !common.quiet {
          let verb = mode == .kill ? "being killed" : "asked to stop"
          Terminal.writeLine("\(count) run\(count == 1 ? "" : "s") of \(words): \(verb)")
        }
      }
      if count == 0 { throw ExitCode.stale }
    }
  }

  private func scope(_ desk: RunDesk) throws -> (StopScope, String) {
    switch (name, job) {
    case (let name?, nil):
      let found = try desk.service.find(name)
      if let run = found.run { return (.run(run.id), "\(run.id)") }
      return (.execution(found.execution.id), "the execution \(found.execution.id)")
    case (nil, let job?): return (.job(job), "Job/\(job)")
    default: throw SettingsError("name a run or an execution, or a job with --job")
    }
  }
}

/// The command `writ cancel`.
struct Cancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask runs to stop: SIGTERM, a while to end, SIGKILL.",
    discussion: "Exit codes: 0 done, 4 nothing runs or waits, 1 error, 64 usage.")

  @OptionGroup var options: StopOptions

  func run() async throws { try await options.stop(.cancel) }
}

/// The command `writ kill`.
struct Kill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "End runs at once, with all of their processes.",
    discussion: "Exit codes: 0 done, 4 nothing runs or waits, 1 error, 64 usage.")

  @OptionGroup var options: StopOptions

  func run() async throws { try await options.stop(.kill) }
}

/// The command `writ retry`.
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Run a job again where it did not succeed.",
    discussion: """
      Of an execution, all probes on which it was no success; of a run, its probe. The job runs as
      it is live now. Exit codes: 0 asked for, 4 it was a success or has not ended, 1 error.
      """)

  @Argument(help: "A run or an execution: its name, or the beginning of it.")
  var name: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let started = try desk.service.retry(name)
      if await !desk.workspace.pokeDispatcher() {
        try await desk.workspace.dispatch(
          until: started.execution, with: desk.service, desk.store)
      }
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "execution": .string(started.execution.description), "formatVersion": 1,
          "probes": .array(started.probes.map { .string($0) }),
        ])
      case .text:
        Terminal.writeLine(
          "execution \(started.execution) on \(started.probes.joined(separator: ", "))")
      }
    }
  }
}

/// The command `writ revoke`.
struct Revoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Forbid a job from starting anywhere, until it is unrevoked.",
    discussion: """
      It holds over deleting the job and making it again. What runs goes on: stop it with
      "writ cancel --job" or "writ kill --job".
      """)

  @Argument(help: "The name of a job, whether it is live or not.")
  var job: String

  @Option(name: .long, help: "Why, for the journal and for those who wonder.")
  var reason: String

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if reason.allSatisfy(\.isWhitespace) { throw ValidationError("say why with --reason") }
  }

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let isNew = try desk.service.revoke(job, reason: reason)
      try await desk.settle()
      try warnIfNotLive(desk.store)
      if common.quiet { return }
      Terminal.writeLine(isNew ? "Job/\(job) is revoked" : "Job/\(job) was revoked already")
      Terminal.writeLine("    let it start again with: writ unrevoke \(job)")
    }
  }

  /// Who forbids a job that does not exist probably means another one.
  private func warnIfNotLive(_ store: Store) throws {
    let names = try store.names("Job")
    if names.contains(job) { return }
    Terminal.writeError("writ: there is no live Job/\(job); it may not start should it come")
    if let meant = Suggestion.didYouMean(job, among: names) { Terminal.writeError("    \(meant)") }
  }
}

/// The command `writ unrevoke`.
struct Unrevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a job start again.")

  @Argument(help: "The name of the job.")
  var job: String

  @Option(name: .long, help: "Why, for the journal.")
  var reason = ""

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let wasRevoked = try desk.service.unrevoke(job, reason: reason)
      if wasRevoked { try await desk.settle() }
      if !common.quiet {
        Terminal.writeLine(wasRevoked ? "Job/\(job) may start" : "Job/\(job) was not revoked")
      }
    }
  }
}
