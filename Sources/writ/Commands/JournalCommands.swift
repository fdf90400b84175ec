import App
import ArgumentParser
import Engine
import Glibc
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// The command `writ journal`.
struct JournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "The record of everything decided and done.",
    subcommands: [List.self, Verify.self, Export.self, Compact.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print events, oldest first.")

    @Option(name: .long, help: "Only events about this: Kind/name, a revision, a plan.")
    var subject: String?

    @Option(name: .long, help: "Only events after this sequence.")
    var after: Int64 = 0

    @Option(name: .long, help: "How many events, the newest.")
    var limit = 50

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let store = try common.workspace().existingStore()
        let events = try store.events(
          JournalQuery(subject: subject, after: after, limit: limit))
        try JournalOutput(events: events, format: output.format).show()
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the hash chain, the checkpoint, and that the live rows are what they say.")

    @Option(name: .long, help: "Check an exported file instead, and that it joins the journal.")
    var file: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let view: VerifyView
        if let file {
          view = try ExportCheck(path: file).view(joining: workspace.readStore())
        } else {
          let report = try workspace.existingStore().verifyJournal()
          view = VerifyView(report, key: workspace.keyFinding(report.checkpoint))
        }
        view.show(output.format)
        if !view.isValid { throw ExitCode.error }
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write events as JSON lines, with their hashes.",
      discussion: """
        The first line says where the file begins; each other line is an event. Check one with
        "writ journal verify --file".
        """)

    @Argument(help: "A new file; - for standard output.")
    var path = "-"

    @Option(name: .long, help: "Only events after this sequence.")
    var after: Int64 = 0

    @Option(name: .long, help: "Only events up to this sequence.")
    var until: Int64?

    @OptionGroup var common: CommonOptions

    func validate() throws {
      if after < 0 { throw ValidationError("--after takes a sequence, from 0") }
      if let until, until <= after { throw ValidationError("--until lies before --after") }
    }

    func run() async throws {
      try await reportingErrors {
        let store = try common.workspace().existingStore()
        if let checkpoint = try store.checkpoint(), after > 0, after < checkpoint.sequence {
          throw StoreError(
            .notFound, "event \(after + 1) \(checkpoint.dropped)",
            hint: "export what is left: writ journal export")
        }
        let file =
          path == "-" ? ExportFile(descriptor: STDOUT_FILENO) : try ExportFile(path: path)
        let count = try JournalExport.write(store, after: after, until: until, to: file)
        if path != "-", !common.quiet {
          Terminal.writeLine(
            "\(Number.text(Int(count), "event")) written to \(TextLayout.escaped(path))")
        }
      }
    }
  }

  struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Drop old events for a signed checkpoint that stands for them.",
      discussion: """
        The last two states that were applied stay within reach of writ rollback, whatever is asked
        for. Moments before the checkpoint are then out of reach of writ state and writ diff.
        """)

    @Option(name: .long, help: "Drop events before this time.")
    var before: String?

    @Option(name: .long, help: "Drop events older than this: 365d.")
    var keep: String?

    @Option(name: .long, help: "A new file to write them to first.")
    var export: String?

    @Flag(name: .long, help: "Sign with a new key, where the old one is gone.")
    var newKey = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if (before == nil) == (keep == nil) { throw ValidationError("give --before or --keep") }
    }

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let time = try time(now: workspace.wall.now())
        _ = try workspace.existingStore()
        let store = try workspace.writeStore()
        let checkpoint = try workspace.compact(
          store, before: time, exportPath: export.map { FileText.absolute($0) }, makesKey: newKey,
          actor: Process.actor)
        switch output.format {
        case .json:
          Terminal.writeJSON([
            "formatVersion": 1, "checkpoint": checkpoint?.value ?? .null,
            "compacted": .bool(checkpoint != nil),
          ])
        case .text:
          if !common.quiet { Terminal.write(lines: CompactView.lines(checkpoint)) }
        }
      }
    }

    private func time(now: Timestamp) throws(SettingsError) -> Timestamp {
      do throws(TextFormat.Problem) {
        if let keep {
          let span = try TimeSpan(parsing: keep)
          return Timestamp(nanoseconds: now.nanoseconds - span.nanoseconds)
        }
        switch try Moment(parsing: before ?? "") {
        case .time(let time): return time
        default: throw TextFormat.Problem("it must look like 2026-12-24T18:00:00Z or 2026-12-24")
        }
      } catch {
        throw SettingsError(
          "\"\(keep ?? before ?? "")\" cannot be used: \(error.reason)", hint: error.hint)
      }
    }
  }
}
