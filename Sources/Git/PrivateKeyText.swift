/// The text of a private key file, read and looked at before the network is touched.
struct PrivateKeyText {
  /// The bytes, ending in a zero byte for C.
  let bytes: [CChar]
  /// Whether it is an RSA key, which libssh2 1.10 can only use with SHA-1.
  let isRSA: Bool

  private static let largest = 64 << 10

  init(_ key: Credentials.PrivateKey) throws(GitError) {
    let operation = "read the private SSH key"
    let contents: [UInt8] =
      switch key {
      case .file(let path): try readFile(path, maximumBytes: Self.largest, operation)
      case .bytes(let bytes): bytes
      }
    guard contents.count <= Self.largest, !contents.contains(0) else {
      throw GitError(.authentication, operation, "this is not a private key in text form")
    }
    let text = String(decoding: contents, as: UTF8.self)
    guard text.contains("PRIVATE KEY-----") else {
      let advice = "this is not a private key; give the file without `.pub`, in OpenSSH or PEM form"
      throw GitError(.authentication, operation, advice)
    }
    bytes = contents.map { CChar(bitPattern: $0) } + [0]
    isRSA = text.contains("BEGIN RSA PRIVATE KEY") || Self.namesRSA(text)
  }

  /// Whether the public part at the start of an OpenSSH key names `ssh-rsa`.
  private static func namesRSA(_ text: String) -> Bool {
    let body = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
    guard let decoded = Base64.decode(body) else { return false }
    let head = decoded.prefix(512)
    let name = Array("ssh-rsa".utf8)
    return head.indices.contains { head[$0...].starts(with: name) }
  }
}
