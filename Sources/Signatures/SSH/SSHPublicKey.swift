import Crypto

/// A public key as SSH writes it.
///
/// Certificates, DSA and RSA below 2048 bits are refused.
package struct SSHPublicKey: Hashable, Sendable {
  /// Why bytes are not a key that is accepted.
  package struct Problem: Error, Hashable, Sendable {
    package var words: String

    init(_ words: String) { self.words = words }
  }

  enum Material: Hashable, Sendable {
    case ed25519([UInt8])
    /// The point as X9.63 has it.
    case ecdsa(Curve, [UInt8])
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// Keys that live in a FIDO token; `application` is part of what they sign.
    case tokenEd25519([UInt8], application: [UInt8])
    case tokenECDSA([UInt8], application: [UInt8])
  }

  enum Curve: String, Hashable, Sendable, CaseIterable {
    case p256 = "nistp256", p384 = "nistp384", p521 = "nistp521"

    /// How many bytes a coordinate has.
    var width: Int {
      switch self {
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }
  }

  /// The name of the algorithm, as `ssh-ed25519`.
  package let algorithm: String
  let material: Material
  /// The wire form; two keys are the same exactly when their bytes are.
  package let blob: [UInt8]

  /// Every algorithm that is accepted.
  package static let algorithms = [
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521", "sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa",
  ]

  /// RSA keys below this are within reach of those who can pay for it.
  package static let minimumRSABits = 2048
  /// As OpenSSH has it.
  package static let maximumRSABits = 16_384

  /// Reads the wire form.
  package init(blob: [UInt8]) throws(Problem) {
    var reader = SSHReader(blob[...])
    guard let algorithm = reader.text() else { throw Problem("the key has no algorithm") }
    material = try Self.material(algorithm, &reader)
    guard reader.isAtEnd else { throw Problem("something follows on the key") }
    self.algorithm = algorithm
    self.blob = blob
  }

  /// `SHA256:` and the digest in base 64, as `ssh-keygen -l` prints it.
  package var fingerprint: String { Self.fingerprint(of: blob) }

  /// The fingerprint of any wire form, of an accepted algorithm or not.
  package static func fingerprint(of blob: [UInt8]) -> String {
    "SHA256:" + Base64.unpadded(Array(SHA256.hash(data: blob)))
  }

  private static func material(
    _ algorithm: String, _ reader: inout SSHReader,
  ) throws(Problem) -> Material {
    switch algorithm {
    case "ssh-ed25519":
      return .ed25519(try fixed(&reader, 32))
    case "sk-ssh-ed25519@openssh.com":
      let key = try fixed(&reader, 32)
      return .tokenEd25519(key, application: try application(&reader))
    case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
      let (curve, point) = try point(&reader)
      guard algorithm == "ecdsa-sha2-\(curve.rawValue)" else {
        throw Problem("the curve is not the one of \(algorithm)")
      }
      return .ecdsa(curve, point)
    case "sk-ecdsa-sha2-nistp256@openssh.com":
      let (curve, point) = try point(&reader)
      guard curve == .p256 else { throw Problem("the curve is not the one of \(algorithm)") }
      return .tokenECDSA(point, application: try application(&reader))
    case "ssh-rsa":
      return try rsa(&reader)
    case "ssh-dss":
      throw Problem("DSA keys are not accepted")
    default:
      throw Problem(
        algorithm.hasSuffix("-cert-v01@openssh.com")
          ? "certificates are not accepted; name the key itself"
          : "keys of the kind \(algorithm.prefix(64)) are not accepted")
    }
  }

  private static func fixed(_ reader: inout SSHReader, _ count: Int) throws(Problem) -> [UInt8] {
    guard let bytes = reader.string(), bytes.count == count else {
      throw Problem("the key does not have \(count) bytes")
    }
    return Array(bytes)
  }

  private static func application(_ reader: inout SSHReader) throws(Problem) -> [UInt8] {
    guard let bytes = reader.string(), bytes.count <= 1024 else {
      throw Problem("the key of a token names no application")
    }
    return Array(bytes)
  }

  private static func point(
    _ reader: inout SSHReader,
  ) throws(Problem) -> (Curve, [UInt8]) {
    guard let curve = reader.text().flatMap(Curve.init), let point = reader.string(),
      point.count == 2 * curve.width + 1, point.first == 4
    else { throw Problem("the point of the key cannot be read") }
    return (curve, Array(point))
  }

  private static func rsa(_ reader: inout SSHReader) throws(Problem) -> Material {
    guard let exponent = reader.magnitude(limit: 4),
      let modulus = reader.magnitude(limit: maximumRSABits / 8), let first = modulus.first
    else { throw Problem("the numbers of the RSA key cannot be read, or are too large") }
    let bits = modulus.count * 8 - first.leadingZeroBitCount
    guard bits >= minimumRSABits else {
      throw Problem("the RSA key has \(bits) bits, and \(minimumRSABits) are the least")
    }
    return .rsa(modulus: Array(modulus), exponent: Array(exponent))
  }
}
