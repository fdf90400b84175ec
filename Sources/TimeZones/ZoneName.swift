/// Which texts may name a zone's file.
package enum ZoneName {
  /// Whether the text is a relative path without a way up: `Europe/Berlin`, `Etc/GMT+5`.
  ///
  /// Whether there is such a zone only the system's files know.
  package static func isPlain(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (1...128).contains(bytes.count) else { return false }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      part in
      !part.isEmpty && part.first != UInt8(ascii: ".") && part.first != UInt8(ascii: "-")
        && part.allSatisfy(isLetter)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
      || "+-_.".utf8.contains(byte)
  }
}
