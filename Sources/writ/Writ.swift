import ArgumentParser
import Rendering
import Resources

/// The command line of Writ.
@main
struct Writ: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "writ",
    abstract: "Keeps a fleet's operations exactly as a git repository says.",
    discussion: """
      Manifests in git are the only way to change anything. See what would happen with
      "writ plan", make it so with "writ apply", or let "writ serve" follow every push.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "From git to live",
        subcommands: [Validate.self, PlanCommand.self, Apply.self, Reconcile.self, Serve.self]),
      CommandGroup(
        name: "A second pair of eyes",
        subcommands: [Approve.self, Reject.self, Approvals.self]),
      CommandGroup(
        name: "What is live",
        subcommands: [
          Status.self, Get.self, Describe.self, History.self, StateCommand.self, Diff.self,
          JournalCommand.self, DriftCommand.self,
        ]),
      CommandGroup(
        name: "Jobs and schedules",
        subcommands: [
          RunCommand.self, RunsCommand.self, Logs.self, Cancel.self, Kill.self, RetryCommand.self,
          Revoke.self, Unrevoke.self, JobCommand.self, ScheduleCommand.self, Backfill.self,
        ]),
      CommandGroup(
        name: "Where it came from", subcommands: [Blame.self, Explain.self, Trace.self]),
      CommandGroup(
        name: "When something is wrong",
        subcommands: [
          RollbackCommand.self, Health.self, Ack.self, Quarantine.self, Suspend.self, Resume.self,
          EditCommand.self,
        ]),
      CommandGroup(
        name: "The store",
        subcommands: [
          BackupCommand.self, RestoreCommand.self, SnapshotCommand.self, DoctorCommand.self,
        ]),
      CommandGroup(name: "Writing manifests", subcommands: [Schema.self, PolicyCommand.self]),
      CommandGroup(name: "Inside", subcommands: [FetchChildCommand.self]),
    ])
}

extension Writ {
  /// The library's own message for a misspelt command names no command; this one does.
  static func main() async {
    var command = configuration
    for word in CommandLine.arguments.dropFirst() {
      let commands = command.commandsByName
      if commands.isEmpty || word.hasPrefix("-") || word == "help" { break }
      if commands[word] == nil, command.defaultSubcommand is any TakesArguments.Type { break }
      guard let next = commands[word] else {
        Terminal.writeError("writ: there is no command \"\(TextLayout.escaped(word))\"")
        Terminal.writeError(
          "    \(Suggestion.didYouMean(word, among: commands.keys.sorted()) ?? "see what there is: writ --help")"
        )
        exit(withError: ExitCode(64))
      }
      command = next.configuration
    }
    await main(PolicyEval.separated(Array(CommandLine.arguments.dropFirst())))
  }
}

/// A default subcommand that any word may follow.
protocol TakesArguments {}

extension CommandConfiguration {
  fileprivate var commandsByName: [String: any ParsableCommand.Type] {
    let commands = subcommands + groupedSubcommands.flatMap(\.subcommands)
    return Dictionary(
      commands.map { ($0.configuration.commandName ?? "\($0)".lowercased(), $0) },
      uniquingKeysWith: { first, _ in first })
  }
}

enum Version {
  static let text = "0.1.0"
}
