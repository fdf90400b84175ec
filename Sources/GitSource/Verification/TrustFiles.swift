package import Engine
internal import Glibc
package import Resources
package import Signatures

/// Where the operator keeps the keys that count, and what they may sign.
///
/// The files are read at each verification, so that a key that is added or revoked counts at once.
package struct TrustFiles: Sendable {
  package var mode: VerificationMode
  package var allowedSigners: String?
  package var revokedKeys: String?
  /// Public keys as `gpg --export` writes them, armoured or not.
  package var gpgKeyring: String?
  /// Principals by full primary fingerprint.
  package var gpgPrincipals: [String: String]
  /// Fingerprints of a forge's own keys, of either kind.
  package var webFlow: Set<String>
  package var rules: [SigningRule]
  /// A commit that is trusted with all below it, where nothing is live yet.
  package var since: String?
  /// The program that judges GPG signatures; nil for the one of the system.
  package var gpgProgram: String?

  package init(
    mode: VerificationMode, allowedSigners: String? = nil, revokedKeys: String? = nil,
    gpgKeyring: String? = nil, gpgPrincipals: [String: String] = [:], webFlow: Set<String> = [],
    rules: [SigningRule] = [], since: String? = nil, gpgProgram: String? = nil,
  ) {
    self.mode = mode
    self.allowedSigners = allowedSigners
    self.revokedKeys = revokedKeys
    self.gpgKeyring = gpgKeyring
    self.gpgPrincipals = gpgPrincipals
    self.webFlow = webFlow
    self.rules = rules
    self.since = since
    self.gpgProgram = gpgProgram
  }

  package static let off = TrustFiles(mode: .off)

  /// The most bytes that a keyring of GPG may have.
  static let keyringLimit = 16 << 20

  /// What is wrong with the files, in words and by place.
  package struct Problem: Error, Sendable {
    package var message: String
    package var hint: String?
    package var diagnostics: [Diagnostic] = []
  }

  /// What the files say at this moment.
  package struct Contents: Sendable {
    var ssh: SSHTrust
    var revoked: RevokedKeys
    var gpgKeyring: [UInt8]?
    /// Stands for everything that a verdict depends on beside the commit.
    var digest: Digest
  }

  /// The program that judges GPG signatures.
  package func findGPG() throws(SourceError) -> String {
    if let gpgProgram {
      if access(gpgProgram, X_OK) == 0 { return gpgProgram }
      throw SourceError(
        .trust, "there is no program \(gpgProgram), which verify.gpgProgram names",
        hint: "name gpg, or leave the setting out")
    }
    for candidate in ["/usr/bin/gpg", "/usr/local/bin/gpg"] where access(candidate, X_OK) == 0 {
      return candidate
    }
    throw SourceError(
      .trust, "commits may be signed with GPG, and there is no gpg on this machine",
      hint: "install it with: apt install gnupg; or name it in verify.gpgProgram")
  }

  /// Reads the files, and finds all that is wrong with them.
  package func read() throws(Problem) -> Contents {
    guard allowedSigners != nil || gpgKeyring != nil else {
      throw Problem(
        message: "verify: \(mode.rawValue) needs keys to trust, and none are named",
        hint: "name a file of allowed signers with --allowed-signers FILE, WRIT_ALLOWED_SIGNERS, "
          + "or verify.allowedSigners in writ.yaml; or a keyring in verify.gpgKeyring")
    }
    var material: [[UInt8]] = [Array("verdicts 1".utf8)]
    var diagnostics: [Diagnostic] = []
    var ssh = SSHTrust(webFlow: webFlow)
    if let allowedSigners {
      let bytes = try Self.bytes(
        allowedSigners, what: "file of allowed signers", setting: "verify.allowedSigners",
        limit: 4 << 20)
      let read = AllowedSigners.read(bytes, file: allowedSigners)
      diagnostics += read.diagnostics
      if read.diagnostics.isEmpty, read.signers.isEmpty {
        throw Problem(
          message: "the file of allowed signers \(allowedSigners) names no key",
          hint: "add a line for each signer: ana@example.com ssh-ed25519 AAAA…")
      }
      ssh.allowed = read.signers
      material.append(bytes)
    }
    material.append([0])
    if let revokedKeys {
      let bytes = try Self.bytes(
        revokedKeys, what: "file of revoked keys", setting: "verify.revokedKeys", limit: 4 << 20)
      let read = RevokedKeys.read(bytes, file: revokedKeys)
      diagnostics += read.diagnostics
      ssh.revoked = read.keys
      material.append(bytes)
    }
    material.append([1])
    if !diagnostics.isEmpty {
      let files = Set(diagnostics.map(\.location.file)).sorted().joined(separator: " and ")
      throw Problem(
        message: "\(files) cannot be used",
        hint: "the format is that of ssh-keygen(1), ALLOWED SIGNERS",
        diagnostics: diagnostics.sorted())
    }
    var keyring: [UInt8]?
    if let gpgKeyring {
      let bytes = try Self.bytes(
        gpgKeyring, what: "GPG keyring", setting: "verify.gpgKeyring", limit: Self.keyringLimit)
      guard !bytes.isEmpty else {
        throw Problem(
          message: "the GPG keyring \(gpgKeyring) is empty",
          hint: "write one with: gpg --export --armor KEY… > \(gpgKeyring)")
      }
      keyring = bytes
      material.append(bytes)
    }
    for (fingerprint, principal) in gpgPrincipals.sorted(by: { $0.key < $1.key }) {
      material.append(Array("\(fingerprint) \(principal)".utf8))
    }
    material.append(Array(webFlow.sorted().joined(separator: " ").utf8))
    return Contents(
      ssh: ssh, revoked: ssh.revoked, gpgKeyring: keyring, digest: Self.digest(of: material))
  }

  /// Each part with its length before it, so that no two lists give the same bytes.
  private static func digest(of parts: [[UInt8]]) -> Digest {
    var bytes: [UInt8] = []
    for part in parts {
      withUnsafeBytes(of: Int64(part.count).bigEndian) { bytes.append(contentsOf: $0) }
      bytes += part
    }
    return Digest(of: bytes)
  }

  private static func bytes(
    _ path: String, what: String, setting: String, limit: Int,
  ) throws(Problem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw Problem(
        message: "cannot read the \(what) \(path): \(reason)",
        hint: "make it, or mend \(setting) in writ.yaml, the flag or the variable that names it")
    }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Problem(
          message: "cannot read the \(what) \(path): \(String(cString: strerror(errno)))")
      }
      if count == 0 { return result }
      result += chunk[..<count]
      guard result.count <= limit else {
        throw Problem(message: "the \(what) \(path) has more than \(limit) bytes")
      }
    }
  }
}
