import Kinds
import Resources
import YAML

/// `writ.yaml` in the data directory.
enum SettingsFile {
  static let shape = ObjectShape([
    .optional("repository", .text(.line), "A path or a URL."),
    .optional("ref", .text(.line), "A branch, a tag, a full reference or HEAD."),
    .optional(
      "roots", .list(of: .text(.line), ListRule(count: 1...64, order: .set)), "The manifest roots."),
    .optional("interval", .format(.duration), "The time between polls."),
    .optional("fetchTimeout", .format(.duration), "When a fetch is ended."),
    .optional("listen", .text(.line), "HOST:PORT of the server."),
    .optional("hookSecretFile", .text(.line), "A file with the secret that signs hooks."),
    .optional(
      "git",
      .object(
        ObjectShape([
          .optional("username", .text(.line), "The user at the remote."),
          .optional("tokenFile", .text(.line), "A file with the token or password for HTTPS."),
          .optional("sshKeyFile", .text(.line), "The private key for SSH."),
          .optional("sshPassphraseFile", .text(.line), "A file with the passphrase of the key."),
          .optional("knownHostsFile", .text(.line), "The host keys that are believed."),
          .optional("caFile", .text(.line), "The certificate authorities that are believed."),
        ])), "How to get into the repository."),
    .optional(
      "notify",
      .object(
        ObjectShape([
          .required("url", .text(.line), "Where applies are announced by POST."),
          .optional("secretFile", .text(.line), "A file with the secret that signs them."),
        ])), "Whom to tell of applies."),
    .optional(
      "log",
      .object(
        ObjectShape([
          .optional("format", .choice(["text", "json"]), "How log lines look."),
          .optional(
            "level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            "The least that is logged."),
        ])), "The log of the server."),
    .optional(
      "drift",
      .object(
        ObjectShape([
          .optional(
            "mode", .choice(["enforce", "warn", "off"]),
            "What becomes of live resources that somebody else changed."),
          .optional("auditInterval", .format(.duration), "The time between full comparisons."),
          .optional(
            "ignore",
            .list(
              of: .object(
                ObjectShape([
                  .optional("kind", .text(.line), "Only resources of this kind."),
                  .optional("name", .text(.line), "Only resources of this name."),
                  .required("field", .text(.line), "The field: spec.timeout."),
                ])), ListRule(count: 1...1000)), "Fields that may differ."),
        ])), "Drift: what is live and is not what was applied."),
    .optional(
      "backups",
      .object(
        ObjectShape([
          .optional("keep", .integer(1...10_000), "So many backups stay; older ones are deleted.")
        ])), "Backups of the database."),
    .optional(
      "journal",
      .object(
        ObjectShape([
          .optional("keep", .format(.positiveDuration), "How long events are kept."),
          .optional(
            "exports", .text(.line), "A folder that events are exported to before they go."),
        ])), "How long the journal grows."),
    .optional(
      "guards",
      .object(
        ObjectShape([
          .optional("massLimit", .integer(0...1_000_000), "So many deletes are never a mass."),
          .optional(
            "deletePercent", .integer(0...100), "The share above which deletes are a mass."),
          .optional(
            "updatePercent", .integer(0...100), "The share above which updates are a mass."),
        ])), "The thresholds of the guards."),
    .optional(
      "approvals",
      .object(
        ObjectShape([
          .optional(
            "partial", .boolean, "Whether what needs no approval goes ahead of what waits."),
          .optional(
            "expireAfter", .format(.positiveDuration), "How long an approval counts."),
        ])), "Changes that people have to agree to."),
    .optional(
      "runs",
      .object(
        ObjectShape([
          .optional(
            "parallel", .integer(1...10_000), "How many runs the server's own probes do at a time."),
          .optional("keep", .format(.positiveDuration), "How long it is kept what ran."),
          .optional(
            "keepCount", .integer(1...10_000_000), "So many executions of each job stay at most."),
        ])), "What runs."),
    .optional("health", .object(HealthShape.object), "How each apply is watched."),
    .optional("verify", .object(verifyShape), "Whose signatures the source must carry."),
  ])

  /// Decodes the text of a settings file.
  static func decode(_ bytes: [UInt8], path: String) throws(SettingsError) -> Value {
    let read = YAMLReader.read(bytes, file: path)
    var diagnostics = read.diagnostics
    var result = Value.object([])
    if !diagnostics.containsError, let document = read.documents.first {
      var decoder = ShapeDecoder(file: path, rootName: "the settings")
      result = decoder.decode(document.root, as: .object(shape))
      diagnostics += decoder.diagnostics
    }
    guard !diagnostics.containsError else {
      throw SettingsError(
        "\(path) cannot be used", hint: "mend it, or move it away", diagnostics: diagnostics)
    }
    return result
  }
}
