/// A URL as Kubernetes reads it: an absolute URI, or an absolute path.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
  /// The text that was read.
  package let source: String
  /// What stands before the colon, in lower case.
  package private(set) var scheme = ""
  /// Name and port.
  package private(set) var host = ""
  /// The path with its percent signs.
  package private(set) var escapedPath = ""
  /// The query without its question mark.
  package private(set) var query = ""

  /// The number of bytes that a URL may have.
  package static let lengthLimit = 65_536

  /// Reads `text`; nil where it is no URL.
  package init?(parsing text: String) {
    guard !text.isEmpty, text.utf8.count <= Self.lengthLimit,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    source = text
    var rest = Array(text.utf8)[...]
    guard let found = Self.scheme(&rest) else { return nil }
    scheme = found
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      query = String(decoding: rest[(mark + 1)...], as: UTF8.self)
      rest = rest[..<mark]
    }
    guard rest.first == UInt8(ascii: "/") else {
      // `mailto:someone` has neither host nor path.
      if scheme.isEmpty { return nil }
      return
    }
    if !scheme.isEmpty, rest.starts(with: "//".utf8) {
      rest = rest.dropFirst(2)
      let authority = rest.prefix { $0 != UInt8(ascii: "/") }
      rest = rest.dropFirst(authority.count)
      guard let host = Self.host(authority) else { return nil }
      self.host = host
    }
    guard let path = PercentEncoding.decoded(rest, plusIsSpace: false) else { return nil }
    escapedPath =
      rest.allSatisfy(PercentEncoding.mayStandInPath)
      ? String(decoding: rest, as: UTF8.self) : PercentEncoding.encodedPath(path)
  }

  /// Reads `scheme:`; empty where there is none, nil where the text begins with a colon.
  private static func scheme(_ rest: inout ArraySlice<UInt8>) -> String? {
    for (count, byte) in rest.enumerated() {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A: continue
      case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if count == 0 { return "" }
      case UInt8(ascii: ":"):
        guard count > 0 else { return nil }
        let name = rest.prefix(count).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        rest = rest.dropFirst(count + 1)
        return String(decoding: name, as: UTF8.self)
      default: return ""
      }
    }
    return ""
  }

  /// The host of `user:word@host:port`; nil where it cannot be one.
  private static func host(_ authority: ArraySlice<UInt8>) -> String? {
    var bytes = authority
    if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
      guard bytes[..<at].allSatisfy(PercentEncoding.mayStandInUser) else { return nil }
      bytes = bytes[(at + 1)...]
    }
    var port = bytes[bytes.endIndex...]
    if bytes.first == UInt8(ascii: "[") {
      guard let end = bytes.lastIndex(of: UInt8(ascii: "]")) else { return nil }
      port = bytes[(end + 1)...]
      let inside = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
      guard (try? IPAddress(parsing: inside)) != nil || inside.contains("%25") else { return nil }
    } else if let colon = bytes.lastIndex(of: UInt8(ascii: ":")) {
      port = bytes[colon...]
    }
    if let first = port.first {
      guard first == UInt8(ascii: ":"), port.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
    }
    guard bytes.allSatisfy(PercentEncoding.mayStandInHost),
      let decoded = PercentEncoding.decoded(bytes, plusIsSpace: false)
    else { return nil }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// The host without its port and without brackets.
  package var hostname: String {
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    guard let colon = host.lastIndex(of: ":") else { return host }
    return String(host[..<colon])
  }

  /// The digits of the port; empty where there is none.
  package var port: String {
    guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return "" }
    return String(host[host.index(after: colon)...])
  }

  /// The names of the query with all their values, in the order of their first appearance.
  ///
  /// Parts that are not well formed are left out.
  package var parameters: [(name: String, values: [String])] {
    var names: [[UInt8]: Int] = [:]
    var result: [(name: String, values: [String])] = []
    for part in query.utf8.split(separator: UInt8(ascii: "&")) {
      if part.contains(UInt8(ascii: ";")) { continue }
      let bytes = Array(part)
      let equals = bytes.firstIndex(of: UInt8(ascii: "="))
      let written = bytes[..<(equals ?? bytes.count)]
      let value = equals.map { bytes[($0 + 1)...] } ?? []
      guard let name = PercentEncoding.decoded(written, plusIsSpace: true),
        let decoded = PercentEncoding.decoded(value, plusIsSpace: true)
      else { continue }
      let text = String(decoding: decoded, as: UTF8.self)
      if let index = names[name] {
        result[index].values.append(text)
      } else {
        names[name] = result.count
        result.append((String(decoding: name, as: UTF8.self), [text]))
      }
    }
    return result
  }

  /// The text that was read.
  package var description: String { source }
}
