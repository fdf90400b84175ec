extension TextFormat {
  /// A path from the root; its normal form has no empty parts, no `.` and no slash at its end.
  package static let absolutePath = TextFormat(
    name: "an absolute path",
    pattern: "^(?=[^\\u0000-\\u001F\\u007F]{1,4096}$)/(?!(?:.*/)?\\.\\.(?:/|$)).*$",
    example: "/srv/app",
  ) { text throws(Problem) in
    guard text.utf8.first == UInt8(ascii: "/") else { throw Problem("it must begin with \"/\"") }
    guard text.unicodeScalars.count <= 4096 else {
      throw Problem("it is longer than 4096 characters")
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Problem("it has a control character")
    }
    // Most paths are in normal form already, and then nothing has to be taken apart.
    if isNormal(text.utf8) { return text }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"))
    if parts.contains(where: { $0.elementsEqual("..".utf8) }) {
      throw Problem("it has \"..\" in it", hint: "write the path that it leads to")
    }
    let kept = parts.filter { !$0.elementsEqual(".".utf8) }
    return kept.reduce(into: kept.isEmpty ? "/" : "") { path, part in
      path += "/"
      path += String(decoding: part, as: UTF8.self)
    }
  }

  /// Whether each slash is followed by a character that is neither `/` nor `.`.
  private static func isNormal(_ path: String.UTF8View) -> Bool {
    var isAfterSlash = false
    for byte in path {
      let isSlash = byte == UInt8(ascii: "/")
      if isAfterSlash, isSlash || byte == UInt8(ascii: ".") { return false }
      isAfterSlash = isSlash
    }
    return !isAfterSlash
  }
}
