import App
import ArgumentParser
import CEL
import Kinds
import Rendering
import Resources

/// The command `writ policy eval`.
struct PolicyEval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate one expression in CEL.",
    discussion: """
      The members of the JSON object in --input are the variables. With -o json it prints \
      {"value": …, "type": …}; an expression that has no value ends with 1.
      """)

  @Argument(help: "The expression; \"-\" reads it from standard input.")
  var expression: String

  @Option(name: .long, help: "A file with variables, as a JSON object; \"-\" is standard input.")
  var input: String?

  @Option(name: .long, help: "What the evaluation may cost, in steps.")
  var limit = CELProgram.defaultLimit

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  private static let maximumBytes = 64 << 20

  /// `arguments` with an expression that begins with a minus after `--`, so that it is none of the
  /// options.
  static func separated(_ arguments: [String]) -> [String] {
    guard arguments.starts(with: ["policy", "eval"]), !arguments.contains("--") else {
      return arguments
    }
    let valued: Set = ["-o", "--output", "--input", "--limit", "--data-dir"]
    let flags: Set = ["-q", "--quiet", "-v", "--verbose", "-h", "--help", "--version", "-"]
    var index = 2
    while index < arguments.count {
      let word = arguments[index]
      if valued.contains(word) {
        index += 2
      } else if word.hasPrefix("-"), !flags.contains(word),
        !valued.contains(where: { word.hasPrefix($0 + "=") })
      {
        var rest = arguments
        rest.remove(at: index)
        return rest + ["--", word]
      } else {
        index += 1
      }
    }
    return arguments
  }

  func run() async throws {
    try await reportingErrors {
      guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
      let variables = try variables()
      let source =
        expression == "-"
        ? String(decoding: try bytes("-", limit: 1 << 20), as: UTF8.self) : expression
      switch evaluate(source, variables) {
      case .success(let value): show(value)
      case .failure(let refusal):
        for problem in refusal.problems { show(problem, in: source) }
        throw ExitCode.error
      }
    }
  }

  /// Why there is no value.
  private struct Refusal: Error {
    struct Problem {
      var message: String
      var hint: String?
      /// Where in the expression, in bytes.
      var offset: Int?
    }

    var problems: [Problem]
  }

  private func evaluate(
    _ source: String, _ variables: [Value.Member],
  ) -> Result<CELValue, Refusal> {
    let environment = ExpressionEnvironments.evaluation(offset: ZoneOffsets.known)
      .declaring(
        Dictionary(variables.map { ($0.key, CELType.dyn) }) { first, _ in first })
    let program: CELProgram
    do throws(CELProblems) {
      program = try environment.compile(source)
    } catch {
      let problems = error.all.map {
        Refusal.Problem(message: $0.message, hint: $0.hint, offset: $0.offset)
      }
      return .failure(Refusal(problems: problems))
    }
    let bindings = CELBindings(
      Dictionary(variables.map { ($0.key, CELValue($0.value)) }) { first, _ in first },
      in: environment)
    do throws(CELFailure) {
      return .success(try program.evaluate(bindings, limit: limit))
    } catch {
      return .failure(
        Refusal(problems: [.init(message: error.message, hint: nil, offset: error.offset)]))
    }
  }

  private func show(_ value: CELValue) {
    switch output.format {
    case .json: Terminal.writeJSON(["type": .string(value.typeName), "value": value.json])
    case .text:
      let json = value.json
      Terminal.writeLine(
        TextLayout.escaped(json.string ?? CanonicalJSON.text(of: json)))
    }
  }

  /// `line:column: message`, and what helps.
  private func show(_ problem: Refusal.Problem, in source: String) {
    var place = ""
    if let offset = problem.offset {
      let before = String(decoding: source.utf8.prefix(offset), as: UTF8.self)
      let line = before.utf8.count { $0 == 0x0A } + 1
      let column =
        (before.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
        .unicodeScalars.count + 1
      place = "\(line):\(column): "
    }
    Terminal.writeError("writ: \(place)\(TextLayout.escaped(problem.message))")
    if let hint = problem.hint { Terminal.writeError("    \(TextLayout.escaped(hint))") }
  }

  private func variables() throws -> [Value.Member] {
    guard let input else { return [] }
    let bytes = try bytes(input, limit: Self.maximumBytes)
    do throws(JSONError) {
      let value = try JSONReader.read(
        bytes, maximumDepth: 128, maximumBytes: Self.maximumBytes)
      if case .object(let members) = value { return members }
    } catch {
      throw SettingsError("\(input) is not JSON: \(error.message) at byte \(error.offset)")
    }
    throw SettingsError("\(input) is not a JSON object; its members are the variables")
  }

  private func bytes(_ path: String, limit: Int) throws -> [UInt8] {
    if path != "-" { return try FileText.bytes(path, limit: limit) }
    guard let bytes = FileText.read(0, limit: limit) else {
      throw SettingsError("standard input cannot be read, or has more than \(limit) bytes")
    }
    return bytes
  }
}
