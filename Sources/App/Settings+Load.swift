import Engine
import GitSource
import Glibc
import Kinds
import Persistence
import Planning
import Resources
import Workflows

extension Settings {
  /// Puts together flags over environment over `writ.yaml` over defaults.
  ///
  /// - Parameters:
  ///   - environment: looks up a variable; the real one, or a test's.
  ///   - readsFile: false does as if there were no `writ.yaml`.
  package static func load(
    _ flags: SettingsFlags, environment: @escaping (String) -> String?, readsFile: Bool = true,
  ) throws(SettingsError) -> Settings {
    let directory = try dataDirectory(flags, environment)
    var file = Value.object([])
    let path = DataDirectory(path: directory).settingsPath
    if readsFile, Glibc.access(path, F_OK) == 0 {
      file = try SettingsFile.decode(FileText.bytes(path, limit: 1 << 20), path: path)
    }
    let sources = Sources(environment: environment, file: file)
    let listenText = sources.text(flags.listen, "WRIT_LISTEN", ["listen"]) ?? "127.0.0.1:8373"
    guard let listen = ListenAddress(listenText) else {
      throw SettingsError(
        "\"\(listenText)\" is not an address to listen on",
        hint: "write HOST:PORT, as in 127.0.0.1:8373")
    }
    let rootsText = environment("WRIT_ROOTS").map { $0.split(separator: ":").map(String.init) }
    let fileRoots = file["roots"]?.array?.compactMap(\.string)
    let logFormat = sources.text(flags.logFormat, "WRIT_LOG_FORMAT", ["log", "format"]) ?? "text"
    guard let format = LogFormat(rawValue: logFormat) else {
      throw SettingsError("the log format must be text or json, not \"\(logFormat)\"")
    }
    if let problem = HealthShape.expressionProblems(file["health"]).first {
      throw SettingsError(
        "\(path): a check of health cannot be evaluated: \(problem)",
        hint: "try it: writ policy eval EXPRESSION --input VARIABLES.json")
    }
    return Settings(
      dataDirectory: directory,
      repository: sources.text(flags.repository, "WRIT_REPO", ["repository"]),
      reference: sources.text(flags.reference, "WRIT_REF", ["ref"]),
      roots: flags.roots.isEmpty ? rootsText ?? fileRoots : flags.roots,
      access: sources.access,
      fetchTimeout: try sources.duration(
        flags.fetchTimeout, "WRIT_FETCH_TIMEOUT", ["fetchTimeout"], default: .seconds(60)),
      interval: try sources.duration(
        flags.interval, "WRIT_INTERVAL", ["interval"], default: .seconds(60)),
      listen: listen,
      hookSecret: sources.secret(
        "WRIT_HOOK_SECRET", file: flags.hookSecretFile ?? sources.fileText(["hookSecretFile"])),
      notifyURL: sources.text(flags.notifyURL, "WRIT_NOTIFY_URL", ["notify", "url"]),
      notifySecret: sources.secret(
        "WRIT_NOTIFY_SECRET", file: sources.fileText(["notify", "secretFile"])),
      logFormat: format,
      logLevel: sources.text(flags.logLevel, "WRIT_LOG_LEVEL", ["log", "level"]) ?? "info",
      guards: sources.guards,
      drift: try sources.drift,
      backupsKept: file["backups"]?["keep"]?.integer.map(Int.init) ?? 10,
      health: file["health"].flatMap(HealthPolicy.init),
      appliesPartially: file["approvals"]?["partial"] == true,
      approvalTime: try sources.span("WRIT_APPROVALS_EXPIRE_AFTER", ["approvals", "expireAfter"])
        ?? .days(7),
      journalKeep: try sources.span("WRIT_JOURNAL_KEEP", ["journal", "keep"]),
      journalExports: sources.text(nil, "WRIT_JOURNAL_EXPORTS", ["journal", "exports"]).map {
        FileText.absolute($0)
      },
      parallelRuns: file["runs"]?["parallel"]?.integer.map(Int.init) ?? 64,
      runRetention: RunRetention(
        age: try sources.span("WRIT_RUNS_KEEP", ["runs", "keep"]) ?? .days(30),
        countOfJob: file["runs"]?["keepCount"]?.integer.map(Int.init) ?? 10_000),
      verify: try sources.verify(flags))
  }

  private static func dataDirectory(
    _ flags: SettingsFlags, _ environment: (String) -> String?,
  ) throws(SettingsError) -> String {
    func absolute(_ path: String) -> String { FileText.absolute(path) }
    if let path = flags.dataDirectory ?? environment("WRIT_DATA_DIR"), !path.isEmpty {
      return absolute(path)
    }
    if let state = environment("XDG_STATE_HOME"), !state.isEmpty {
      return absolute(state + "/writ")
    }
    guard let home = environment("HOME"), !home.isEmpty else {
      throw SettingsError(
        "there is no HOME to keep the data directory in", hint: "name one with --data-dir")
    }
    return absolute(home + "/.local/state/writ")
  }
}

