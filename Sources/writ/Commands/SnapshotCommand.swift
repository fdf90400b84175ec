import App
import ArgumentParser
import Engine
import Glibc
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ snapshot`.
struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "The live state as a file, for plans where the database is not.",
    subcommands: [Export.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write what is live, sealed, for writ plan --against.",
      discussion: """
        It holds the live resources with their places and origins, what plans and verdicts depend
        on, and no secrets: manifests only refer to those.
        """)

    @Option(name: .long, help: "A file, which is replaced; default: standard output.")
    var out: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let snapshot = try workspace.snapshot(of: workspace.existingStore())
        guard let out else { return Terminal.write(snapshot.bytes, to: STDOUT_FILENO) }
        try FileText.write(snapshot.bytes, to: out, mode: 0o600)
        if !common.quiet {
          Terminal.writeLine(
            "\(Number.text(snapshot.entries.count, "resource")) of the state "
              + "\(snapshot.root.abbreviated) written to \(TextLayout.escaped(out))")
        }
      }
    }
  }
}
