/// The address of a remote repository, checked and without credentials.
package struct RemoteURL: Sendable, Hashable, CustomStringConvertible {
  /// How the repository is reached.
  package enum Transport: Sendable, Hashable {
    /// A folder of this machine.
    case path
    /// HTTP with TLS.
    case https
    /// HTTP without protection; only to this machine, unless the caller allows more.
    case http
    /// SSH, as `ssh://…` or as `user@host:path`.
    case ssh
  }

  /// How the repository is reached.
  package let transport: Transport
  /// The name or address of the host, in lower case and without brackets; empty for a folder.
  package let host: String
  /// The port; nil for the usual one.
  package let port: UInt16?
  /// The user of an SSH address.
  package let user: String?
  /// The path on the host, or of the folder.
  package let path: String
  /// The address as it was written, for libgit2.
  let text: String

  /// Reads an address; throws `invalidURL` with advice when it is malformed or not allowed.
  ///
  /// Allowed are folders, `file://`, `https://`, `ssh://`, `user@host:path`, and `http://`, which
  /// a fetch refuses outside of this machine unless told otherwise.
  package init(_ text: String) throws(GitError) {
    let parser = try RemoteURLParser(text)
    let parts = try parser.parse()
    transport = parts.transport
    host = parts.host
    port = parts.port
    user = parts.user
    path = parts.path
    self.text = parts.transport == .path ? parts.path : text
  }

  /// The address for people.
  ///
  /// It has no credentials, because those are refused on reading.
  package var description: String { redacted }

  /// The address for people and logs, without credentials and safe to print.
  package var redacted: String { printable(text) }

  /// Whether the host is this machine.
  package var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }

  /// Whether `other` is on the same host and port, so that credentials may go there too.
  func isSameServer(as other: RemoteURL) -> Bool {
    transport == other.transport && host == other.host
      && port ?? usualPort == other.port ?? other.usualPort
  }

  var usualPort: UInt16 {
    switch transport {
    case .https: 443
    case .http: 80
    case .ssh: 22
    case .path: 0
    }
  }
}
