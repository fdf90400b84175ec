import App
import ArgumentParser
import Engine
import Rendering
import Resources

/// The command `writ trace`.
struct Trace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go from a line of a manifest to what it made live.",
    discussion: "Lines count in the manifest of the live revision.")

  @Argument(help: "FILE or FILE:LINE, from the root of the repository or as it lies here.")
  var place: String

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let store = try workspace.existingStore()
      let (file, line) = try Self.parts(place)
      let answer = try await TraceView(workspace: workspace, store: store)
        .explanation(of: workspace.repositoryPath(of: file), line: line)
      switch output.format {
      case .json: Terminal.writeJSON(answer.value)
      case .text:
        Terminal.write(lines: answer.lines(width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }

  /// Splits `FILE:LINE` and `FILE:LINE:COLUMN`, the forms that every message of Writ uses.
  static func parts(_ place: String) throws(SettingsError) -> (file: String, line: Int?) {
    let parts = place.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return (place, nil) }
    let numbers = parts.dropFirst().prefix(2).compactMap { Int($0) }
    guard parts.count <= 3, numbers.count == parts.count - 1, let line = numbers.first, line > 0
    else {
      throw SettingsError("\"\(place)\" is no place", hint: "write FILE or FILE:LINE")
    }
    return (String(parts[0]), line)
  }
}
