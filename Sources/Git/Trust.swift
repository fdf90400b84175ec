/// Whom a fetch believes.
package struct Trust: Sendable {
  /// The host keys for SSH; a host that is not here is refused.
  package var knownHosts: KnownHosts
  /// A PEM file with the certificate authorities for HTTPS; nil takes those of the system.
  package var certificateFile: String?
  /// Whether `http://` may go to other machines too.
  package var allowsPlainHTTP: Bool

  /// Makes a trust; the default believes the certificate authorities of the system and no SSH host.
  package init(
    knownHosts: KnownHosts = KnownHosts(),
    certificateFile: String? = nil,
    allowsPlainHTTP: Bool = false
  ) {
    self.knownHosts = knownHosts
    self.certificateFile = certificateFile
    self.allowsPlainHTTP = allowsPlainHTTP
  }
}
