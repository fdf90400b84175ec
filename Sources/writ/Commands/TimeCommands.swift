import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ state`.
struct StateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state",
    abstract: "The state as it was, or would be, at any moment.",
    discussion: """
      A MOMENT is one of

        live                    what is in force now
        head                    what the head of the repository asks for
        2h, 3d                  so long ago
        2026-11-21T10:00:00Z    a time; a date alone is its first instant in UTC
        1a2b3c4, main, v1.2     a revision: the state after it was applied last, or, where it never
                                was, what its manifests say
        plan.json               a saved plan: the state that it makes
        1a2b3c4d                the digest of an applied plan, from 8 digits
        #42                     after event 42 of the journal

      The past is folded from the journal, and checked against the state root that is on record
      there.
      """)

  @Argument(help: "Kind or Kind/name. Default: everything.")
  var what: String?

  @Option(name: .long, help: "The moment. Default: live.")
  var at = "live"

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let selection = try ResourceSelection(what, workspace.registry)
      try await LookBack(workspace, [at]).output(at, selection)
        .showState(output.format, isQuiet: common.quiet)
    }
  }
}

/// The command `writ diff`.
struct Diff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What differs between the states of two moments.",
    usage: "writ diff [FROM] TO [Kind[/name]]",
    discussion: """
      FROM is live where one moment is given. "writ help state" says what a moment is. Exit codes:
      0 the same, 2 different, 1 error, 4 a saved plan that fits no state, 64 usage.
      """)

  @Argument(help: "One or two moments, then what to compare: Kind or Kind/name.")
  var arguments: [String]

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let (moments, what) = try Self.split(arguments, workspace.registry)
      let selection = try ResourceSelection(what, workspace.registry)
      let difference = try await LookBack(workspace, moments).difference(
        moments[0], moments[1], selection)
      let screen = DiffView.screen(difference)
      switch output.format {
      case .json: Terminal.writeJSON(screen.value)
      case .text:
        if !common.quiet {
          Terminal.write(
            lines: DiffText(screen, width: Terminal.width, isVerbose: common.verbose)
              .lines(Terminal.outputStyle))
        }
      }
      if screen.exitCode != 0 { throw ExitCode.changes }
    }
  }

  /// Tells moments from what to compare: the exact name of a kind is one, before all else.
  static func split(
    _ arguments: [String], _ registry: KindRegistry,
  ) throws -> (moments: [String], what: String?) {
    func isSelection(_ text: String) -> Bool {
      registry[String(text.prefix { $0 != "/" })] != nil
    }
    switch arguments.count {
    case 1: return (["live", arguments[0]], nil)
    case 2 where isSelection(arguments[1]): return (["live", arguments[0]], arguments[1])
    case 2: return (arguments, nil)
    case 3: return (Array(arguments.prefix(2)), arguments[2])
    default:
      throw SettingsError(
        "writ diff takes one or two moments, and a Kind or Kind/name",
        hint: "for example: writ diff 2h live Job")
    }
  }
}
