extension TextRule {
  /// The key of a label.
  package static let labelKey = TextRule(
    length: 1...253,
    format: TextFormat(
      name: "a label key", pattern: "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$", example: "team",
    ) { text throws(TextFormat.Problem) in
      try Label.require(text, allowingSlash: true)
      return text
    })

  /// The value of a label.
  package static let labelValue = TextRule(
    length: 0...63,
    format: TextFormat(
      name: "a label value", pattern: "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$",
      example: "storage",
    ) { text throws(TextFormat.Problem) in
      if !text.isEmpty { try Label.require(text, allowingSlash: false) }
      return text
    })
}

private enum Label {
  static func require(_ text: String, allowingSlash: Bool) throws(TextFormat.Problem) {
    guard let first = text.utf8.first, let last = text.utf8.last else {
      throw TextFormat.Problem("it is empty")
    }
    let isFine = text.utf8.allSatisfy {
      Digits.isAlphanumeric($0) || "._-".utf8.contains($0)
        || allowingSlash && $0 == UInt8(ascii: "/")
    }
    guard isFine, Digits.isAlphanumeric(first), Digits.isAlphanumeric(last) else {
      throw TextFormat.Problem(
        "letters, digits, \"-\", \"_\" and \".\" are allowed, starting and ending with a letter or a digit"
      )
    }
  }
}
