import App
import ArgumentParser
import Engine
import Planning
import Rendering
import Resources

/// The command `writ blame`.
struct Blame: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print which commit set each field of a live resource, and when that went live.",
    discussion: """
      Like git blame, but for what is live: a field counts from the commit that last changed its
      value, whatever happened to the lines around it. -v prints what each field was before.
      """)

  @Argument(help: "Kind/name.")
  var what: String

  @Argument(help: "Only this field and what is below it: spec.timeout.")
  var field: String?

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let store = try workspace.existingStore()
      let key = try ResourceSelection(what, workspace.registry).single(what)
      let screen = try BlameView(workspace: workspace, store: store)
        .screen(of: key, field: field, isVerbose: common.verbose)
      switch output.format {
      case .json: Terminal.writeJSON(screen.value)
      case .text:
        Terminal.write(lines: screen.lines(width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }
}
