extension TextFormat {
  /// A SHA-256 in hexadecimal digits, small in its normal form.
  package static let sha256 = TextFormat(
    name: "a SHA-256", pattern: "^(?:sha256:)?[0-9A-Fa-f]{64}$",
    example: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  ) { text throws(Problem) in
    let digits = text.hasPrefix("sha256:") ? text.utf8.dropFirst(7) : text.utf8[...]
    guard digits.count == 64, digits.allSatisfy(Digits.isHexadecimal) else {
      throw Problem("it must be 64 hexadecimal digits")
    }
    return String(decoding: digits, as: UTF8.self).asciiLowercased
  }
}
