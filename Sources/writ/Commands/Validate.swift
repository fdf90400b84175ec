import App
import ArgumentParser
import Engine
import GitSource
import Planning
import Rendering
import Resources

/// The command `writ validate`.
struct Validate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the manifests in a folder, as they lie there; git is not needed.")

  @Argument(help: "The folder. Default: this one.")
  var directory = "."

  @Option(name: .long, help: "A folder of manifests below it; repeatable.")
  var root: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let tree = WorkTree(
        directory: FileText.absolute(directory), registry: workspace.registry)
      var read = try tree.read(requestedRoots: root.isEmpty ? nil : root)
      read.diagnostics = crossChecks(read, workspace)
      let hasErrors = read.diagnostics.containsError
      switch output.format {
      case .json: Terminal.writeJSON(DiagnosticsJSON.value(read.diagnostics))
      case .text:
        Terminal.writeError(
          lines: DiagnosticsText(read.diagnostics, width: Terminal.errorWidth)
            .lines(Terminal.errorStyle))
        if !hasErrors, !common.quiet {
          let files = read.fileCount == 1 ? "1 file" : "\(read.fileCount) files"
          let count = read.resources.count
          Terminal.writeLine(
            "\(count) resource\(count == 1 ? "" : "s") in \(files): valid")
        }
      }
      if hasErrors { throw ExitCode.error }
    }
  }

  /// References, names and claims: what a plan against nothing finds.
  private func crossChecks(_ read: WorkTree.Reading, _ workspace: Workspace) -> [Diagnostic] {
    var input = PlanInput(base: .empty, revision: "")
    input.diagnostics = read.diagnostics
    input.brokenKeys = read.brokenKeys
    input.desired = read.resources
    input.touchedFiles = Set(read.resources.map(\.location.file))
    input.presentFiles = input.touchedFiles
    let names = Dictionary(
      grouping: read.resources.map(\.key) + Array(read.brokenKeys), by: \.kind)
    input.knownNames = names.mapValues { Set($0.map(\.name)).sorted() }
    if case .invalid(let diagnostics) = workspace.planner.plan(input) { return diagnostics }
    return read.diagnostics
  }
}
