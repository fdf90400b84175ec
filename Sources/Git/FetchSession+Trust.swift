internal import CGit2
import Glibc

extension FetchSession {
  /// Tells libgit2 which certificate authorities count, for the whole process.
  func trustCertificates() throws(GitError) {
    let usual = [
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    guard let file = trust.certificateFile ?? usual.first(where: { unsafe access($0, R_OK) == 0 })
    else {
      let advice = "this machine has no certificate authorities; install `ca-certificates`"
      throw GitError(.certificate, operation, advice)
    }
    _ = try readFile(file, maximumBytes: 16 << 20, operation)
    if let failure = attempt({ unsafe writ_git_set_certificates(file) }) {
      let advice = "\(printable(file)) does not hold PEM certificates; give a file that does"
      throw failure.error(.certificate, operation, advice)
    }
  }

  /// Decides whether the remote is who it says it is.
  ///
  /// Never leaves the decision to libgit2.
  func check(_ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool) -> Int32 {
    guard let certificate = unsafe certificate else {
      return refuse(untrusted("it showed no certificate"))
    }
    switch unsafe certificate.pointee.cert_type {
    case GIT_CERT_HOSTKEY_LIBSSH2:
      return unsafe certificate.withMemoryRebound(to: git_cert_hostkey.self, capacity: 1) {
        unsafe check(hostKey: $0.pointee)
      }
    case GIT_CERT_X509 where isValid && url.transport == .https:
      return 0
    default:
      let advice =
        "its certificate is expired, for another name, or of an unknown authority; give "
        + "the right certificate authority file"
      return refuse(untrusted(advice))
    }
  }

  private func check(hostKey: git_cert_hostkey) -> Int32 {
    guard
      unsafe hostKey.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0,
      unsafe hostKey.type.rawValue & GIT_CERT_SSH_SHA256.rawValue != 0,
      let start = unsafe hostKey.hostkey
    else {
      let message = "libssh2 gave no host key to compare; install libssh2 1.9 or newer"
      return refuse(GitError(.hostKey, operation, message))
    }
    let key = unsafe Array(UnsafeRawBufferPointer(start: start, count: hostKey.hostkey_len))
    let fingerprint = unsafe withUnsafeBytes(of: hostKey.hash_sha256) {
      unsafe "SHA256:" + Base64.encode($0, padded: false)
    }
    let port = url.port ?? url.usualPort
    let name = KnownHosts.name(host: url.host, port: port)
    let type = KnownHosts.keyType(of: key) ?? "unknown"
    let line = "\(name) \(printable(type)) \(Base64.encode(key))"
    switch trust.knownHosts.verdict(host: url.host, port: port, key: key) {
    case .trusted:
      return 0
    case .unknown:
      let advice =
        "compare the fingerprint with what its owner publishes, then add to known_hosts: "
      let message =
        "the host \(name) is not known. It showed \(type) \(fingerprint); \(advice)\(line)"
      return refuse(GitError(.hostKey, operation, message))
    case .different(let types) where !types.contains(type):
      otherKeyTypes = types
      let known = types.joined(separator: ", ")
      let message =
        "known_hosts has \(known) for \(name), but it showed \(type) \(fingerprint); compare the "
        + "fingerprint with what its owner publishes, then add: \(line)"
      return refuse(GitError(.hostKey, operation, message))
    case .different:
      let message =
        "the key of \(name) CHANGED: it showed \(type) \(fingerprint), not what known_hosts has. "
        + "Somebody may be in between; ask its owner before you replace the line"
      return refuse(GitError(.hostKey, operation, message))
    case .revoked:
      let message = "the key \(fingerprint) of \(name) is @revoked in known_hosts; ask its owner"
      return refuse(GitError(.hostKey, operation, message))
    }
  }

  private func untrusted(_ reason: String) -> GitError {
    GitError(.certificate, operation, "the server \(url.host) is not trusted: \(reason)")
  }

  private func refuse(_ reason: GitError) -> Int32 { refuse(reason, GIT_ECERTIFICATE) }
}
