/// What `gpg --status-fd --verify` says of one signature.
package enum GPGStatus: Hashable, Sendable {
  /// The signature is of the bytes and by a key of the keyring; fingerprints are full.
  case holds(key: String, primary: String, expires: Int64?)
  case bad(keyID: String)
  case missingKey(String)
  /// gpg cannot or will not judge it.
  case unsupported(String)
  case unreadable

  /// Reads the lines of the status descriptor.
  package init(parsing text: String) {
    let lines = text.split(separator: "\n").compactMap { line -> [Substring]? in
      guard line.hasPrefix("[GNUPG:] ") else { return nil }
      return line.dropFirst(9).split(separator: " ")
    }
    func line(_ keyword: String) -> [Substring]? { lines.first { $0.first == keyword[...] } }
    guard lines.count(where: { $0.first == "NEWSIG" }) <= 1 else {
      self = .unsupported("it is more than one signature")
      return
    }
    if let bad = line("BADSIG") {
      self = .bad(keyID: bad.count > 1 ? String(bad[1]) : "")
    } else if let missing = line("NO_PUBKEY") {
      // The last field of ERRSIG is the full fingerprint, where the signature has it.
      let full = line("ERRSIG")?.last.flatMap { GPGFingerprint(String($0))?.text }
      self = .missingKey(full ?? missing.dropFirst().first.map(String.init) ?? "")
    } else if let error = line("ERRSIG") {
      self = .unsupported(
        "gpg cannot check it (code \(error.count > 6 ? error[6] : "unknown"))")
    } else if let valid = line("VALIDSIG"), valid.count > 10,
      let key = GPGFingerprint(String(valid[1])), let primary = GPGFingerprint(String(valid[10]))
    {
      let expires = Int64(valid[4]) ?? 0
      self = .holds(key: key.text, primary: primary.text, expires: expires == 0 ? nil : expires)
    } else {
      self = .unreadable
    }
  }
}
