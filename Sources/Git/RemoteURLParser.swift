/// Takes the address of a remote apart.
struct RemoteURLParser {
  /// What an address consists of.
  struct Parts {
    var transport: RemoteURL.Transport
    var user: String?
    var host = ""
    var port: UInt16?
    var path: String
  }

  private let text: String
  private var operation: String { "read the address \(shown)" }

  init(_ text: String) throws(GitError) {
    self.text = text
    guard !text.isEmpty, text.utf8.count <= 2048 else {
      throw failure("an address must have 1 to 2048 bytes")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) || isPath else {
      throw failure("an address has no blanks and no control characters; delete them")
    }
    guard !text.utf8.contains(0), !text.contains("\n"), !text.contains("\r") else {
      throw failure("an address has no control characters; delete them")
    }
  }

  func parse() throws(GitError) -> Parts {
    if text.hasPrefix("-") { throw failure("an address must not start with a dash") }
    if let end = text.range(of: "://") {
      return try parse(scheme: text[..<end.lowerBound].lowercased(), rest: text[end.upperBound...])
    }
    guard let colon = shellColon else { return Parts(transport: .path, path: text) }
    let path = text[text.index(after: colon)...]
    guard !path.hasPrefix(":") else {
      let name = printable(String(text[..<colon]))
      throw failure("the transport `\(name)::` is not allowed; \(advice)")
    }
    return try shell(text[..<colon], path: path)
  }

  /// The colon of `user@host:path`; nil when a slash comes before it, as Git decides it.
  private var shellColon: String.Index? {
    var start = text.startIndex
    if let bracket = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"),
      bracket == text.startIndex || text[text.index(before: bracket)] == "@",
      !text[..<bracket].contains("/")
    {
      start = close
    }
    guard let colon = text[start...].firstIndex(of: ":") else { return nil }
    return text[start..<colon].contains("/") ? nil : colon
  }

  private var isPath: Bool { text.range(of: "://") == nil && shellColon == nil }

  private func parse(scheme: String, rest: Substring) throws(GitError) -> Parts {
    switch scheme {
    case "file":
      guard rest.hasPrefix("/") else {
        throw failure("write `file:///absolute/path`, or just the path")
      }
      return Parts(transport: .path, path: String(rest))
    case "https": return try web(.https, rest)
    case "http": return try web(.http, rest)
    case "ssh", "git+ssh", "ssh+git":
      var parts = try authority(.ssh, rest)
      parts.path = try safeShellPath(parts.path)
      return parts
    default:
      throw failure("the transport `\(printable(scheme))://` is not allowed; \(advice)")
    }
  }

  private func web(
    _ transport: RemoteURL.Transport,
    _ rest: Substring
  ) throws(GitError) -> Parts {
    let parts = try authority(transport, rest)
    guard parts.user == nil else { throw secretInside }
    return parts
  }

  /// Reads `user@host:path`, the form that scp made popular.
  private func shell(_ before: Substring, path: Substring) throws(GitError) -> Parts {
    guard !path.isEmpty else { throw failure("the path after the colon is missing") }
    guard !path.prefix(while: { $0 != "/" }).contains("@") else { throw secretInside }
    var parts = try authority(.ssh, before + "/")
    guard parts.port == nil else { throw failure("write `ssh://user@host:port/path` for a port") }
    parts.path = try safeShellPath(String(path))
    return parts
  }

  private func authority(
    _ transport: RemoteURL.Transport,
    _ rest: Substring
  ) throws(GitError) -> Parts {
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    var parts = Parts(transport: transport, path: String(rest[end...]))
    guard !parts.path.isEmpty else { throw failure("the path behind the host is missing") }
    var place = rest[..<end]
    if let at = place.lastIndex(of: "@") {
      let user = String(place[..<at])
      guard !user.contains(":") else { throw secretInside }
      guard !user.isEmpty, !user.hasPrefix("-") else { throw failure("the user before @ is odd") }
      parts.user = user
      place = place[place.index(after: at)...]
    }
    var portText: Substring?
    if place.hasPrefix("["), let close = place.firstIndex(of: "]") {
      parts.host = place[place.index(after: place.startIndex)..<close].lowercased()
      let behind = place[place.index(after: close)...]
      guard behind.isEmpty || behind.hasPrefix(":") else { throw failure("the host is malformed") }
      portText = behind.isEmpty ? nil : behind.dropFirst()
      guard parts.host.utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") }) else {
        throw failure("only an IPv6 address may stand in brackets")
      }
    } else {
      let colon = place.firstIndex(of: ":") ?? place.endIndex
      parts.host = place[..<colon].lowercased()
      portText = colon == place.endIndex ? nil : place[place.index(after: colon)...]
      guard parts.host.utf8.allSatisfy(isHostByte), !parts.host.hasPrefix("-") else {
        throw failure("the host has characters that no host name has")
      }
    }
    guard !parts.host.isEmpty else { throw failure("the host is missing") }
    if let portText {
      guard let port = UInt16(portText), port > 0 else {
        throw failure("the port must be a number from 1 to 65535")
      }
      parts.port = port
    }
    return parts
  }

  /// Refuses what would end the quotes around the path on the server.
  private func safeShellPath(_ path: String) throws(GitError) -> String {
    guard !path.contains("'"), !path.contains("\\"), !path.hasPrefix("-") else {
      throw failure("an SSH path has no quotes or backslashes and does not start with a dash")
    }
    return path
  }

  private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
  }

  private var advice: String {
    "write a path, https://host/path, ssh://user@host/path or user@host:path"
  }

  private var secretInside: GitError {
    failure(
      "an address must not hold credentials, because it is logged and shown; put the token into "
        + "WRIT_GIT_TOKEN or a file"
    )
  }

  /// The address with everything before the last `@` of its host hidden.
  private var shown: String {
    let start = text.range(of: "://")?.upperBound ?? text.startIndex
    let end = text[start...].firstIndex(of: "/") ?? text.endIndex
    guard let at = text[start..<end].lastIndex(of: "@") else { return printable(text) }
    return printable(text[..<start] + "***" + text[at...])
  }

  private func failure(_ message: String) -> GitError {
    GitError(.invalidURL, operation, message)
  }
}

extension String {
  /// Finds the first occurrence of an ASCII text.
  fileprivate func range(of wanted: String) -> Range<Index>? {
    let length = wanted.utf8.count
    var start = utf8.startIndex
    while let end = utf8.index(start, offsetBy: length, limitedBy: utf8.endIndex) {
      if utf8[start..<end].elementsEqual(wanted.utf8) { return start..<end }
      guard start < utf8.endIndex else { return nil }
      start = utf8.index(after: start)
    }
    return nil
  }
}
