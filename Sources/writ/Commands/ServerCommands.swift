import App
import ArgumentParser
import ControlPlane
import Engine
import Persistence
import GitSource
import Glibc
import Logging
import Planning
import Rendering
import Resources

/// The command `writ serve`.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follow a repository: poll it, listen for hooks, keep the live state as it says.",
    discussion: """
      Hooks arrive at POST /hooks/git, signed as GitHub, GitLab or Gitea do; set the secret with
      WRIT_HOOK_SECRET, WRIT_HOOK_SECRET_FILE or --hook-secret-file. Ends cleanly on SIGTERM.
      """)

  @OptionGroup var source: SourceOptions

  @Option(name: .long, help: "HOST:PORT to listen on. Default: 127.0.0.1:8373.")
  var listen: String?

  @Option(name: .long, help: "The time between polls. Default: 60s.")
  var interval: String?

  @Option(name: .long, help: "A file with the secret that signs hooks.")
  var hookSecretFile: String?

  @Option(name: .long, help: "Where applies are announced by POST.")
  var notifyURL: String?

  @Option(name: .long, help: "text or json.")
  var logFormat: String?

  @Option(name: .long, help: "trace, debug, info, notice, warning, error or critical.")
  var logLevel: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      var flags = common.flags
      source.add(to: &flags)
      flags.listen = listen
      flags.interval = interval
      flags.hookSecretFile = hookSecretFile
      flags.notifyURL = notifyURL
      flags.logFormat = logFormat
      flags.logLevel = logLevel ?? (common.verbose ? "debug" : nil)
      let settings = try Settings.load(flags, environment: Process.environment)
      try await Server(workspace: Workspace(settings: settings)).run()
    }
  }
}

/// The command `writ reconcile`.
struct Reconcile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare with the repository now, and apply; by the running server if there is one.",
    discussion: """
      Exit codes: 0 in sync, 3 blocked or suspended, 5 the source is not signed as --verify asks,
      1 error, 64 usage.
      """)

  @Flag(name: .long, help: "Wait for the running server to be done.")
  var wait = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let outcome: Value
      if let answer = try await workspace.askServer(toReconcileAndWait: wait) {
        outcome = answer
      } else {
        outcome = try await reconcileHere(workspace)
      }
      let view = ReconcileView(value: outcome)
      switch output.format {
      case .json: Terminal.writeJSON(outcome)
      case .text: view.show(isQuiet: common.quiet)
      }
      if view.exitCode != .success { throw view.exitCode }
    }
  }

  /// One pass in this process.
  private func reconcileHere(_ workspace: Workspace) async throws -> Value {
    let source = try workspace.mirror()
    try workspace.data.prepare()
    try await source.refresh()
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    let head = try source.revision(liveRoots: store.status().roots)
    let verification = try await workspace.verification(
      of: head.revision, since: store.status().live.revision, in: .mirror, store: store,
      remembers: true)
    let report = try workspace.pass(store).run(
      source: head, verification: verification, actor: Process.actor, at: workspace.wall.now())
    if case .applied = report.outcome { try source.keep(report.revision) }
    return ReconcileAnswer.value(of: .report(report))
  }
}

/// The child process of a fetch; reads its request from standard input.
struct FetchChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "fetch-child", shouldDisplay: false)

  func run() throws {
    guard let input = FileText.read(STDIN_FILENO, limit: 1 << 20) else { throw ExitCode.error }
    Terminal.write(FetchChild.run(input: input), to: STDOUT_FILENO)
  }
}
