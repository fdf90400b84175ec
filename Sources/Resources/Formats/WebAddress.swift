/// An `http` or `https` URL, taken apart as far as Writ looks into it.
package struct WebAddress: Hashable, Sendable {
  package let scheme: String
  /// A name, an IPv4 address, or an IPv6 address in brackets; small letters.
  package let host: String
  /// The port where it is not the scheme's own.
  package let port: Int?
  /// Path, query and fragment, beginning with `/`.
  package let target: String

  package init(parsing text: String) throws(TextFormat.Problem) {
    guard text.utf8.count <= 2048 else {
      throw TextFormat.Problem("it is longer than 2048 characters")
    }
    let (scheme, start) = try Self.scheme(of: text)
    let rest = text.utf8[start...]
    let authority = rest.prefix { !"/?#".utf8.contains($0) }
    if authority.contains(UInt8(ascii: "@")) {
      throw TextFormat.Problem(
        "it carries credentials, which must never be in git",
        hint: "take them out of the URL and name a secret: {env: NAME} or {file: PATH}")
    }
    let (host, port) = try Self.hostAndPort(authority)
    self.scheme = scheme
    self.host = host
    self.port = port == (scheme == "https" ? 443 : 80) ? nil : port
    target = try Self.target(rest[authority.endIndex...])
  }

  private static func scheme(
    of text: String,
  ) throws(TextFormat.Problem) -> (name: String, end: String.Index) {
    for name in ["https", "http"] {
      let prefix = text.utf8.prefix(name.utf8.count + 3)
      if String(decoding: prefix, as: UTF8.self).asciiLowercased == name + "://" {
        return (name, prefix.endIndex)
      }
    }
    throw TextFormat.Problem("it must begin with https:// or http://")
  }

  private static func hostAndPort(
    _ authority: Substring.UTF8View,
  ) throws(TextFormat.Problem) -> (String, Int?) {
    var host = authority
    var port: Int?
    let digits = authority.reversed().prefix(while: Digits.isDigit)
    let tail = authority.dropLast(digits.count)
    if tail.last == UInt8(ascii: ":") {
      let text = authority.suffix(digits.count)
      guard let number = Digits.number(text), (1...65_535).contains(number),
        text.first != UInt8(ascii: "0")
      else { throw TextFormat.Problem("a port is 1 to 65535") }
      port = number
      host = tail.dropLast()
    }
    let isAddress = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
    let inner = isAddress ? host.dropFirst().dropLast() : host
    let isKnown = inner.allSatisfy {
      isAddress
        ? Digits.isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        : Digits.isAlphanumeric($0) || "-._".utf8.contains($0)
    }
    guard !inner.isEmpty, isKnown else {
      throw TextFormat.Problem("its host must be a name or an IP address")
    }
    return (String(decoding: host, as: UTF8.self).asciiLowercased, port)
  }

  private static func target(_ rest: Substring.UTF8View) throws(TextFormat.Problem) -> String {
    var escaped = 0
    for byte in rest {
      if escaped > 0 {
        guard Digits.isHexadecimal(byte) else {
          throw TextFormat.Problem("a \"%\" in it is not followed by two hexadecimal digits")
        }
        escaped -= 1
      } else if byte == UInt8(ascii: "%") {
        escaped = 2
      } else if !Digits.isAlphanumeric(byte), !"-._~!$&'()*+,;=:@/?#[]".utf8.contains(byte) {
        throw TextFormat.Problem("it has a character that a URL must percent-encode")
      }
    }
    guard escaped == 0 else {
      throw TextFormat.Problem("a \"%\" in it is not followed by two hexadecimal digits")
    }
    let text = String(decoding: rest, as: UTF8.self)
    return text.first == "/" ? text : "/" + text
  }

  /// The names of the query's parameters.
  package var parameterNames: [String] {
    let query = target.split(separator: "#", omittingEmptySubsequences: false)[0]
      .split(separator: "?", maxSplits: 1)
    guard query.count == 2 else { return [] }
    return query[1].split(separator: "&").map {
      String($0.split(separator: "=", omittingEmptySubsequences: false)[0])
    }
  }

  static let pattern =
    "^(?=.{1,2048}$)[Hh][Tt][Tt][Pp][Ss]?://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])"
    + "(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
    + "(?:[/?#](?:[A-Za-z0-9._~!$&'()*+,;=:@/?#\\[\\]-]|%[0-9A-Fa-f]{2})*)?$"
}

extension WebAddress: CustomStringConvertible {
  package var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(target)" }
}

extension TextFormat {
  /// A URL of the web without credentials; its normal form has a small host and no default port.
  package static let url = TextFormat(
    name: "a URL", pattern: WebAddress.pattern, example: "https://runbooks.example.com/storage",
  ) { text throws(Problem) in try WebAddress(parsing: text).description }
}
