import App
import ArgumentParser
import Rendering
import Resources

/// The command `writ schema`.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema of a kind, or of any manifest, for editors and CI.")

  @Argument(help: "A kind. Default: any kind.")
  var kind: String?

  @Flag(name: .long, help: "Print an example manifest instead.")
  var example = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let registry = try common.workspace().registry
    guard let kind else {
      if example {
        throw ValidationError("--example needs a kind: \(registry.names.joined(separator: ", "))")
      }
      return Terminal.writeJSON(registry.jsonSchema)
    }
    guard let found = registry.kind(matching: kind) else {
      throw ValidationError(
        "there is no kind \"\(kind)\"; "
          + (Suggestion.didYouMean(kind, among: registry.names)
            ?? "known kinds: \(registry.names.joined(separator: ", "))"))
    }
    if example { return Terminal.write(found.example) }
    Terminal.writeJSON(found.jsonSchema)
  }
}
