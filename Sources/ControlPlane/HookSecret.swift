internal import Crypto
package import HTTPTypes
internal import Resources

/// What this server and the git host share, so that nobody else can send hooks.
///
/// It prints as `[secret]`.
package struct HookSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]

  /// The secret that a file or a variable holds; nil where nothing but white space is in it.
  ///
  /// A line feed at the end, as editors leave one, is not part of it.
  package init?(_ bytes: [UInt8]) {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    var end = bytes.endIndex
    while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    guard !bytes[..<end].allSatisfy(isSpace) else { return nil }
    self.bytes = Array(bytes[..<end])
  }

  package init?(_ text: String) { self.init(Array(text.utf8)) }

  package var description: String { "[secret]" }

  package var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether `signature` is the HMAC-SHA-256 of `body`; takes equally long for any signature.
  func signs(_ body: [UInt8], with signature: [UInt8]) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      signature, authenticating: body, using: SymmetricKey(data: bytes))
  }

  /// Compares digests, so that neither length nor content shows in the time it takes.
  func matches(_ candidate: String) -> Bool {
    SHA256.hash(data: Array(candidate.utf8)) == SHA256.hash(data: bytes)
  }
}

/// What a hook shows to prove where it comes from.
package enum HookProof: Hashable, Sendable {
  /// The bytes of an HMAC over the body; nil where the header is not one.
  case signature([UInt8]?, header: String)
  /// The secret itself, as GitLab sends it.
  case token(String)

  /// The first proof among `fields`; nil where there is none.
  package init?(_ fields: HTTPFields) {
    for scheme in Self.signatureSchemes {
      guard let name = HTTPField.Name(scheme.header), let text = fields[name] else { continue }
      let isWhole = text.hasPrefix(scheme.prefix)
      let signature = isWhole ? Hex.bytes(of: text.dropFirst(scheme.prefix.count)) : nil
      self = .signature(signature, header: scheme.header)
      return
    }
    guard let name = HTTPField.Name("X-Gitlab-Token"), let text = fields[name] else { return nil }
    self = .token(text)
  }

  private static let signatureSchemes = [
    (header: "X-Hub-Signature-256", prefix: "sha256="),
    (header: "X-Gitea-Signature", prefix: ""),
    (header: "X-Forgejo-Signature", prefix: ""),
  ]

  /// Whether it is the proof that the secret makes for `body`.
  package func holds(for body: [UInt8], with secret: HookSecret) -> Bool {
    switch self {
    case .signature(let bytes?, _): secret.signs(body, with: bytes)
    case .signature(nil, _): false
    case .token(let text): secret.matches(text)
    }
  }

  var header: String {
    switch self {
    case .signature(_, let header): header
    case .token: "X-Gitlab-Token"
    }
  }
}
