import Resources

/// The public keys of a GPG keyring: until when each is valid, and whose it is.
package struct GPGKeyList: Hashable, Sendable {
  /// What became of a key before its time.
  enum Revocation: Hashable, Sendable {
    /// Stolen, or nobody says why: nothing that it signed counts.
    case always
    /// Replaced or retired: what it signed before then counts.
    case from(Timestamp)
  }

  struct Key: Hashable, Sendable {
    var created: Timestamp
    var expires: Timestamp?
    var revocation: Revocation?
    var primary: String
  }

  /// By full fingerprint, subkeys too.
  private(set) var keys: [String: Key] = [:]
  /// The address of the first identity that holds, by primary fingerprint.
  private(set) var addresses: [String: String] = [:]

  /// Reads what `gpg --with-colons --fixed-list-mode --list-sigs` prints.
  package init(colons text: String) {
    var reading = Reading()
    for line in text.split(separator: "\n") {
      reading.read(line.split(separator: ":", omittingEmptySubsequences: false))
    }
    reading.finish()
    keys = reading.keys
    addresses = reading.addresses
  }

  package var isEmpty: Bool { keys.isEmpty }

  /// What speaks against a signature by `fingerprint` at `time`, the primary key included.
  func problem(
    of fingerprint: String, principal: String, at time: Timestamp,
  ) -> CommitVerdict.Reason? {
    guard let key = keys[fingerprint] else { return .unknownKey(fingerprint) }
    for key in [keys[key.primary], key].compactMap(\.self) {
      switch key.revocation {
      case .always: return .revoked(key: key.primary, since: nil)
      case .from(let since) where time >= since: return .revoked(key: key.primary, since: since)
      case .from, nil: break
      }
      if time < key.created {
        return .notYetValid(key: key.primary, principal: principal, from: key.created)
      }
      if let end = key.expires, time > end {
        return .expired(key: key.primary, principal: principal, since: end)
      }
    }
    return nil
  }

  /// The state of reading records, which belong to the key before them.
  private struct Reading {
    var keys: [String: Key] = [:]
    var addresses: [String: String] = [:]
    private var key: Key?
    private var fingerprint: String?
    private var primary = ""
    private var isRevoked = false
    private var revocations: [Revocation] = []
    private var isIdentity = false

    mutating func read(_ fields: [Substring]) {
      func field(_ index: Int) -> Substring { index < fields.count ? fields[index] : "" }
      switch field(0) {
      case "pub", "sub":
        finish()
        if field(0) == "pub" { primary = "" }
        key = Key(
          created: Self.time(field(5)) ?? Timestamp(nanoseconds: 0), expires: Self.time(field(6)),
          primary: primary)
        isRevoked = field(1) == "r"
        isIdentity = false
      case "fpr" where key != nil && fingerprint == nil:
        fingerprint = GPGFingerprint(String(field(9)))?.text
        if primary.isEmpty { primary = fingerprint ?? "" }
        key?.primary = primary
      case "uid":
        isIdentity = true
        if field(1) != "r", addresses[primary] == nil, let address = Self.address(field(9)) {
          addresses[primary] = address
        }
      case "rev" where !isIdentity: revocations.append(Self.revocation(field(5), field(10)))
      default: break
      }
    }

    /// Puts the key that was read last into the list.
    mutating func finish() {
      if var key, let fingerprint {
        if isRevoked { key.revocation = revocations.reduce(nil, Self.stricter) ?? .always }
        keys[fingerprint] = key
      }
      key = nil
      fingerprint = nil
      revocations = []
    }

    private static func stricter(_ a: Revocation?, _ b: Revocation) -> Revocation {
      switch (a, b) {
      case (nil, _): b
      case (.from(let a), .from(let b)): .from(min(a, b))
      default: .always
      }
    }

    /// `20x,01` is a key that was superseded, `20x,03` one that is used no more.
    private static func revocation(_ time: Substring, _ kind: Substring) -> Revocation {
      let reason = kind.split(separator: ",").dropFirst().first
      guard let time = Self.time(time), reason == "01" || reason == "03" else { return .always }
      return .from(time)
    }

    private static func time(_ text: Substring) -> Timestamp? {
      guard let seconds = Int64(text), (1..<7_258_118_400).contains(seconds) else { return nil }
      return Timestamp(nanoseconds: seconds * 1_000_000_000)
    }

    /// What stands between the last `<` and `>`.
    private static func address(_ identity: Substring) -> String? {
      guard identity.hasSuffix(">"), let open = identity.lastIndex(of: "<") else { return nil }
      let address = identity[identity.index(after: open)...].dropLast()
      return address.isEmpty || address.contains("\\") ? nil : String(address)
    }
  }
}
