import Crypto
import CryptoExtras

extension SSHSignature {
  /// Whether this is a signature of `message` by `key`.
  ///
  /// A token must have been touched for it. Says nothing about whom the key belongs to.
  package func holds(for message: [UInt8]) -> Bool {
    let bytes = signedBytes(for: message)
    switch key.material {
    case .ed25519(let raw): return Self.ed25519(raw, signature, bytes)
    case .ecdsa(let curve, let point): return Self.ecdsa(curve, point, signature, bytes)
    case .rsa(let modulus, let exponent): return rsa(modulus, exponent, bytes)
    case .tokenEd25519(let raw, let application):
      guard let bytes = tokenBytes(application, bytes) else { return false }
      return Self.ed25519(raw, signature, bytes)
    case .tokenECDSA(let point, let application):
      guard let bytes = tokenBytes(application, bytes) else { return false }
      return Self.ecdsa(.p256, point, signature, bytes)
    }
  }

  /// What a token signs: it sees hashes alone, and adds its flags and its counter.
  ///
  /// Nil where nobody touched it.
  private func tokenBytes(_ application: [UInt8], _ bytes: [UInt8]) -> [UInt8]? {
    guard let token, token.flags & Self.touched != 0 else { return nil }
    var writer = SSHWriter()
    writer.append(raw: SHA256.hash(data: application))
    writer.append(raw: [token.flags])
    writer.append(token.counter)
    writer.append(raw: SHA256.hash(data: bytes))
    return writer.bytes
  }

  /// The flag of a token that somebody was there.
  private static let touched: UInt8 = 0x01

  private static func ed25519(_ raw: [UInt8], _ signature: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
    else { return false }
    return key.isValidSignature(signature, for: bytes)
  }

  private static func ecdsa(
    _ curve: SSHPublicKey.Curve, _ point: [UInt8], _ signature: [UInt8], _ bytes: [UInt8],
  ) -> Bool {
    var reader = SSHReader(signature[...])
    guard let r = reader.magnitude(limit: curve.width),
      let s = reader.magnitude(limit: curve.width),
      reader.isAtEnd
    else { return false }
    let raw = [r, s].flatMap { Array(repeating: UInt8(0), count: curve.width - $0.count) + $0 }
    switch curve {
    case .p256:
      guard let key = try? P256.Signing.PublicKey(x963Representation: point),
        let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
      else { return false }
      return key.isValidSignature(signature, for: bytes)
    case .p384:
      guard let key = try? P384.Signing.PublicKey(x963Representation: point),
        let signature = try? P384.Signing.ECDSASignature(rawRepresentation: raw)
      else { return false }
      return key.isValidSignature(signature, for: bytes)
    case .p521:
      guard let key = try? P521.Signing.PublicKey(x963Representation: point),
        let signature = try? P521.Signing.ECDSASignature(rawRepresentation: raw)
      else { return false }
      return key.isValidSignature(signature, for: bytes)
    }
  }

  private func rsa(_ modulus: [UInt8], _ exponent: [UInt8], _ bytes: [UInt8]) -> Bool {
    // A signature that starts with zeros may have lost them on its way.
    guard signature.count <= modulus.count,
      let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
    else { return false }
    let padding = [UInt8](repeating: 0, count: modulus.count - signature.count)
    let signature = _RSA.Signing.RSASignature(rawRepresentation: padding + self.signature)
    return algorithm == "rsa-sha2-256"
      ? key.isValidSignature(
        signature, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
      : key.isValidSignature(
        signature, for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5)
  }
}
