import App
import ArgumentParser
import Engine
import Rendering
import Resources

/// The command `writ doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at the store and all that it needs; change nothing.",
    discussion: "Exit codes: 0 fine, with warnings or without; 1 something is wrong.")

  @Flag(name: .long, help: "Read every page, the whole journal and all rows.")
  var deep = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let (workspace, settings) = try workspace()
      let results = [settings] + (await Doctor(workspace: workspace).run(isDeep: deep))
      let view = DoctorView(results: results)
      switch output.format {
      case .json: Terminal.writeJSON(view.value)
      case .text:
        Terminal.write(
          lines: view.lines(
            width: Terminal.width, style: Terminal.outputStyle, isQuiet: common.quiet))
      }
      if view.hasFailure { throw ExitCode.error }
    }
  }

  /// What to look at, also where the settings cannot be read.
  private func workspace() throws -> (Workspace, CheckResult) {
    var flags = common.flags
    source.add(to: &flags)
    do throws(SettingsError) {
      let settings = try Settings.load(flags, environment: Process.environment)
      let path = settings.dataDirectory + "/writ.yaml"
      return (
        Workspace(settings: settings),
        CheckResult("settings", .ok, FileText.exists(path) ? path : "no writ.yaml")
      )
    } catch {
      let first = error.diagnostics.first.map { ": \($0.location): \($0.message)" } ?? ""
      let settings = try Settings.load(flags, environment: Process.environment, readsFile: false)
      return (
        Workspace(settings: settings),
        CheckResult("settings", .failure, error.message + first, hint: error.hint)
      )
    }
  }
}
