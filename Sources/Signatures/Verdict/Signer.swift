package import Resources

/// Who signed a commit, once the signature was found to hold.
package struct Signer: Hashable, Sendable {
  /// What kind of key signed.
  package enum Kind: String, Hashable, Sendable { case ssh, gpg }

  /// The first name that the trust settings give the key.
  package var principal: String
  /// `SHA256:…` of an SSH key, or the full fingerprint of a GPG primary key.
  package var key: String
  package var kind: Kind
  /// Every name of the key, the principal first; rules may name any of them.
  package var names: [String]

  /// A signer; a key without further names has its principal alone.
  package init(principal: String, key: String, kind: Kind, names: [String] = []) {
    self.principal = principal
    self.key = key
    self.kind = kind
    self.names = names.isEmpty ? [principal] : names
  }

  /// The principal that stands for a forge that signs in its own name.
  package static let webFlow = "web-flow"

  /// Whether the key is a forge's own.
  package var isWebFlow: Bool { principal == Self.webFlow }

  /// `{principal, key, kind}`, as the journal has it.
  package var value: Value {
    ["principal": .string(principal), "key": .string(key), "kind": .string(kind.rawValue)]
  }

  /// Signers by commit, as the journal has them, sorted by commit.
  package static func value(of signers: [String: Signer]) -> Value {
    .object(signers.sorted { $0.key < $1.key }.map { Value.Member($0.key, $0.value.value) })
  }
}
