/// The SSH host keys that are trusted, as in a `known_hosts` file of OpenSSH.
///
/// Understood are plain names, `[host]:port`, `*` and `?`, `!host`, hashed names and `@revoked`.
/// Lines with `@cert-authority` are passed over, because libssh2 1.10 knows no host certificates.
package struct KnownHosts: Sendable {
  /// What the file says about a key.
  package enum Verdict: Sendable, Hashable {
    /// The host has this key.
    case trusted
    /// The file has nothing for the host.
    case unknown
    /// The file has other keys for the host, of these types, sorted.
    case different(types: [String])
    /// The key must not be used any more.
    case revoked
  }

  private struct Line {
    let isRevoked: Bool
    let hosts: [Substring]
    let type: String
    let key: [UInt8]
  }

  private let lines: [Line]

  /// Reads the text of a `known_hosts` file; lines that make no sense are passed over.
  package init(text: String = "") {
    lines = text.split(whereSeparator: \.isNewline).compactMap(Self.line)
  }

  /// Reads a `known_hosts` file of at most 4 MiB.
  package init(contentsOf path: String) throws(GitError) {
    let bytes = try readFile(path, maximumBytes: 4 << 20, "read known hosts")
    self.init(text: String(decoding: bytes, as: UTF8.self))
  }

  /// Judges the key that a host showed.
  package func verdict(host: String, port: UInt16, key: [UInt8]) -> Verdict {
    let name = Self.name(host: host, port: port)
    let matching = lines.filter { Self.matches(name, $0.hosts) }
    if matching.contains(where: { $0.isRevoked && $0.key == key }) { return .revoked }
    let valid = matching.filter { !$0.isRevoked }
    if valid.contains(where: { $0.key == key }) { return .trusted }
    let types = Set(valid.map(\.type)).sorted()
    return types.isEmpty ? .unknown : .different(types: types)
  }

  /// The lines for one host and one type of key, with the name of the host in the clear.
  func text(host: String, port: UInt16, keyType: String) -> String {
    let name = Self.name(host: host, port: port)
    return
      lines
      .filter { !$0.isRevoked && $0.type == keyType && Self.matches(name, $0.hosts) }
      .map { "\(name) \($0.type) \(Base64.encode($0.key))\n" }
      .joined()
  }

  /// The name of a host as `known_hosts` writes it: with brackets for an unusual port.
  package static func name(host: String, port: UInt16) -> String {
    let lower = host.lowercased()
    return port == 22 ? lower : "[\(lower)]:\(port)"
  }

  private static func line(_ text: Substring) -> Line? {
    var fields = text.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
    guard let first = fields.first, !first.hasPrefix("#") else { return nil }
    let marker = first.hasPrefix("@") ? fields.removeFirst() : nil
    guard marker == nil || marker == "@revoked", fields.count >= 3 else { return nil }
    let hosts = fields[fields.startIndex].split(separator: ",")
    let type = String(fields[fields.startIndex + 1])
    guard let key = Base64.decode(fields[fields.startIndex + 2]) else { return nil }
    guard keyType(of: key) == type else { return nil }
    return Line(isRevoked: marker != nil, hosts: hosts, type: type, key: key)
  }

  /// The type that a key itself names, as `ssh-ed25519`.
  static func keyType(of key: [UInt8]) -> String? {
    guard key.count >= 4 else { return nil }
    let length = key[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard length > 0, length <= 64, key.count >= 4 + length else { return nil }
    return String(validating: key[4..<4 + length], as: UTF8.self)
  }

  /// Whether one pattern matches and none that starts with `!` does.
  private static func matches(_ name: String, _ patterns: [Substring]) -> Bool {
    var isMatched = false
    for pattern in patterns {
      if pattern.hasPrefix("!") {
        if matches(name, pattern: pattern.dropFirst()) { return false }
      } else if matches(name, pattern: pattern) {
        isMatched = true
      }
    }
    return isMatched
  }

  private static func matches(_ name: String, pattern: Substring) -> Bool {
    guard pattern.hasPrefix("|") else {
      return glob(Array(name.utf8)[...], Array(pattern.lowercased().utf8)[...])
    }
    let parts = pattern.split(separator: "|")
    guard
      parts.count == 3, parts[0] == "1",
      let salt = Base64.decode(parts[1]), let hash = Base64.decode(parts[2])
    else { return false }
    return SHA1.authenticate(Array(name.utf8), key: salt) == hash
  }

  /// Matches `*` and `?`, going back to the last star only, so the time is at most quadratic.
  private static func glob(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (name, pattern) = (name, pattern)
    var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (name, pattern)
      } else if let wanted = pattern.first, let byte = name.first,
        wanted == byte || wanted == UInt8(ascii: "?")
      {
        (name, pattern) = (name.dropFirst(), pattern.dropFirst())
      } else if name.isEmpty, pattern.isEmpty {
        return true
      } else if let last = retry, !last.name.isEmpty {
        (name, pattern) = (last.name.dropFirst(), last.pattern)
        retry = (name, pattern)
      } else {
        return false
      }
    }
  }
}
