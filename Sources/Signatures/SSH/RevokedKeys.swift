package import Resources

/// Keys that count no more: public keys or fingerprints, one on a line.
///
/// `revoked-after="YYYYMMDD…"` before a key leaves what was signed up to that time standing; without
/// it nothing that the key ever signed counts.
package struct RevokedKeys: Hashable, Sendable {
  /// From when on, by fingerprint; nil for always.
  private var times: [String: Timestamp?] = [:]

  /// None.
  package init() {}

  /// Reads a file; the keys are those of its good lines.
  package static func read(
    _ bytes: [UInt8], file: String,
  ) -> (keys: RevokedKeys, diagnostics: [Diagnostic]) {
    var keys = RevokedKeys()
    if bytes.starts(with: Array("SSHKRL\n".utf8)) {
      let problem = Diagnostic(
        code: "binary-krl", "this is a key revocation list in binary form, which is not read",
        at: SourceLocation(file: file, range: .start),
        hint: "list the revoked public keys, or their SHA256 fingerprints, one on a line")
      return (keys, [problem])
    }
    let diagnostics = KeyFile.read(bytes, file: file) { line in
      guard let (fingerprint, time) = Self.entry(&line) else { return }
      keys.add(fingerprint, time)
    }
    return (keys, diagnostics)
  }

  /// What revokes the key with `fingerprint` for something signed at `time`.
  package func reason(for fingerprint: String, at time: Timestamp) -> CommitVerdict.Reason? {
    guard let since = times[fingerprint] else { return nil }
    if let since, time <= since { return nil }
    return .revoked(key: fingerprint, since: since)
  }

  /// Of two lines about one key the stricter holds.
  private mutating func add(_ fingerprint: String, _ time: Timestamp?) {
    guard case .some(.some(let known)) = times[fingerprint], let time else {
      if times[fingerprint] == nil || time == nil { times[fingerprint] = .some(time) }
      return
    }
    times[fingerprint] = .some(min(known, time))
  }

  private static func entry(_ line: inout KeyFileLine) -> (String, Timestamp?)? {
    var time: Timestamp?
    if let next = line.peek(), line.text(next).hasPrefix("revoked-after") {
      _ = line.word()
      guard let option = line.options(next).first, option.name == "revoked-after",
        let parsed = option.value.flatMap(KeyTime.parse)
      else {
        line.refuse(
          "bad-time", "revoked-after is not a time", at: next,
          hint: "write revoked-after=\"20261231\" or \"20261231235959Z\", in UTC")
        return nil
      }
      time = parsed
    }
    guard let next = line.peek() else {
      line.refuse("missing-key", "the key is missing", at: line.bytes.count..<line.bytes.count)
      return nil
    }
    let text = line.text(next)
    if text.hasPrefix("SHA256:") {
      guard let bytes = Base64.decode(Array(text.dropFirst(7).utf8) + [UInt8(ascii: "=")]),
        bytes.count == 32
      else {
        line.refuse(
          "bad-fingerprint", "this is not a SHA256 fingerprint", at: next,
          hint: "print it with: ssh-keygen -lf KEY.pub")
        return nil
      }
      return (text, time)
    }
    if text.utf8.count >= 40, let fingerprint = GPGFingerprint(text) {
      return (fingerprint.text, time)
    }
    guard let key = line.key(), line.diagnostics.isEmpty else { return nil }
    return (key.fingerprint, time)
  }
}
