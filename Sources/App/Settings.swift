package import GitSource
package import Planning
package import Resources

/// Everything that can be set, after flags, environment, `writ.yaml` and defaults were put together.
package struct Settings: Sendable {
  package var dataDirectory: String
  /// A path or a URL; nil for the repository around the working directory.
  package var repository: String?
  package var reference: String?
  package var roots: [String]?
  package var access: SourceAccess
  package var fetchTimeout: Duration
  package var interval: Duration
  package var listen: ListenAddress
  /// What signs hooks; nil accepts them from this machine only.
  package var hookSecret: String?
  /// Where applies are announced.
  package var notifyURL: String?
  package var notifySecret: String?
  package var logFormat: LogFormat
  package var logLevel: String
  package var guards: GuardSettings

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

  package init() {}
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
