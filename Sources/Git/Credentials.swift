/// What a fetch may show to a remote to be let in; printing it shows no secret.
package struct Credentials: Sendable {
  /// A private key for SSH.
  package enum PrivateKey: Sendable {
    /// The key lies in this file.
    case file(String)
    /// The bytes of the key file.
    case bytes([UInt8])
  }

  /// The user; nil takes the one of the address, `git` for SSH and `x-access-token` for HTTPS.
  package var username: String?
  /// The key for SSH: ed25519 or ECDSA.
  package var privateKey: PrivateKey?
  /// What the private key is encrypted with; nil when it is not.
  package var passphrase: String?
  /// The token or password for HTTPS.
  package var token: String?

  /// Makes credentials; without arguments, none.
  package init(
    username: String? = nil,
    privateKey: PrivateKey? = nil,
    passphrase: String? = nil,
    token: String? = nil
  ) {
    self.username = username
    self.privateKey = privateKey
    self.passphrase = passphrase
    self.token = token
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Which credentials there are, without any of them.
  package var description: String {
    let parts = [
      username.map { "user \(printable($0))" },
      privateKey.map { _ in "private key" },
      passphrase.map { _ in "passphrase" },
      token.map { _ in "token" },
    ].compactMap(\.self)
    return "Credentials(\(parts.isEmpty ? "none" : parts.joined(separator: ", ")))"
  }

  /// The same as `description`.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows no secret either.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credentials.PrivateKey: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// That there is a key.
  package var description: String { "private key" }

  /// The same as `description`.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows no secret either.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
