import Crypto

/// A detached signature as `ssh-keygen -Y sign` makes it (PROTOCOL.sshsig of OpenSSH).
package struct SSHSignature: Hashable, Sendable {
  /// Why a text is not a signature that can be judged.
  package enum Problem: Error, Hashable, Sendable {
    case malformed(String)
    case unsupported(String)
  }

  package let key: SSHPublicKey
  /// What the signature is for; `git` for commits.
  package let namespace: String
  let hash: Hash
  /// The name of the algorithm, which for RSA is not the key's.
  let algorithm: String
  let signature: [UInt8]
  /// What a token says of the moment of signing.
  let token: TokenFacts?

  enum Hash: String, Hashable, Sendable { case sha256, sha512 }

  struct TokenFacts: Hashable, Sendable {
    var flags: UInt8
    var counter: UInt32
  }

  /// The most bytes that an armoured signature may have.
  package static let maximumBytes = 32_768

  static let begin = "-----BEGIN SSH SIGNATURE-----"
  static let end = "-----END SSH SIGNATURE-----"

  /// Reads the armoured form.
  package init(armoured text: [UInt8]) throws(Problem) {
    guard text.count <= Self.maximumBytes else {
      throw .malformed("it has more than \(Self.maximumBytes) bytes")
    }
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count >= 3, lines[0].elementsEqual(Self.begin.utf8),
      lines[lines.count - 1].elementsEqual(Self.end.utf8)
    else { throw .malformed("it does not begin and end as an SSH signature does") }
    guard let blob = Base64.decode(lines.dropFirst().dropLast().joined()) else {
      throw .malformed("it is not base 64")
    }
    try self.init(blob: blob)
  }

  init(blob: [UInt8]) throws(Problem) {
    var reader = SSHReader(blob[...])
    for expected in Self.magic where reader.byte() != expected {
      throw .malformed("it does not start with SSHSIG")
    }
    guard let version = reader.number() else { throw .malformed("it is cut off") }
    guard version == 1 else { throw .unsupported("it has the version \(version)") }
    guard let publicKey = reader.string(), let namespace = reader.text(),
      reader.string() != nil, let hash = reader.text(), let signature = reader.string(),
      reader.isAtEnd
    else { throw .malformed("it is cut off, or something follows on it") }
    guard !namespace.isEmpty else { throw .malformed("it is for nothing") }
    guard let hash = Hash(rawValue: hash) else {
      throw .unsupported("the hash \(hash.prefix(64))")
    }
    do throws(SSHPublicKey.Problem) {
      key = try SSHPublicKey(blob: Array(publicKey))
    } catch {
      throw .unsupported(error.words)
    }
    self.namespace = namespace
    self.hash = hash
    (algorithm, self.signature, token) = try Self.parts(signature, of: key)
  }

  private static func parts(
    _ bytes: ArraySlice<UInt8>, of key: SSHPublicKey,
  ) throws(Problem) -> (String, [UInt8], TokenFacts?) {
    var reader = SSHReader(bytes)
    guard let algorithm = reader.text(), let signature = reader.string() else {
      throw .malformed("its inner part is cut off")
    }
    let fits =
      key.algorithm == "ssh-rsa"
      ? ["rsa-sha2-256", "rsa-sha2-512"].contains(algorithm) : algorithm == key.algorithm
    guard fits else {
      throw .unsupported("the algorithm \(algorithm.prefix(64)) for a key \(key.algorithm)")
    }
    var token: TokenFacts?
    switch key.material {
    case .tokenEd25519, .tokenECDSA:
      guard let flags = reader.byte(), let counter = reader.number() else {
        throw .malformed("what the token says is cut off")
      }
      token = TokenFacts(flags: flags, counter: counter)
    case .ed25519, .ecdsa, .rsa: break
    }
    guard reader.isAtEnd else { throw .malformed("something follows on its inner part") }
    return (algorithm, Array(signature), token)
  }

  private static let magic = Array("SSHSIG".utf8)

  /// What is signed in place of `message`.
  func signedBytes(for message: [UInt8]) -> [UInt8] {
    var writer = SSHWriter()
    writer.append(raw: Self.magic)
    writer.append(Array(namespace.utf8))
    writer.append([])
    writer.append(Array(hash.rawValue.utf8))
    switch hash {
    case .sha256: writer.append(Array(SHA256.hash(data: message)))
    case .sha512: writer.append(Array(SHA512.hash(data: message)))
    }
    return writer.bytes
  }
}
