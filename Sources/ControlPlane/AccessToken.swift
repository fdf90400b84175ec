internal import Crypto
internal import Resources

/// The secret that whoever calls `/v1` must show: 256 random bits in hexadecimal digits.
///
/// It prints as `[token]`, so that no log line or error can carry it.
package struct AccessToken: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// A new token from the system's source of randomness.
  package static func random() -> AccessToken {
    AccessToken(SymmetricKey(size: .bits256).withUnsafeBytes { Hex.text(of: $0) })
  }

  /// Compares digests, so that the time it takes says nothing about the token.
  func matches(_ candidate: some StringProtocol) -> Bool {
    SHA256.hash(data: Array(candidate.utf8)) == SHA256.hash(data: Array(text.utf8))
  }

  package var description: String { "[token]" }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
