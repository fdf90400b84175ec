import App
import ArgumentParser
import Engine
import Persistence
import Rendering
import Resources

/// The command `writ health`.
struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The watch over what was applied last, and what you say of it.",
    discussion: """
      An apply is watched where writ.yaml or a job has a health gate. While it is, "writ health \
      fail" goes back to the state before, and "writ health pass" ends the watch.
      """,
    subcommands: [Show.self, Pass.self, Fail.self], defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the newest watch.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let record = try workspace.existingStore().latestWatch()
        let now = workspace.wall.now()
        if output.format == .json {
          return Terminal.writeJSON(HealthJSON.answer(record, now: now))
        }
        guard let record else { return Terminal.writeLine("nothing was ever watched") }
        Terminal.write(
          lines: HealthView.lines(
            record, now: now, width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }

  struct Pass: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that what is watched is good, and end the watch.")

    @Option(name: .long, help: "Why, for the journal.")
    var reason: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        try await HealthVerdict(output: output, common: common).carryOut(.passed, reason)
      }
    }
  }

  struct Fail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that what is watched is bad, and go back to the state before it.")

    @Option(name: .long, help: "Why, for the journal and for who asks later.")
    var reason: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        try await HealthVerdict(output: output, common: common).carryOut(.failed, reason)
      }
    }
  }
}

/// A person's word about the open watch.
private struct HealthVerdict {
  let output: OutputOptions
  let common: CommonOptions

  func carryOut(_ verdict: HealthEnd.Verdict, _ reason: String?) async throws {
    let workspace = try common.workspace()
    _ = try workspace.existingStore()
    let store = try workspace.writeStore()
    let record = try conclude(verdict, reason, workspace, store)
    switch output.format {
    case .json: Terminal.writeJSON(HealthJSON.answer(record, now: workspace.wall.now()))
    case .text: if !common.quiet { Terminal.writeLine(HealthView.sentence(record)) }
    }
    await workspace.pokeServer()
  }

  private func conclude(
    _ verdict: HealthEnd.Verdict, _ reason: String?, _ workspace: Workspace, _ store: Store,
  ) throws -> HealthRecord {
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    guard let open = try store.openWatch() else {
      throw StoreError(
        .notFound, "no apply is being watched", hint: "to go back all the same: writ rollback")
    }
    _ = try workspace.healthJudge(store).carryOut(
      HealthEnd(
        sequence: open.sequence, verdict: verdict, reason: reason, actor: Process.actor,
        time: workspace.wall.now(), watch: open.watch))
    return try store.watches(of: open.sequence...open.sequence).first ?? open
  }
}
