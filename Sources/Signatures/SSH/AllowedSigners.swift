package import Resources

/// Whose SSH signatures count, and when: the ALLOWED SIGNERS format of ssh-keygen(1).
///
/// Differences: times are always UTC, certificates are refused, and the principal of a key is the
/// first name of its line, rather than one that the caller asks for.
package struct AllowedSigners: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    /// The names in front of the key, those after `!` aside.
    var names: [String]
    /// Patterns of what the key may sign; nil for anything.
    var namespaces: [String]?
    var validAfter: Timestamp?
    var validBefore: Timestamp?
  }

  /// By wire form, in the order of the lines.
  private var entries: [[UInt8]: [Entry]] = [:]

  /// The most names that one line may have.
  static let namesLimit = 100

  /// Nobody.
  package init() {}

  /// Reads a file; the signers are those of its good lines.
  package static func read(
    _ bytes: [UInt8], file: String,
  ) -> (signers: AllowedSigners, diagnostics: [Diagnostic]) {
    var signers = AllowedSigners()
    let diagnostics = KeyFile.read(bytes, file: file) { line in
      guard let (key, entry) = Self.entry(&line) else { return }
      signers.entries[key.blob, default: []].append(entry)
    }
    return (signers, diagnostics)
  }

  /// Whether there is no key at all.
  package var isEmpty: Bool { entries.isEmpty }

  /// Whose signature it is that `key` made for `namespace` at `time`.
  package func verdict(
    of key: SSHPublicKey, namespace: String, at time: Timestamp,
  ) -> CommitVerdict {
    let fingerprint = key.fingerprint
    guard let all = entries[key.blob] else { return .refused(.unknownKey(fingerprint)) }
    let entries = all.filter { $0.mayServe(namespace) }
    if entries.isEmpty {
      return .refused(.unsupported("the key \(fingerprint) may not sign for \(namespace)"))
    }
    let valid = entries.filter { $0.isValid(at: time) }
    if let first = valid.first {
      var names: [String] = []
      for name in valid.flatMap(\.names) where !names.contains(name) { names.append(name) }
      return .verified(
        Signer(principal: first.names[0], key: fingerprint, kind: .ssh, names: names))
    }
    let principal = entries[0].names[0]
    if let end = entries.compactMap(\.validBefore).filter({ $0 < time }).max() {
      return .refused(.expired(key: fingerprint, principal: principal, since: end))
    }
    let start = entries.compactMap(\.validAfter).min() ?? time
    return .refused(.notYetValid(key: fingerprint, principal: principal, from: start))
  }

  // MARK: One line

  private static func entry(_ line: inout KeyFileLine) -> (SSHPublicKey, Entry)? {
    guard let principals = line.word() else { return nil }
    if line.startsKey(principals) {
      line.refuse(
        "missing-principals", "the line starts with a key instead of whose it is", at: principals,
        hint: "put the principals first, as in: ana@example.com ssh-ed25519 AAAA…")
      return nil
    }
    let names = names(line.text(principals), at: principals, &line)
    var entry = Entry(names: names, namespaces: nil)
    if let next = line.peek(), !line.startsKey(next), isOptions(line.text(next)) {
      _ = line.word()
      apply(line.options(next), to: &entry, &line)
    }
    guard let key = line.key(), line.diagnostics.isEmpty else { return nil }
    return (key, entry)
  }

  /// Whether the word before the key is meant as options, rather than as a key that is misspelt.
  private static func isOptions(_ word: String) -> Bool {
    !(word.hasPrefix("ssh-") || word.hasPrefix("sk-") || word.hasPrefix("ecdsa-"))
  }

  private static func names(
    _ word: String, at range: Range<Int>, _ line: inout KeyFileLine,
  ) -> [String] {
    let text = KeyFileLine.unquoted(Array(word.utf8)[...]) ?? word
    let all = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let names = all.filter { !$0.hasPrefix("!") }
    if all.contains(where: { $0.isEmpty || $0 == "!" }) {
      line.refuse("empty-principal", "a principal between two commas is empty", at: range)
    } else if names.isEmpty {
      line.refuse("missing-principals", "every principal is one to leave out", at: range)
    } else if all.count > namesLimit {
      line.refuse("too-many-principals", "there are more than \(namesLimit) names", at: range)
    }
    return names
  }

  private static let knownOptions = ["cert-authority", "namespaces", "valid-after", "valid-before"]

  private static func apply(
    _ options: [KeyFileLine.Option], to entry: inout Entry, _ line: inout KeyFileLine,
  ) {
    var seen: Set<String> = []
    for option in options {
      guard seen.insert(option.name).inserted else {
        line.refuse("duplicate-option", "\(option.name) stands here twice", at: option.range)
        continue
      }
      switch option.name {
      case "cert-authority":
        line.refuse(
          "certificate-authority", "certificate authorities are not accepted", at: option.range,
          hint: "name each signer's own key on a line")
      case "namespaces":
        guard let value = option.value, !value.isEmpty else {
          line.refuse(
            "bad-option", "the namespaces must stand in quotes", at: option.range,
            hint: "write namespaces=\"git\"")
          continue
        }
        entry.namespaces = value.split(separator: ",").map(String.init)
      case "valid-after": entry.validAfter = time(option, &line)
      case "valid-before": entry.validBefore = time(option, &line)
      default:
        line.refuse(
          "unknown-option", "there is no option \"\(option.name.prefix(64))\"", at: option.range,
          hint: Suggestion.didYouMean(option.name, among: knownOptions)
            ?? "options: \(knownOptions.joined(separator: ", "))")
      }
    }
    if let after = entry.validAfter, let before = entry.validBefore, before <= after,
      let last = options.last
    {
      line.refuse("never-valid", "valid-before is not later than valid-after", at: last.range)
    }
  }

  private static func time(
    _ option: KeyFileLine.Option, _ line: inout KeyFileLine,
  ) -> Timestamp? {
    if let time = option.value.flatMap(KeyTime.parse) { return time }
    line.refuse(
      "bad-time", "\(option.name) is not a time", at: option.range,
      hint: "write \(option.name)=\"20261231\" or \"20261231235959Z\", in UTC")
    return nil
  }
}

extension AllowedSigners.Entry {
  fileprivate func mayServe(_ namespace: String) -> Bool {
    guard let namespaces else { return true }
    var isNamed = false
    for pattern in namespaces {
      let isNegated = pattern.hasPrefix("!")
      guard Wildcard(isNegated ? String(pattern.dropFirst()) : pattern).matches(namespace) else {
        continue
      }
      if isNegated { return false }
      isNamed = true
    }
    return isNamed
  }

  fileprivate func isValid(at time: Timestamp) -> Bool {
    if let validAfter, time < validAfter { return false }
    if let validBefore, time > validBefore { return false }
    return true
  }
}
