import App
import ArgumentParser
import Engine
import Persistence
import Rendering
import Resources

/// The command `writ restore`.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the place of the database, which is kept.",
    discussion: """
      Everything is checked before anything is replaced: every page, the whole journal, the state
      root. Stop the server first. Afterwards the loop goes on from the restored state: what git
      says beyond it is an ordinary plan.
      """)

  @Argument(help: "A backup: a path, or a name that writ backup list prints.")
  var file: String

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      try workspace.data.prepare()
      let exclusion = try StoreExclusion(workspace.data)
      defer { withExtendedLifetime(exclusion) {} }
      let time = workspace.wall.now()
      let staged = try StagedRestore(
        file: path(workspace), into: workspace.data, actor: Process.actor, time: time)
      if output.format == .text, !common.quiet {
        Terminal.writeLine("checked \(TextLayout.escaped(path(workspace)))")
        Terminal.writeLine(BackupView.words(staged.facts))
      }
      if Terminal.isInputTTY, !yes,
        !Terminal.confirms("Replace the database in \(workspace.data.path)?")
      {
        staged.discard()
        Terminal.writeError("writ: nothing was changed")
        throw ExitCode.error
      }
      show(try staged.commit(actor: Process.actor, at: time), staged.facts)
    }
  }

  /// A bare name that is not a file here is one of the backups.
  private func path(_ workspace: Workspace) -> String {
    let entries = workspace.data.backups.entries()
    if let entry = entries.first(where: { $0.name == file }), !FileText.exists(file) {
      return entry.path
    }
    return FileText.absolute(file)
  }

  private func show(_ replaced: ReplacedDatabase?, _ facts: StoreFacts) {
    switch output.format {
    case .json:
      Terminal.writeJSON(
        .sorted(
          BackupView.members(facts) + [
            .init("formatVersion", 1), .init("replaced", replaced?.value ?? .null),
          ]))
    case .text:
      if common.quiet { return }
      Terminal.writeLine("restored")
      if let replaced {
        Terminal.writeLine("what was there is kept: \(TextLayout.escaped(replaced.path))")
        if let facts = replaced.facts { Terminal.writeLine("    \(BackupView.words(facts))") }
      }
      Terminal.writeLine("see what git says beyond it: writ plan; then start the server again")
    }
  }
}
