import App
import ArgumentParser
import Engine
import GitSource
import Kinds
import Planning
import Rendering
import Resources

/// The command `writ policy`.
struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Write and try the rules that review changes.",
    subcommands: [PolicyTest.self, PolicyCheck.self, PolicyEval.self])
}

/// Options of commands that read policies as they lie in a folder.
struct PolicyFolderOptions: ParsableArguments {
  @Argument(help: "The folder of the repository. Default: this one.")
  var directory = "."

  @Option(name: .long, help: "A folder of manifests below it; repeatable.")
  var root: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  /// The manifests; prints what is wrong with them, and ends where that is an error.
  func read() throws -> WorkTree.Reading {
    let workspace = try common.workspace()
    let tree = WorkTree(directory: FileText.absolute(directory), registry: workspace.registry)
    let read = try tree.read(requestedRoots: root.isEmpty ? nil : root)
    if read.diagnostics.containsError {
      if output.format == .json { Terminal.writeJSON(DiagnosticsJSON.value(read.diagnostics)) }
      Terminal.writeError(
        lines: DiagnosticsText(read.diagnostics, width: Terminal.errorWidth)
          .lines(Terminal.errorStyle))
      throw ExitCode.error
    }
    return read
  }

  /// The bytes of a manifest, for places within its texts.
  func bytes(of file: String) -> [UInt8] {
    (try? FileText.bytes("\(FileText.absolute(directory))/\(file)", limit: 1 << 20)) ?? []
  }
}

/// The command `writ policy test`.
struct PolicyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that policies have in them, and say what no test reaches.",
    discussion: "Ends with 1 where a test fails. Reads files as they lie there; needs no git.")

  @OptionGroup var folder: PolicyFolderOptions

  func run() async throws {
    try await reportingErrors {
      let read = try folder.read()
      let policies = read.resources.filter { $0.key.kind == Kind.policy.name }
        .sorted { $0.key < $1.key }
      guard !policies.isEmpty else {
        throw SourceError(
          .notFound, "there is no policy in \(folder.directory)",
          hint: "print an example: writ schema Policy --example")
      }
      var view = PolicyTestView()
      for resource in policies {
        guard let spec = Value(canonical: resource.content)?["spec"],
          let run = PolicyTestRun(name: resource.key.name, spec: spec, registry: .standard)
        else { continue }
        view.add(run, resource, source: { folder.bytes(of: resource.location.file) })
      }
      switch folder.output.format {
      case .json: Terminal.writeJSON(view.value)
      case .text:
        Terminal.write(
          lines: view.lines(isVerbose: folder.common.verbose, width: Terminal.width)
            .map { $0.text(Terminal.outputStyle) })
      }
      if view.hasFailures { throw ExitCode.error }
    }
  }
}

/// The command `writ policy check`.
struct PolicyCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge every manifest in a folder by the policies beside it, as they lie there.",
    discussion: """
      A plan judges changes by the policies that are live; this judges all resources by the \
      policies in the folder. It also names policies that match nothing and exceptions that ran \
      out. Ends with 3 where a policy denies something.
      """)

  @OptionGroup var folder: PolicyFolderOptions

  func run() async throws {
    try await reportingErrors {
      let read = try folder.read()
      let now = try folder.common.workspace().wall.now()
      let set = PolicyCache().policies(of: read.resources)
      let audit = PolicyAudit(
        set,
        of: read.resources.compactMap { resource in
          Value(canonical: resource.content).map {
            PolicyAudit.Subject(
              key: resource.key, content: $0, location: resource.location, node: resource.node)
          }
        }, registry: .standard)
      let diagnostics = PolicyDiagnostics(at: now).diagnostics(audit, set, read.resources)
      switch folder.output.format {
      case .json: Terminal.writeJSON(DiagnosticsJSON.value(diagnostics))
      case .text:
        Terminal.writeError(
          lines: DiagnosticsText(diagnostics, width: Terminal.errorWidth)
            .lines(Terminal.errorStyle))
        if !folder.common.quiet {
          let denied = audit.findings.count { $0.severity == .deny && !$0.isWaived(at: now) }
          Terminal.writeLine(
            "\(Number.text(set.policies.count, "policy", plural: "policies")), "
              + "\(Number.text(read.resources.count, "resource")): "
              + (denied == 0 ? "nothing is denied" : "\(denied) denied"))
        }
      }
      if diagnostics.containsError { throw ExitCode.blocked }
    }
  }
}
