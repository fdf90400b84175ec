import App
import ArgumentParser
import Engine
import Persistence
import Rendering
import Resources

/// The command `writ backup`.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the database while it is in use, and read the copy back.",
    subcommands: [Make.self, List.self], defaultSubcommand: Make.self)

  struct Make: AsyncParsableCommand, TakesArguments {
    static let configuration = CommandConfiguration(
      abstract: "Make a backup.",
      discussion: """
        Without FILE it goes into the folder "backups" of the data directory, where the newest
        stay: as many as backups.keep in writ.yaml says. Nothing is ever overwritten.
        """)

    @Argument(help: "Where to. Default: the folder \"backups\" of the data directory.")
    var file: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let time = workspace.wall.now()
        let source = try Self.source(workspace)
        let backup =
          try file.map { try source.backUp(to: FileText.absolute($0), at: time) }
          ?? source.backUp(into: workspace.data.backups, at: time)
        Self.note(backup, workspace, time)
        let deleted =
          file == nil
          ? try workspace.data.backups.prune(keeping: workspace.settings.backupsKept) : []
        let view = BackupView(backup: backup, deleted: deleted)
        switch output.format {
        case .json: Terminal.writeJSON(view.value)
        case .text: if !common.quiet { Terminal.write(lines: view.lines) }
        }
      }
    }

    /// Reads only, so that there can be a backup where nothing can be written any more.
    private static func source(_ workspace: Workspace) throws(StoreError) -> Store {
      do throws(StoreError) {
        return try workspace.existingStore()
      } catch {
        guard error.code == .olderSchema else { throw error }
        return try workspace.writeStore()
      }
    }

    /// Writes into the journal that there is a backup; it is as good where that cannot be done.
    private static func note(_ backup: Backup, _ workspace: Workspace, _ time: Timestamp) {
      do throws(StoreError) {
        try workspace.writeStore()
          .record(backup, actor: Process.actor, reason: "made by hand", at: time)
      } catch {
        Terminal.writeError(
          "writ: the backup is whole, but the journal does not know of it: "
            + TextLayout.escaped(error.message))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The backups in the data directory, the newest first.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let entries = workspace.data.backups.entries()
        switch output.format {
        case .json:
          Terminal.writeJSON([
            "formatVersion": 1, "items": .array(entries.map(BackupView.value)),
          ])
        case .text:
          if entries.isEmpty {
            Terminal.writeError(
              "writ: there is no backup in \(TextLayout.escaped(workspace.data.backups.path))")
            Terminal.writeError("    make one with: writ backup")
            return
          }
          Terminal.write(
            lines: BackupView.table(
              entries, now: workspace.wall.now(), width: Terminal.width,
              style: Terminal.outputStyle))
        }
      }
    }
  }
}
