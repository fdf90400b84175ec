package import Engine
package import GitSource
package import Planning
package import Resources
package import Workflows

/// Everything that can be set, after flags, environment, `writ.yaml` and defaults were put together.
package struct Settings: Sendable {
  package var dataDirectory: String
  /// A path or a URL; nil for the repository around the working directory.
  package var repository: String?
  package var reference: String?
  package var roots: [String]?
  package var access: AccessSettings
  package var fetchTimeout: Duration
  package var interval: Duration
  package var listen: ListenAddress
  /// What signs hooks; nil accepts them from this machine only.
  package var hookSecret: SecretSetting?
  /// Where applies are announced.
  package var notifyURL: String?
  package var notifySecret: SecretSetting?
  package var logFormat: LogFormat
  package var logLevel: String
  package var guards: GuardSettings
  /// What becomes of live resources that somebody else changed.
  package var drift: DriftPolicy
  /// How many backups stay.
  package var backupsKept: Int
  /// How each apply is watched; nil where only jobs ask for it.
  package var health: HealthPolicy?
  /// Whether what needs no approval goes ahead of what waits for one.
  package var appliesPartially: Bool
  /// How long an approval counts.
  package var approvalTime: TimeSpan
  /// How long events of the journal are kept; nil for ever.
  package var journalKeep: TimeSpan?
  /// The folder that events are exported to before they are dropped.
  package var journalExports: String?
  /// How many runs the server's own probes do at a time.
  package var parallelRuns: Int
  /// How long it is kept what ran.
  package var runRetention: RunRetention
  /// Whose signatures the source must carry, and how much of it.
  package var verify: TrustFiles

  /// How to get into the repository; secrets are read when a fetch needs them.
  package struct AccessSettings: Sendable {
    package var username: String?
    package var token: SecretSetting?
    package var keyFile: String?
    package var passphrase: SecretSetting?
    package var knownHostsFile: String?
    package var certificateFile: String?

    package func resolve() throws(SettingsError) -> SourceAccess {
      SourceAccess(
        username: username, token: try token?.resolve(), keyFile: keyFile,
        passphrase: try passphrase?.resolve(), knownHostsFile: knownHostsFile,
        certificateFile: certificateFile)
    }
  }

  package enum LogFormat: String, Sendable, CaseIterable { case text, json }

  package struct ListenAddress: Hashable, Sendable {
    package var host: String
    package var port: Int

    /// Reads `HOST:PORT` or `[V6]:PORT`.
    package init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
        (0...65_535).contains(port)
      else { return nil }
      var host = String(text[..<colon])
      if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
      guard !host.isEmpty else { return nil }
      self.host = host
      self.port = port
    }
  }
}

/// What a flag said; nil where it was not given.
package struct SettingsFlags: Sendable {
  package var dataDirectory: String?
  package var repository: String?
  package var reference: String?
  package var roots: [String] = []
  package var fetchTimeout: String?
  package var interval: String?
  package var listen: String?
  package var hookSecretFile: String?
  package var notifyURL: String?
  package var logFormat: String?
  package var logLevel: String?
  package var verify: String?
  package var allowedSigners: String?

  package init() {}
}

/// Where a secret is; printing it shows none.
package struct SecretSetting: Sendable, CustomStringConvertible, CustomReflectable {
  enum Place: Sendable {
    case value(String)
    case file(String)
  }

  let place: Place

  /// Reads the secret; a newline at the end of a file does not belong to it.
  package func resolve() throws(SettingsError) -> String {
    switch place {
    case .value(let text): return text
    case .file(let path):
      let text = String(decoding: try FileText.bytes(path, limit: 1 << 16), as: UTF8.self)
      let trimmed = text.hasSuffix("\n") ? String(text.dropLast()) : text
      guard !trimmed.isEmpty else { throw SettingsError("the secret file \(path) is empty") }
      return trimmed
    }
  }

  package var description: String { "[secret]" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is wrong with a setting, in words.
package struct SettingsError: Error, Sendable, CustomStringConvertible {
  package var message: String
  package var hint: String?
  package var diagnostics: [Diagnostic] = []

  package init(_ message: String, hint: String? = nil, diagnostics: [Diagnostic] = []) {
    self.message = message
    self.hint = hint
    self.diagnostics = diagnostics
  }

  package var description: String { message }
}