/// Looks settings up where they may stand.
struct Sources {
  let environment: (String) -> String?
  let file: Value

  func text(_ flag: String?, _ variable: String, _ path: [String]) -> String? {
    if let flag { return flag }
    if let value = environment(variable), !value.isEmpty { return value }
    return fileText(path)
  }

  func fileText(_ path: [String]) -> String? {
    path.reduce(Optional(file)) { value, key in value?[key] }?.string
  }

  func duration(
    _ flag: String?, _ variable: String, _ path: [String], default value: Duration,
  ) throws(SettingsError) -> Duration {
    guard let text = text(flag, variable, path) else { return value }
    do throws(TextFormat.Problem) {
      return .nanoseconds(try TimeSpan(parsing: text).nanoseconds)
    } catch {
      throw SettingsError(
        "\"\(text)\" is not a duration: \(error.reason)", hint: "write 90s, 10m or 1h30m")
    }
  }

  /// A length of time that is not nothing; nil where none is said.
  func span(_ variable: String, _ path: [String]) throws(SettingsError) -> TimeSpan? {
    guard let text = text(nil, variable, path) else { return nil }
    do throws(TextFormat.Problem) {
      let span = try TimeSpan(parsing: text)
      guard span > .zero else { throw TextFormat.Problem("it must be longer than nothing") }
      return span
    } catch {
      throw SettingsError(
        "\"\(text)\" is not a length of time: \(error.reason)", hint: "write 365d or 12h")
    }
  }

  /// A secret in a variable, in the file that a variable with `_FILE` names, or in `file`.
  func secret(_ variable: String, file: String?) -> SecretSetting? {
    if let value = environment(variable), !value.isEmpty {
      return SecretSetting(place: .value(value))
    }
    return (environment(variable + "_FILE") ?? file).map { SecretSetting(place: .file($0)) }
  }

  var access: Settings.AccessSettings {
    let home = environment("HOME") ?? ""
    func existing(_ path: String) -> String? {
      !home.isEmpty && Glibc.access(path, R_OK) == 0 ? path : nil
    }
    return Settings.AccessSettings(
      username: text(nil, "WRIT_GIT_USERNAME", ["git", "username"]),
      token: secret("WRIT_GIT_TOKEN", file: fileText(["git", "tokenFile"])),
      keyFile: text(nil, "WRIT_GIT_SSH_KEY_FILE", ["git", "sshKeyFile"])
        ?? existing(home + "/.ssh/id_ed25519"),
      passphrase: secret("WRIT_GIT_SSH_PASSPHRASE", file: fileText(["git", "sshPassphraseFile"])),
      knownHostsFile: text(nil, "WRIT_GIT_KNOWN_HOSTS_FILE", ["git", "knownHostsFile"])
        ?? existing(home + "/.ssh/known_hosts"),
      certificateFile: text(nil, "WRIT_GIT_CA_FILE", ["git", "caFile"]))
  }

  var guards: GuardSettings {
    var guards = GuardSettings()
    if let value = file["guards"]?["massLimit"]?.integer { guards.massLimit = Int(value) }
    if let value = file["guards"]?["deletePercent"]?.integer { guards.deletePercent = Int(value) }
    if let value = file["guards"]?["updatePercent"]?.integer { guards.updatePercent = Int(value) }
    return guards
  }

  var drift: DriftPolicy {
    get throws(SettingsError) {
      let mode = text(nil, "WRIT_DRIFT", ["drift", "mode"]) ?? "enforce"
      guard let mode = DriftPolicy.Mode(rawValue: mode) else {
        let modes = DriftPolicy.Mode.allCases.map(\.rawValue)
        throw SettingsError(
          "there is no way \"\(mode)\" to treat drift",
          hint: "ways: \(modes.joined(separator: ", "))")
      }
      let ignored = (file["drift"]?["ignore"]?.array ?? []).map { rule in
        DriftPolicy.IgnoreRule(
          kind: rule["kind"]?.string, name: rule["name"]?.string,
          field: JSONPointer(dotted: rule["field"]?.string ?? ""))
      }
      let interval = try duration(
        nil, "WRIT_DRIFT_AUDIT", ["drift", "auditInterval"], default: .seconds(3600))
      return DriftPolicy(mode: mode, ignored: ignored, auditInterval: interval)
    }
  }
}
