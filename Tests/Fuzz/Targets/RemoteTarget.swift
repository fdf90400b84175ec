internal import Git
internal import Resources

extension FuzzTarget {
  /// The address of a repository on the first line, a `known_hosts` file below it.
  static let remote = FuzzTarget(name: "remote") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    let hosts = KnownHosts(text: String(decoding: bytes[end...], as: UTF8.self))
    let url: RemoteURL
    do throws(GitError) {
      url = try RemoteURL(text)
    } catch {
      try require(error.code == .invalidURL, "an address is refused for another reason")
      return
    }
    let shown = url.redacted
    try checkShown([shown])
    if url.transport == .https || url.transport == .http {
      try require(
        !shown.prefix { $0 != "?" }.dropFirst(8).prefix { $0 != "/" }.contains("@"),
        "an address with credentials is accepted")
    }
    if url.transport == .path {
      try require(url.host.isEmpty, "a folder has a host")
    } else {
      try require(!url.host.isEmpty && !url.host.hasPrefix("-"), "the host is an option or missing")
      try require(!url.path.hasPrefix("-"), "the path is an option")
      try require(url.user?.hasPrefix("-") != true, "the user is an option")
    }
    // A key that the file cannot know.
    let verdict = hosts.verdict(host: url.host, port: url.port ?? 22, key: [0, 0, 0, 1, 0x78, 7])
    try require(
      verdict != .trusted || bytes[end...].count > 12, "an unknown key is trusted")
  }
}
