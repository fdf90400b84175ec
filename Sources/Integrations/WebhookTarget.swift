package import Resources

/// Where a webhook goes.
///
/// It prints without what could be a secret: credentials, path and query.
package struct WebhookTarget: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  struct Credentials: Hashable, Sendable {
    var user: String
    var password: String
  }

  let address: WebAddress
  let credentials: Credentials?

  /// Reads an `http` or `https` URL, which may carry `user:password@`.
  package init(parsing text: String) throws(TextFormat.Problem) {
    guard let start = text.range(ofASCII: "://"),
      let at = text[start...].prefix(while: { !"/?#".contains($0) }).lastIndex(of: "@")
    else {
      address = try WebAddress(parsing: text)
      credentials = nil
      return
    }
    let parts = text[start..<at].split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = Self.decoded(parts[0]),
      let password = Self.decoded(parts.count > 1 ? parts[1] : "")
    else {
      throw TextFormat.Problem(
        "a \"%\" in its credentials is not followed by two hexadecimal digits")
    }
    credentials = Credentials(user: user, password: password)
    address = try WebAddress(parsing: String(text[..<start] + text[text.index(after: at)...]))
  }

  /// Undoes percent-encoding; nil where it is broken or not UTF-8.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let pair = Hex.bytes(of: digits) else { return nil }
      bytes += pair
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  package var description: String {
    "\(address.scheme)://\(address.host)\(address.port.map { ":\($0)" } ?? "")"
  }

  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
  /// The end of the first `word` in here.
  fileprivate func range(ofASCII word: String) -> Index? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(word) { return rest.index(rest.startIndex, offsetBy: word.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
