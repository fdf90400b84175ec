import App
import ArgumentParser
import Glibc
import Resources

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Where state is kept. Default: $WRIT_DATA_DIR, $XDG_STATE_HOME/writ, ~/.local/state/writ."
  )
  var dataDir: String?

  @Flag(name: .shortAndLong, help: "Print results only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print more: every change, every field.")
  var verbose = false

  var flags: SettingsFlags {
    var flags = SettingsFlags()
    flags.dataDirectory = dataDir
    return flags
  }

  func workspace() throws -> Workspace {
    Workspace(settings: try Settings.load(flags, environment: Process.environment))
  }
}

/// Options of commands that read a repository.
struct SourceOptions: ParsableArguments {
  @Option(name: .long, help: "A repository: PATH or URL. Default: the one around this directory.")
  var repo: String?

  @Option(name: .long, help: "A branch, tag or commit. Default: the repository's HEAD.")
  var ref: String?

  @Option(
    name: .long,
    help: "A folder of manifests; repeatable. Default: manifests and policies, or the whole tree.")
  var root: [String] = []

  @Option(name: .long, help: "When a fetch is ended. Default: 60s.")
  var fetchTimeout: String?

  @Option(name: .long, help: "How much must be signed: off, head or range. Default: off.")
  var verify: String?

  @Option(name: .long, help: "The file of SSH keys whose signatures count.")
  var allowedSigners: String?

  func add(to flags: inout SettingsFlags) {
    flags.repository = repo
    flags.reference = ref
    flags.roots = root
    flags.fetchTimeout = fetchTimeout
    flags.verify = verify
    flags.allowedSigners = allowedSigners
  }

  func workspace(_ common: CommonOptions) throws -> Workspace {
    var flags = common.flags
    add(to: &flags)
    return Workspace(settings: try Settings.load(flags, environment: Process.environment))
  }
}

/// `-o`, for commands with two formats.
struct OutputOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: "text or json.")
  var format: OutputFormat = .text
}

/// `-o` of `plan`, which is also read by forges and other tools.
struct PlanOutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "text, json, jsonl, markdown, sarif, junit, github or gitlab.")
  var format: PlanFormat = .text
}

enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, jsonl, markdown, sarif, junit, github, gitlab

  init(_ format: OutputFormat) { self = format == .json ? .json : .text }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// Facts about this process.
enum Process {
  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Who runs this command, for the journal.
  static var actor: String {
    let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
    return "cli:\(name ?? String(geteuid()))"
  }
}
