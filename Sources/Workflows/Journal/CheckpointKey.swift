import Crypto
import Resources

/// The Ed25519 key of a data directory, which signs checkpoints.
///
/// Where it is kept is not its business, and nothing here makes one by chance.
package struct CheckpointKey: Sendable {
  package static let byteCount = 32

  private let key: Curve25519.Signing.PrivateKey

  /// The key that `bytes` are; nil for another count than `byteCount`.
  package init?(bytes: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
    self.key = key
  }

  package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  /// `checkpoint` with this key's public half and signature; nil where the library refuses.
  package func signing(_ checkpoint: Checkpoint) -> Checkpoint? {
    var checkpoint = checkpoint
    checkpoint.publicKey = publicKey
    guard let signature = try? key.signature(for: checkpoint.signedBytes) else { return nil }
    checkpoint.signature = Array(signature)
    return checkpoint
  }
}

extension Checkpoint {
  /// Whether the signature is one by the public key that the checkpoint names.
  package var isSigned: Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: signedBytes)
  }
}
